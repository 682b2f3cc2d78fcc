-- What accounts should hold of each period, by role, product and dimensions; debits positive. Adjustments of closed periods
-- (`late`) are told apart on both sides. Balance sheet lines carry the dimensions of their contract when all its lines share
-- them, else none. `functional` is the amount in the functional currency of the entity; of contracts in another currency the
-- next step works it out.

CREATE TABLE contract_dimension AS
WITH numbered AS (
    SELECT facet, dimensions, dense_rank() OVER (ORDER BY dimensions) AS number FROM facet WHERE kind = 'revenue'
),
shared AS (
    SELECT p.contract_number, min(n.number) AS lowest, max(n.number) AS highest
    FROM place p JOIN numbered n ON n.facet = p.facet GROUP BY p.contract_number
)
SELECT s.contract_number, CASE WHEN s.lowest = s.highest THEN n.dimensions ELSE '' END AS dimensions
FROM shared s JOIN (SELECT DISTINCT number, dimensions FROM numbered) n ON n.number = s.lowest;

-- Whole numbers for what balances are grouped by, because their rows are many.
CREATE TABLE contract_facet AS
SELECT c.contract_number, k.entity, k.currency, d.dimensions,
    dense_rank() OVER (ORDER BY k.entity, k.currency, d.dimensions) AS facet
FROM contract_number c
JOIN contract k ON k.contract_id = c.contract_id
JOIN contract_dimension d ON d.contract_number = c.contract_number;

-- What adjustments did to the net of their contract, as if they came after the bills of their period and before its revenue.
CREATE TABLE late_balance AS
WITH adjusted AS (
    SELECT l.contract_number, m.number, sum(m.adjustment)::BIGINT AS adjustment
    FROM movement m JOIN place l ON l.item = m.item
    WHERE m.adjustment <> 0 AND l.kind <> 'commission' GROUP BY l.contract_number, m.number
),
opening AS (
    SELECT a.contract_number, a.number, a.adjustment,
        sum(CASE WHEN b.number < a.number THEN b.recognised ELSE 0 END)::BIGINT AS earned,
        sum(CASE WHEN b.number = a.number THEN b.net + b.recognised + b.accrued ELSE 0 END)::BIGINT AS net
    FROM adjusted a JOIN running b ON b.contract_number = a.contract_number AND b.number <= a.number
    GROUP BY a.contract_number, a.number, a.adjustment
)
SELECT contract_number, number, adjustment, earned, greatest(net, 0) AS liability,
    greatest(net - adjustment, 0) - greatest(net, 0) AS liability_moved,
    greatest(adjustment - net, 0) - greatest(-net, 0) AS asset_moved
FROM opening;

