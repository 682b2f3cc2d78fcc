-- The first layer of each obligation and of each cost of obtaining a contract. A layer of time runs over [starts_on, ends_on);
-- any layer is in force from valid_from until a change opens the next one. Commissions have negative item numbers.

CREATE TABLE cost AS
WITH term AS (
    SELECT contract_id, min(starts_on) AS starts_on, max(ends_on) AS ends_on FROM line GROUP BY contract_id
),
lasting AS (
    SELECT c.*, CASE
        WHEN c.amortised_until IS NOT NULL THEN c.amortised_until
        WHEN c.life_months > 0 THEN months_after(c.earned_on, c.life_months)
        WHEN c.renewals > 0 THEN months_after(t.ends_on, c.renewals * service_months(t.starts_on, t.ends_on))
        ELSE t.ends_on
    END AS ends_on
    FROM commission c LEFT JOIN term t ON t.contract_id = c.contract_id
)
SELECT (-row_number() OVER ())::INTEGER AS item, c.*, k.entity, k.currency, k.region, k.customer_class,
    CASE
        WHEN c.treatment = 'expense' THEN 'point_in_time'
        WHEN c.treatment = 'capitalise_over_a_year' AND c.ends_on <= years_after(c.earned_on, 1) THEN 'point_in_time'
        ELSE 'ratable'
    END AS method
FROM lasting c JOIN contract k ON k.contract_id = c.contract_id;

-- What goes along with an obligation and is recognised apart: earned revenue that is refunded, and interest. What a closed
-- period holds of it stays, also when its cause is taken back.
CREATE TABLE side AS
SELECT (-row_number() OVER () - (SELECT count(*) FROM cost))::INTEGER AS item, item AS of_item, kind FROM (
    SELECT o.item, 'refund' AS kind
    FROM invoice i JOIN obligation o ON o.contract_id = i.contract_id AND o.line_id = i.line_id
    WHERE i.kind = 'credit_memo' AND i.treatment = 'refund'
    UNION
    SELECT o.item, CASE f.kind WHEN 'deferred' THEN 'interest_income' ELSE 'interest_expense' END
    FROM financing f JOIN obligation o ON o.contract_id = f.contract_id AND o.line_id = f.line_id
    UNION
    SELECT o.item, b.kind
    FROM booked b JOIN obligation o ON o.contract_id = b.contract_id AND o.line_id = b.line_id
    WHERE b.kind IN ('refund', 'interest_income', 'interest_expense')
);

INSERT INTO point SELECT item, earned_on, 1, NULL FROM cost WHERE method = 'point_in_time';

CREATE TABLE layer (
    item INTEGER, version INTEGER, entity VARCHAR, method VARCHAR, convention VARCHAR, residual VARCHAR,
    total BIGINT, amount BIGINT, upfront BIGINT, base BIGINT, at_once BIGINT,
    begun_on DATE, starts_on DATE, ends_on DATE, start_minute BIGINT, end_minute BIGINT, valid_from DATE, valid_to DATE,
    units BIGINT, unit_base BIGINT, change_id VARCHAR
);

CREATE TABLE slice (item INTEGER, version INTEGER, number INTEGER, amount BIGINT);

CREATE TABLE returnable (
    item INTEGER, contract_id VARCHAR, number INTEGER, liability BIGINT, asset BIGINT, taken_back BIGINT, cost_back BIGINT
);

INSERT INTO layer
SELECT o.item, 1, o.entity, o.method, o.convention, o.residual,
    a.amount, a.amount, portion(a.amount, o.upfront, 1000000), 0, 0,
    o.starts_on, o.starts_on, o.ends_on, o.start_minute, o.end_minute,
    CASE WHEN o.method = 'ratable' THEN o.starts_on ELSE DATE '1900-01-01' END, DATE '9999-12-31',
    CASE
        WHEN o.method = 'usage' OR (o.method = 'point_in_time' AND o."trigger" = 'delivery') THEN o.quantity
        WHEN o.method IN ('milestone', 'percent_complete') THEN 1000000
        WHEN o.method = 'billing' THEN o.price
        ELSE 1
    END, 0, o.change_id
FROM obligation o JOIN allocated a ON a.item = o.item
UNION ALL
SELECT item, 1, entity, method, convention, 'cumulative', amount, amount, 0, 0, 0, earned_on, earned_on, ends_on, 0, 0,
    CASE WHEN method = 'ratable' THEN earned_on ELSE DATE '1900-01-01' END, DATE '9999-12-31', 1, 0, ''
FROM cost;

CREATE VIEW known AS
SELECT item, entity, currency, contract_id, line_id, product_id, dimensions, region, customer_class, method, 'revenue' AS kind
FROM obligation
UNION ALL
SELECT s.item, o.entity, o.currency, o.contract_id, o.line_id, o.product_id, o.dimensions, o.region, o.customer_class, o.method,
    s.kind
FROM side s JOIN obligation o ON o.item = s.of_item
UNION ALL
SELECT item, entity, currency, contract_id, commission_id, '', dimensions, region, customer_class, method, 'commission'
FROM cost;

-- Whole numbers for what the figures are grouped by: text is joined in again once there is little of it. They are in the order
-- of the text, because cents are shared out in their order.
CREATE TABLE facet AS
SELECT row_number() OVER (
    ORDER BY kind, entity, currency, product_id, dimensions, region, customer_class, method
) AS facet, * FROM (
    SELECT DISTINCT kind, entity, currency, product_id, dimensions, region, customer_class, method FROM known
);

CREATE TABLE contract_number AS SELECT (row_number() OVER ())::INTEGER AS contract_number, contract_id FROM contract;

CREATE TABLE place AS
SELECT k.item, f.facet, c.contract_number, k.kind
FROM known k
JOIN facet f ON f.kind = k.kind AND f.entity = k.entity AND f.currency = k.currency AND f.product_id = k.product_id
    AND f.dimensions = k.dimensions AND f.region = k.region AND f.customer_class = k.customer_class AND f.method = k.method
JOIN contract_number c ON c.contract_id = k.contract_id;
