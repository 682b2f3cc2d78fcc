-- Target minus posted, by account and dimensions; debits positive. Closed periods and adjustments are told apart as
-- prior_period, and what they lack is posted in the first open period.

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