CREATE TABLE target AS
WITH netted AS (
    SELECT contract_number, number, 0 AS late, billed AS owed, liability_moved, asset_moved FROM balance
    UNION ALL
    SELECT contract_number, number, 0, -amount, 0, 0 FROM settlement
    UNION ALL
    SELECT contract_number, number, late, 0, sign * liability_moved, sign * asset_moved
    FROM late_balance CROSS JOIN (VALUES (0, -1), (1, 1)) part(late, sign)
),
grouped AS (
    SELECT f.facet, b.number, b.late, sum(b.owed)::BIGINT AS owed, sum(b.liability_moved)::BIGINT AS liability_moved,
        sum(b.asset_moved)::BIGINT AS asset_moved
    FROM netted b JOIN contract_facet f ON f.contract_number = b.contract_number
    GROUP BY f.facet, b.number, b.late
),
balances AS (
    SELECT f.entity, f.currency, f.dimensions, g.number, g.late, g.owed, g.liability_moved, g.asset_moved
    FROM grouped g
    JOIN (SELECT DISTINCT facet, entity, currency, dimensions FROM contract_facet) f ON f.facet = g.facet
),
earned AS (
    SELECT f.kind, f.entity, f.currency, f.product_id, f.dimensions, s.number, s.amount, s.adjustment
    FROM summary s JOIN facet f ON f.facet = s.facet
),
entry AS (
    SELECT kind AS role, entity, currency, product_id, dimensions, number, -amount AS amount, 0 AS late
    FROM earned WHERE kind <> 'commission'
    UNION ALL
    SELECT kind, entity, currency, product_id, dimensions, number, -adjustment, 1 FROM earned WHERE kind <> 'commission'
    UNION ALL
    SELECT role, e.entity, e.currency, '', e.dimensions, e.number, sign * CASE late WHEN 0 THEN e.amount ELSE e.adjustment END, late
    FROM earned e
    CROSS JOIN (VALUES ('commission_expense', 1), ('commission_asset', -1)) side(role, sign)
    CROSS JOIN (VALUES (0), (1)) part(late)
    WHERE kind = 'commission'
    UNION ALL
    SELECT role, c.entity, c.currency, '', c.dimensions, p.number, sign * c.amount, 0
    FROM cost c JOIN calendar p ON p.entity = c.entity AND p.starts_on <= c.earned_on AND p.ends_on > c.earned_on
    CROSS JOIN (VALUES ('commission_asset', 1), ('commission_payable', -1)) side(role, sign)
    UNION ALL
    SELECT role, b.entity, b.currency, '', b.dimensions, b.number,
        CASE role WHEN 'receivable' THEN owed WHEN 'contract_liability' THEN -liability_moved ELSE asset_moved END, b.late
    FROM balances b CROSS JOIN (VALUES ('receivable'), ('contract_liability'), ('contract_asset')) side(role)
    UNION ALL
    SELECT s.role, f.entity, f.currency, '', f.dimensions, s.number, s.amount, 0
    FROM settlement s JOIN contract_facet f ON f.contract_number = s.contract_number
    UNION ALL
    SELECT role, o.entity, o.currency, o.product_id, o.dimensions, r.number, CASE role
        WHEN 'refund_liability' THEN -r.liability
        WHEN 'return_asset' THEN r.asset
        WHEN 'inventory' THEN r.cost_back
        ELSE -r.asset - r.cost_back
    END, 0
    FROM returnable r JOIN obligation o ON o.item = r.item
    CROSS JOIN (VALUES ('refund_liability'), ('return_asset'), ('inventory'), ('cost_of_sales')) side(role)
)
SELECT t.role, t.entity, t.currency, coalesce(any_value(e.functional_currency), t.currency) AS functional_currency, t.product_id,
    t.dimensions, t.number, t.late, sum(t.amount)::BIGINT AS amount,
    sum(CASE WHEN coalesce(e.functional_currency, t.currency) = t.currency THEN t.amount ELSE 0 END)::BIGINT AS functional
FROM entry t LEFT JOIN entity e ON e.entity = t.entity
GROUP BY t.role, t.entity, t.currency, t.product_id, t.dimensions, t.number, t.late;

-- The grouped entry of a period's end that turns invoiced income into what was recognised, and is reversed on the next day: for
-- ledgers that book invoices to income. The invoiced amount stands as role invoiced_income.
CREATE VIEW reversing AS
WITH grouped AS (
    SELECT CASE role WHEN 'receivable' THEN 'invoiced_income' ELSE role END AS role, entity, currency, product_id, dimensions,
        number, sum(amount) AS amount
    FROM target WHERE role IN ('receivable', 'revenue', 'refund', 'contract_liability', 'contract_asset') GROUP BY ALL
),
span AS (SELECT DISTINCT role, entity, currency, product_id, dimensions FROM grouped)
SELECT s.role, s.entity, s.currency, s.product_id, s.dimensions, p.period, day_before(p.ends_on) AS entered_on,
    p.ends_on AS reversed_on, (sum(coalesce(g.amount, 0)) OVER to_date)::BIGINT AS amount
FROM span s
JOIN calendar p ON p.entity = s.entity
LEFT JOIN grouped g ON g.role = s.role AND g.entity = s.entity AND g.currency = s.currency AND g.product_id = s.product_id
    AND g.dimensions = s.dimensions AND g.number = p.number
WINDOW to_date AS (PARTITION BY s.role, s.entity, s.currency, s.product_id, s.dimensions ORDER BY p.number);
