-- Target minus posted, by account and dimensions; debits positive, in the currency of the contracts and in the functional one.
-- Closed periods and adjustments are told apart as prior_period, and what they lack is posted in the first open period. Of the
-- accounts that a role has, the most specific is taken: product before entity, entity before the number of dimensions named.

CREATE TABLE account_of AS
WITH wanted AS (SELECT DISTINCT role, product_id, entity, dimensions FROM target),
fitting AS (
    SELECT w.*, a.account, a.product_id <> '' AS by_product, a.entity <> '' AS by_entity,
        CASE WHEN a.dimension = '' THEN 0 ELSE len(string_split(a.dimension, ';')) END AS parts
    FROM wanted w
    LEFT JOIN account a ON a.role = w.role AND (a.product_id = '' OR a.product_id = w.product_id)
        AND (a.entity = '' OR a.entity = w.entity)
        AND (a.dimension = '' OR list_has_all(string_split(w.dimensions, ';'), string_split(a.dimension, ';')))
)
SELECT role, product_id, entity, dimensions, account, choice, rivals FROM (
    SELECT *,
        row_number() OVER (
            PARTITION BY role, product_id, entity, dimensions ORDER BY by_product DESC, by_entity DESC, parts DESC, account
        ) AS choice,
        count(DISTINCT account) OVER (
            PARTITION BY role, product_id, entity, dimensions, by_product, by_entity, parts
        ) AS rivals
    FROM fitting
) WHERE choice = 1;

INSERT INTO refusal
SELECT 'account_missing', '', '', 'no account plays the role ' || role || ' for product ''' || product_id || ''', entity '''
    || entity || ''' and dimensions ''' || dimensions || ''''
FROM account_of WHERE account IS NULL AND EXISTS (SELECT 1 FROM account)
UNION ALL
SELECT 'account_ambiguous', '', '', 'two accounts are equally specific for the role ' || role || ', product ''' || product_id
    || ''', entity ''' || entity || ''' and dimensions ''' || dimensions || ''''
FROM account_of WHERE rivals > 1
UNION ALL
SELECT 'posted_functional', '', '', 'what is posted in ' || s.currency || ' lacks its amount in ' || t.functional_currency
FROM posted s JOIN (SELECT DISTINCT entity, currency, functional_currency FROM target) t
    ON t.entity = s.entity AND t.currency = s.currency
WHERE s.functional IS NULL AND t.functional_currency <> t.currency
UNION ALL
SELECT 'posted_period', '', '', 'what is posted names period ' || s.period || ', which does not exist' FROM posted s
WHERE NOT EXISTS (SELECT 1 FROM calendar p WHERE p.entity = s.entity AND p.period = s.period);

CREATE TABLE journal AS
WITH functional AS (SELECT DISTINCT entity, currency, functional_currency FROM target),
signed AS (
    SELECT t.entity, t.currency, t.functional_currency, t.number, coalesce(a.account, t.role) AS account, t.dimensions, t.late,
        t.amount, t.functional
    FROM target t
    JOIN account_of a ON a.role = t.role AND a.product_id = t.product_id AND a.entity = t.entity AND a.dimensions = t.dimensions
    UNION ALL
    SELECT s.entity, s.currency, coalesce(f.functional_currency, s.currency), p.number, s.account, s.dimensions, 0, -s.amount,
        -coalesce(s.functional, s.amount)
    FROM posted s
    JOIN calendar p ON p.entity = s.entity AND p.period = s.period
    LEFT JOIN functional f ON f.entity = s.entity AND f.currency = s.currency
),
folded AS (
    SELECT s.*, CASE WHEN p.state = 'closed' OR s.late = 1 THEN 'prior_period' ELSE 'current' END AS part,
        CASE WHEN p.state = 'closed' THEN f.period ELSE p.period END AS period
    FROM signed s
    JOIN calendar p ON p.number = s.number
    JOIN calendar f ON f.entity = p.entity AND f.first_open
)
SELECT entity, currency, functional_currency, period, account, dimensions, part, sum(amount)::BIGINT AS amount,
    sum(functional)::BIGINT AS functional
FROM folded GROUP BY entity, currency, functional_currency, period, account, dimensions, part
HAVING sum(amount) <> 0 OR sum(functional) <> 0;
