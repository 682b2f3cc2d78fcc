-- Lines of orders, and lines that changes add, each with its contract, the version of its rule and the pool its price is
-- allocated in. A line added by a change that is no separate contract has no pool: its amount comes with the change.

CREATE VIEW promise AS
SELECT (row_number() OVER ())::INTEGER AS item, * FROM (
    SELECT l.contract_id, l.line_id, l.product_id, l.quantity, coalesce(f.price, l.price + coalesce(v.included, 0)) AS price, l.list_price,
        l.starts_on, l.ends_on, l.start_minute, l.end_minute, l.dimensions, l.ssp, l.allocated, l.override_until,
        NULL::DATE AS added_on, '' AS change_id, 'order' AS origin
    FROM line l
    LEFT JOIN expected v ON v.contract_id = l.contract_id AND v.line_id = l.line_id
    LEFT JOIN financed f ON f.contract_id = l.contract_id AND f.line_id = l.line_id
    UNION ALL
    SELECT c.contract_id, c.line_id, c.product_id, c.quantity, c.price, c.list_price, coalesce(c.starts_on, c.effective_on),
        c.ends_on, 0, 0, c.dimensions, c.ssp, NULL, NULL, c.effective_on, c.change_id, c.treatment
    FROM change c
    LEFT JOIN line l ON l.contract_id = c.contract_id AND l.line_id = c.line_id
    WHERE l.line_id IS NULL AND c.product_id <> ''
);

-- A version of a rule is in force for what is agreed from its first day until the next version begins.
CREATE TABLE rule_span AS
SELECT *, coalesce(starts_on, DATE '0001-01-01') AS from_day,
    lead(starts_on) OVER (PARTITION BY rule_id ORDER BY coalesce(starts_on, DATE '0001-01-01'), version) AS to_day
FROM rule;

CREATE TABLE obligation AS
SELECT
    l.item,
    CASE WHEN k.arrangement_id = '' THEN k.contract_id ELSE k.arrangement_id END AS arrangement_id,
    CASE
        WHEN l.origin = 'order' THEN CASE WHEN k.arrangement_id = '' THEN k.contract_id ELSE k.arrangement_id END
        WHEN l.origin = 'separate' THEN 'change ' || l.change_id
    END AS pool,
    l.* EXCLUDE (item, ssp, allocated, override_until),
    CASE WHEN l.override_until IS NULL OR k.signed_on < l.override_until THEN l.ssp END AS ssp,
    CASE WHEN l.override_until IS NULL OR k.signed_on < l.override_until THEN l.allocated END AS allocated,
    k.customer_id, k.entity, k.currency, coalesce(l.added_on, k.signed_on) AS agreed_on, k.region, k.customer_class,
    p.allocation, r.rule_id, r.version AS rule_version, r.method, r."trigger", r.convention, r.residual, r.upfront,
    r.progress_step
FROM promise l
LEFT JOIN contract k ON k.contract_id = l.contract_id
LEFT JOIN product p ON p.product_id = l.product_id
LEFT JOIN rule_span r ON r.rule_id = p.rule_id AND r.from_day <= coalesce(l.added_on, k.signed_on)
    AND (r.to_day IS NULL OR r.to_day > coalesce(l.added_on, k.signed_on));
