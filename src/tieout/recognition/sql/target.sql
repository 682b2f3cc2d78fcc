-- What accounts should hold of each period, by role, product and dimensions; debits positive. Adjustments (`late`) are told
-- apart. Balance sheet lines carry the dimensions of their contract when all its lines share them, else none.

CREATE TABLE target AS
WITH one_dimension AS (
    SELECT contract_id, CASE WHEN min(dimensions) = max(dimensions) THEN min(dimensions) ELSE '' END AS dimensions
    FROM obligation GROUP BY contract_id
),
balances AS (
    SELECT k.entity, k.currency, d.dimensions, b.number, sum(b.billed)::BIGINT AS billed,
        sum(b.liability_moved)::BIGINT AS liability_moved, sum(b.asset_moved)::BIGINT AS asset_moved
    FROM balance b
    JOIN contract_number c ON c.contract_number = b.contract_number
    JOIN contract k ON k.contract_id = c.contract_id
    JOIN one_dimension d ON d.contract_id = c.contract_id
    GROUP BY k.entity, k.currency, d.dimensions, b.number
),
earned AS (
    SELECT f.kind, f.entity, f.currency, f.product_id, f.dimensions, s.number, s.amount, s.adjustment
    FROM summary s JOIN facet f ON f.facet = s.facet
),
entry AS (
    SELECT 'revenue' AS role, entity, currency, product_id, dimensions, number, -amount AS amount, 0 AS late
    FROM earned WHERE kind = 'revenue'
    UNION ALL
    SELECT 'revenue', entity, currency, product_id, dimensions, number, -adjustment, 1 FROM earned WHERE kind = 'revenue'
    UNION ALL
    SELECT 'commission_expense', entity, currency, '', dimensions, number, amount + adjustment, 0 FROM earned
    WHERE kind = 'commission'
    UNION ALL
    SELECT 'commission_asset', e.entity, e.currency, '', e.dimensions, e.number, -e.amount - e.adjustment, 0
    FROM earned e WHERE kind = 'commission'
    UNION ALL
    SELECT role, c.entity, c.currency, '', c.dimensions, p.number, sign * c.amount, 0
    FROM cost c JOIN calendar p ON p.entity = c.entity AND p.starts_on <= c.earned_on AND p.ends_on > c.earned_on
    CROSS JOIN (VALUES ('commission_asset', 1), ('commission_payable', -1)) side(role, sign)
    UNION ALL
    SELECT role, b.entity, b.currency, '', b.dimensions, b.number,
        CASE role WHEN 'receivable' THEN billed WHEN 'contract_liability' THEN -liability_moved ELSE asset_moved END, 0
    FROM balances b CROSS JOIN (VALUES ('receivable'), ('contract_liability'), ('contract_asset')) side(role)
)
SELECT role, entity, currency, product_id, dimensions, number, late, sum(amount)::BIGINT AS amount
FROM entry GROUP BY role, entity, currency, product_id, dimensions, number, late;
