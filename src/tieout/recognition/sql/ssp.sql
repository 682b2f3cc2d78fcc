-- The SSP of each obligation that shares a pool, or that a blend may bring into one: an override, else the most specific
-- entry of the book in force on the day it was agreed. Region counts before class, class before the start of the entry.

CREATE TABLE blend_day AS
SELECT DISTINCT CASE WHEN k.arrangement_id = '' THEN k.contract_id ELSE k.arrangement_id END AS arrangement_id, c.effective_on
FROM change c JOIN contract k ON k.contract_id = c.contract_id WHERE c.treatment = 'blend';

CREATE TABLE pool AS
SELECT pool, (row_number() OVER ())::INTEGER AS pool_number, count(*) AS members, sum(price) AS price,
    count(*) FILTER (WHERE allocation = 'residual' AND allocated IS NULL) AS residuals
FROM obligation WHERE pool IS NOT NULL AND allocation <> 'excluded' GROUP BY pool;

-- A product with one entry needs no choice, and most have one.
CREATE VIEW offer AS
SELECT o.item, o.quantity, o.price, o.list_price, s.basis, s.amount, s.share, s.likelihood, s.low, s.mid, s.high, s.point,
    s.region, s.customer_class, s.starts_on, s.quantity_from, s.entries
FROM obligation o
JOIN (SELECT *, count(*) OVER (PARTITION BY product_id, currency) AS entries FROM ssp) s
    ON s.product_id = o.product_id AND s.currency = o.currency
    AND s.starts_on <= o.agreed_on AND (s.ends_on IS NULL OR s.ends_on > o.agreed_on)
    AND (s.region = '' OR s.region = o.region) AND (s.customer_class = '' OR s.customer_class = o.customer_class)
    AND s.quantity_from <= o.quantity AND (s.quantity_below IS NULL OR s.quantity_below > o.quantity)
WHERE o.pool IN (SELECT pool FROM pool WHERE members > 1) OR o.arrangement_id IN (SELECT arrangement_id FROM blend_day);

CREATE VIEW candidate AS
SELECT *, 1 AS choice FROM offer WHERE entries = 1
UNION ALL
SELECT *, row_number() OVER (
    PARTITION BY item ORDER BY region <> '' DESC, customer_class <> '' DESC, starts_on DESC, quantity_from DESC
) AS choice
FROM offer WHERE entries > 1;

-- Quantities go first: they, not unit prices, are large against a million.
CREATE TABLE extended AS
SELECT item, basis,
    CASE basis
        WHEN 'amount' THEN portion(quantity, amount, 1000000)
        WHEN 'percent_of_list' THEN portion(list_price, share, 1000000)
        WHEN 'option' THEN half_up(amount::HUGEINT * share * likelihood * quantity, 1000000000000000000::HUGEINT)::BIGINT
        WHEN 'range' THEN CASE
            WHEN price BETWEEN portion(quantity, low, 1000000) AND portion(quantity, high, 1000000) THEN price
            ELSE portion(quantity, CASE point WHEN 'low' THEN low WHEN 'mid' THEN mid ELSE high END, 1000000)
        END
    END AS ssp,
    portion(quantity, low, 1000000) AS low,
    portion(quantity, high, 1000000) AS high
FROM candidate WHERE choice = 1;

CREATE TABLE member AS
SELECT o.item, pool.pool_number AS pool, o.contract_id, o.line_id, o.product_id, o.quantity, o.price, o.allocated AS override,
    coalesce(o.ssp, e.ssp) AS ssp, e.low, e.high, pool.members, pool.residuals,
    CASE WHEN o.ssp IS NOT NULL THEN 'override' ELSE e.basis END AS ssp_basis,
    CASE
        WHEN o.allocated IS NOT NULL THEN 'override'
        ELSE o.allocation
    END AS part
FROM obligation o
LEFT JOIN pool ON pool.pool = o.pool
LEFT JOIN extended e ON e.item = o.item
WHERE o.pool IS NOT NULL;
