-- What each obligation gets of its pool: its split, an override, its own price, or what the SSPs of the others leave.

CREATE TABLE remainder AS
SELECT t.pool, (t.price - coalesce(sum(s.amount), 0))::BIGINT AS amount
FROM totals t
LEFT JOIN member m ON m.pool = t.pool AND m.part = 'relative'
LEFT JOIN split s ON s.item = m.item
WHERE t.residuals > 0 GROUP BY t.pool, t.price;

CREATE TABLE allocated AS
SELECT m.item, m.ssp, m.ssp_basis, s.bundle_id,
    CASE WHEN m.part IN ('relative', 'residual') AND m.members = 1 THEN 'alone' ELSE m.part END AS part,
    CASE
        WHEN m.part = 'excluded' THEN m.price
        WHEN m.part = 'override' THEN m.override
        WHEN m.members = 1 THEN m.price
        WHEN m.part = 'residual' THEN r.amount
        ELSE s.amount
    END AS amount
FROM member m
LEFT JOIN split s ON s.item = m.item
LEFT JOIN remainder r ON r.pool = m.pool;

CREATE VIEW allocation AS
SELECT o.arrangement_id, o.contract_id, o.line_id, o.product_id, o.currency, o.pool, a.part, coalesce(a.bundle_id, '')
    AS bundle_id, o.price, a.ssp, coalesce(a.ssp_basis, '') AS ssp_basis, a.amount AS allocated, a.amount - o.price AS carve
FROM obligation o JOIN allocated a ON a.item = o.item;
