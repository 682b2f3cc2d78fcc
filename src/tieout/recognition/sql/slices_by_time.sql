-- What the layers in `due` recognise over time: per period what is reached at its end less what was reached at its start, so
-- that a layer's slices telescope to its amount. The first slice of a later layer also carries the difference to `base`, which
-- the layers before it recognised: that is the catch-up.

-- Layers whose every boundary inside the term is the end of a period, whose weight `mark` knows; only the last day is weighed
-- for the layer. amount * part / whole is split into whole // and whole %, once for the layer. `head` is what the first slice
-- has besides what is reached at its end.
CREATE OR REPLACE TABLE paced AS
WITH begun AS (
    SELECT d.*, s.step, least(d.valid_to, d.ends_on) AS upto
    FROM due d JOIN stepping s ON s.convention = d.convention
    WHERE d.method = 'ratable' AND d.residual = 'cumulative' AND d.valid_to > d.valid_from AND d.ends_on > d.valid_from
        AND (d.upfront = 0 OR d.valid_from >= d.starts_on)
),
weighed AS (
    SELECT b.*, s.origin, u.reached - s.origin AS served, CASE
        WHEN b.convention = 'even_months' THEN least(e.reached - s.origin, service_months(b.starts_on, b.ends_on))
        ELSE e.reached - s.origin
    END AS whole
    FROM begun b
    JOIN day_mark s ON s.mark = day_number(b.starts_on) * 8 + b.step
    JOIN day_mark u ON u.mark = day_number(b.upto) * 8 + b.step
    JOIN day_mark e ON e.mark = day_number(b.ends_on) * 8 + b.step
)
SELECT w.item, w.version, w.whole, w.step, w.origin, w.upfront - w.base + w.at_once AS head,
    CASE WHEN w.upto <= w.starts_on THEN 0 ELSE least(w.whole, w.served) END AS part_after,
    (w.amount - w.upfront) // w.whole AS each, (w.amount - w.upfront) % w.whole AS rest, f.number AS first, l.number AS last
FROM weighed w
JOIN calendar_day f ON f.entity = w.entity AND f.day = w.valid_from
JOIN calendar_day l ON l.entity = w.entity AND l.day = day_before(w.upto)
WHERE w.whole > 0 AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.item = w.item);

INSERT INTO slice
WITH opened AS (SELECT *, unnest(range(first, last + 1))::INTEGER AS number FROM paced),
reached AS (
    SELECT o.*,
        CASE WHEN o.number = o.first THEN 0 ELSE least(o.whole, greatest(m.opening - o.origin, 0)) END AS part_from,
        CASE WHEN o.number = o.last THEN o.part_after ELSE least(o.whole, greatest(m.closing - o.origin, 0)) END AS part_to
    FROM opened o JOIN mark m ON m.mark = o.number * 8 + o.step
)
SELECT item, version, number, CASE WHEN number = first THEN head ELSE 0 END
    + each * (part_to - part_from) + half_up(rest * part_to, whole) - half_up(rest * part_from, whole) AS amount
FROM reached;

-- Layers that come into force when their term is over are recognised at once.
INSERT INTO slice
SELECT d.item, d.version, f.number, d.amount - d.base + d.at_once
FROM due d JOIN calendar_day f ON f.entity = d.entity AND f.day = d.valid_from
WHERE d.method = 'ratable' AND d.residual = 'cumulative' AND d.ends_on <= d.valid_from AND d.valid_to > d.valid_from
    AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.item = d.item);

-- A condition above would work out every amount twice.
DELETE FROM slice WHERE amount = 0;

-- The layers of time that are left.
CREATE OR REPLACE TABLE uneven AS
SELECT * FROM due d
WHERE method = 'ratable' AND NOT EXISTS (SELECT 1 FROM paced p WHERE p.item = d.item)
    AND (residual <> 'cumulative' OR ends_on > valid_from OR item IN (SELECT item FROM hold));

DROP TABLE paced;
