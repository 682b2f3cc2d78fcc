-- Amounts over weights by largest remainder, in each pool and bundle; ties to the lower contract and line. 128 bits, because
-- amount times SSP may need them.

CREATE OR REPLACE TABLE $into AS
WITH shared AS (SELECT pool, bundle_id, sum(weight)::HUGEINT AS whole FROM $source GROUP BY pool, bundle_id),
product AS (
    SELECT s.*, abs(s.amount)::HUGEINT * s.weight AS scaled, w.whole
    FROM $source s JOIN shared w ON w.pool = s.pool AND w.bundle_id = s.bundle_id
),
floored AS (SELECT *, (CASE WHEN whole = 0 THEN 0 ELSE scaled // whole END)::BIGINT AS floor FROM product),
left_over AS (SELECT *, (scaled - floor * whole)::BIGINT AS remainder FROM floored),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY pool, bundle_id ORDER BY remainder DESC, contract_id, line_id) AS place,
        abs(amount) - sum(floor) OVER (PARTITION BY pool, bundle_id) AS missing
    FROM left_over
)
SELECT item, bundle_id,
    sign(amount)::BIGINT * (floor + CASE WHEN whole > 0 AND place <= missing THEN 1 ELSE 0 END) AS amount
FROM ranked;
