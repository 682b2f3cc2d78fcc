-- Each pool's transaction price over its obligations (606-10-32-28 to 41). Excluded and overridden lines stand apart; an
-- observed bundle keeps its discount to itself when it explains all of it, or when the rest is residual; a residual line
-- takes what the SSPs of the others leave; the rest goes by relative SSP.

CREATE TABLE hit AS
SELECT b.bundle_id, m.pool, any_value(split_off(b.price, m.quantity, 1000000)) AS price, sum(m.ssp) AS ssp
FROM bundle b
JOIN member m ON m.product_id = b.product_id AND m.part = 'relative' AND m.members > 1
JOIN obligation o ON o.item = m.item AND o.currency = b.currency
JOIN (SELECT bundle_id, count(*) AS products FROM bundle GROUP BY bundle_id) size ON size.bundle_id = b.bundle_id
GROUP BY b.bundle_id, m.pool
HAVING count(*) = any_value(size.products) AND count(DISTINCT m.product_id) = any_value(size.products)
    AND min(m.quantity) = max(m.quantity) AND min(m.quantity) % 1000000 = 0;

CREATE TABLE totals AS
SELECT pool, any_value(residuals) AS residuals,
    sum(CASE WHEN part = 'excluded' THEN 0 WHEN part = 'override' THEN price - override ELSE price END) AS price,
    sum(CASE WHEN part = 'relative' THEN ssp ELSE 0 END) AS ssp
FROM member WHERE members > 1 GROUP BY pool;

CREATE TABLE bundled AS
SELECT h.bundle_id, h.pool, h.price, h.ssp
FROM hit h JOIN totals t ON t.pool = h.pool
WHERE t.residuals > 0 OR t.ssp - t.price = h.ssp - h.price;

CREATE TABLE to_split AS
WITH placed AS (
    SELECT m.*, b.bundle_id, b.price AS bundle_price
    FROM member m
    LEFT JOIN (
        SELECT x.pool, x.bundle_id, x.price, y.product_id FROM bundled x JOIN bundle y ON y.bundle_id = x.bundle_id
    ) b ON b.pool = m.pool AND b.product_id = m.product_id
    WHERE m.part = 'relative' AND m.members > 1
),
rest AS (SELECT pool, sum(price) AS price, sum(ssp) AS ssp FROM bundled GROUP BY pool)
SELECT p.item, p.contract_id, p.line_id, p.ssp AS weight,
    p.pool, coalesce(p.bundle_id, '') AS bundle_id,
    CASE
        WHEN p.bundle_id IS NOT NULL THEN p.bundle_price
        WHEN t.residuals > 0 THEN t.ssp - coalesce(r.ssp, 0)
        ELSE t.price - coalesce(r.price, 0)
    END AS amount
FROM placed p
JOIN totals t ON t.pool = p.pool
LEFT JOIN rest r ON r.pool = p.pool;
