-- Lines of orders with what is estimated to come on top, and lines that changes add, each with its contract, its rule and the pool its price is allocated in.
-- A line added by a change that is no separate contract has no pool: its amount comes with the change.

CREATE VIEW promise AS
SELECT l.contract_id, l.line_id, l.product_id, l.quantity, l.price + coalesce(v.included, 0)::BIGINT AS price, l.list_price,
    l.starts_on, l.ends_on, l.start_minute, l.end_minute, l.dimensions, l.ssp, l.allocated, '' AS change_id,
    'order' AS origin
FROM line l
LEFT JOIN (
    SELECT contract_id, line_id, sum(included) AS included FROM estimated GROUP BY contract_id, line_id
) v ON v.contract_id = l.contract_id AND v.line_id = l.line_id
UNION ALL
SELECT c.contract_id, c.line_id, c.product_id, c.quantity, c.price, c.list_price, coalesce(c.starts_on, c.effective_on),
    c.ends_on, 0, 0, c.dimensions, c.ssp, NULL, c.change_id, c.treatment
FROM change c
LEFT JOIN line l ON l.contract_id = c.contract_id AND l.line_id = c.line_id
WHERE l.line_id IS NULL AND c.product_id <> '';

CREATE TABLE obligation AS
SELECT
    row_number() OVER () AS item,
    CASE WHEN k.arrangement_id = '' THEN k.contract_id ELSE k.arrangement_id END AS arrangement_id,
    CASE
        WHEN l.origin = 'order' THEN CASE WHEN k.arrangement_id = '' THEN k.contract_id ELSE k.arrangement_id END
        WHEN l.origin = 'separate' THEN 'change ' || l.change_id
    END AS pool,
    l.*, k.customer_id, k.entity, k.currency, k.signed_on, k.region, k.customer_class,
    p.allocation, r.rule_id, r.version AS rule_version, r.method, r."trigger", r.convention, r.residual, r.upfront,
    r.progress_step
FROM promise l
LEFT JOIN contract k ON k.contract_id = l.contract_id
LEFT JOIN product p ON p.product_id = l.product_id
LEFT JOIN rule r ON r.rule_id = p.rule_id;
