-- The lines of a generation of kept files, with what they share joined in again.

CREATE VIEW line_$generation AS
SELECT $generation AS generation, l.item, f.kind, coalesce(l.arrangement_id, l.contract_id) AS arrangement_id, l.contract_id,
    l.line_id, f.product_id, f.entity, f.currency, f.dimensions, l.customer_id, f.region, f.customer_class, f.method, l.rule_id,
    l.rule_version, l.origin, l.quantity, l.starts_on, l.ends_on, coalesce(l.pool, l.contract_id) AS pool, l.part, l.bundle_id,
    l.price, l.ssp, l.ssp_basis, l.allocated, l.total
FROM kept_line_$generation l JOIN facet_$generation f ON f.facet = l.facet;
