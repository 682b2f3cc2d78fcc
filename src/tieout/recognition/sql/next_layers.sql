-- The layers that a round opens. Prospective (606-10-25-13a): what was not recognised plus the change of price runs from the
-- effective day. Catch-up (606-10-25-13b): the whole new amount, measured from the start; `base` makes the difference land on
-- the effective day. An amount at once is recognised on that day and is no part of the rest.

CREATE OR REPLACE TABLE due AS
WITH before AS (
    SELECT t.item, coalesce(sum(s.amount), 0)::BIGINT AS recognised
    FROM turn t LEFT JOIN slice s ON s.item = t.item GROUP BY t.item
),
delivered AS (
    SELECT t.item, coalesce(max(p.done), 0) AS done
    FROM turn t LEFT JOIN point p ON p.item = t.item AND p.on_date < t.effective_on GROUP BY t.item
),
current AS (
    SELECT l.* FROM layer l
    JOIN (SELECT item, max(version) AS version FROM layer GROUP BY item) v ON v.item = l.item AND v.version = l.version
)
SELECT t.item, coalesce(l.version, 0) + 1 AS version, o.entity, o.method, o.convention,
    o.residual, coalesce(l.total, 0) + t.price + t.at_once AS total,
    CASE WHEN t.treatment = 'prospective' THEN coalesce(l.total, 0) + t.price - b.recognised
        ELSE coalesce(l.total, 0) + t.price END AS amount,
    CASE WHEN t.treatment = 'prospective' AND NOT t.adds THEN 0
        ELSE portion(coalesce(l.total, 0) + t.price, o.upfront, 1000000) END AS upfront,
    CASE WHEN t.treatment = 'prospective' THEN 0 ELSE b.recognised END AS base,
    t.at_once,
    coalesce(t.starts_on, l.begun_on, t.effective_on) AS begun_on,
    CASE WHEN t.treatment = 'prospective' THEN greatest(t.effective_on, coalesce(t.starts_on, l.begun_on, t.effective_on))
        ELSE coalesce(t.starts_on, l.begun_on, t.effective_on) END AS starts_on,
    coalesce(t.ends_on, l.ends_on) AS ends_on,
    CASE WHEN t.treatment = 'prospective' THEN 0 ELSE o.start_minute END AS start_minute,
    CASE WHEN t.ends_on IS NULL THEN o.end_minute ELSE 0 END AS end_minute,
    t.effective_on AS valid_from, DATE '9999-12-31' AS valid_to,
    CASE
        WHEN o.method = 'usage' OR (o.method = 'point_in_time' AND o."trigger" = 'delivery')
            THEN coalesce(l.units, 0) + t.quantity
        WHEN o.method = 'billing' THEN coalesce(l.units, 0) + t.price + t.at_once
        ELSE coalesce(l.units, CASE WHEN o.method = 'milestone' THEN 1000000 ELSE 1 END)
    END AS units,
    CASE WHEN t.treatment = 'prospective' THEN d.done ELSE 0 END AS unit_base,
    t.change_id
FROM turn t
JOIN obligation o ON o.item = t.item
JOIN before b ON b.item = t.item
JOIN delivered d ON d.item = t.item
LEFT JOIN current l ON l.item = t.item;

INSERT INTO layer SELECT * FROM due;
