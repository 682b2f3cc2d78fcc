-- Target minus posted, by account and dimensions; debits positive. Closed periods and adjustments are told apart as
-- prior_period, and what they lack is posted in the first open period. Balance sheet lines carry the dimensions of their
-- contract when all its lines share them, else none.

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

CREATE TABLE account_of AS
SELECT role, product_id, entity, account FROM (
    SELECT t.role, t.product_id, t.entity, a.account, row_number() OVER (
        PARTITION BY t.role, t.product_id, t.entity ORDER BY a.product_id <> '' DESC, a.entity <> '' DESC
    ) AS choice
    FROM (SELECT DISTINCT role, product_id, entity FROM target) t
    LEFT JOIN account a ON a.role = t.role AND (a.product_id = '' OR a.product_id = t.product_id)
        AND (a.entity = '' OR a.entity = t.entity)
) WHERE choice = 1;

INSERT INTO refusal
SELECT 'account_missing', '', '', 'no account plays the role ' || role || ' for product ''' || product_id || ''''
FROM account_of WHERE account IS NULL AND EXISTS (SELECT 1 FROM account)
UNION ALL
SELECT 'posted_period', '', '', 'what is posted names period ' || s.period || ', which does not exist' FROM posted s
WHERE NOT EXISTS (SELECT 1 FROM calendar p WHERE p.entity = s.entity AND p.period = s.period);

CREATE TABLE journal AS
WITH signed AS (
    SELECT t.entity, t.currency, t.number, coalesce(a.account, t.role) AS account, t.dimensions, t.late, t.amount
    FROM target t
    JOIN account_of a ON a.role = t.role AND a.product_id = t.product_id AND a.entity = t.entity
    UNION ALL
    SELECT s.entity, s.currency, p.number, s.account, s.dimensions, 0, -s.amount
    FROM posted s JOIN calendar p ON p.entity = s.entity AND p.period = s.period
),
folded AS (
    SELECT s.entity, s.currency, s.account, s.dimensions, s.amount,
        CASE WHEN p.state = 'closed' OR s.late = 1 THEN 'prior_period' ELSE 'current' END AS part,
        CASE WHEN p.state = 'closed' THEN f.period ELSE p.period END AS period
    FROM signed s
    JOIN calendar p ON p.number = s.number
    JOIN calendar f ON f.entity = p.entity AND f.first_open
)
SELECT entity, currency, period, account, dimensions, part, sum(amount)::BIGINT AS amount
FROM folded GROUP BY entity, currency, period, account, dimensions, part HAVING sum(amount) <> 0;
