-- What the layers in `due` recognise: per period what is reached at its end less what was reached at its start, so that a
-- layer's slices telescope to its amount. The first slice of a later layer also carries the difference to `base`, which the
-- layers before it recognised: that is the catch-up.

CREATE OR REPLACE TABLE timed AS
WITH placed AS (
    SELECT d.*, service_months(d.starts_on, d.ends_on) AS months, next_month(d.starts_on) AS head,
        month_start(day_before(d.ends_on)) AS tail, h.item IS NOT NULL AS held,
        least(d.valid_to, greatest(d.valid_from + 1, d.ends_on, coalesce(h.resumed_on + 1, d.ends_on))) AS upto
    FROM due d
    LEFT JOIN (
        SELECT item, max(CASE WHEN resumed_on < DATE '9999-12-31' THEN resumed_on END) AS resumed_on
        FROM hold GROUP BY item
    ) h ON h.item = d.item
    WHERE d.method = 'ratable'
),
counted AS (SELECT *, month_number(tail) - month_number(head) AS middle FROM placed),
weighed AS (
    SELECT *, weight(convention, starts_on, start_minute, ends_on, end_minute, months, head, tail, middle, ends_on) AS whole
    FROM counted
)
SELECT w.*, s.step,
    s.step IS NOT NULL AND NOT held AND residual = 'cumulative' AND whole > 0 AND upto <= ends_on AND upto > valid_from
        AND (upfront = 0 OR valid_from >= starts_on) AS plain
FROM weighed w LEFT JOIN stepping s ON s.convention = w.convention;

-- Plain layers: every boundary inside the term is the end of a period, whose weight `mark` knows; only the last day is weighed
-- for the layer. amount * part / whole is split into whole // and whole %, once for the layer. `head` is what the
-- first slice has besides what is reached at its end.
CREATE OR REPLACE TABLE paced AS
SELECT t.item, t.version, t.whole, t.step, origin(t.convention, t.starts_on) AS origin, t.upfront - t.base + t.at_once AS head,
    CASE
        WHEN t.upto <= t.starts_on THEN 0
        ELSE least(t.whole, reach(t.convention, t.upto) - origin(t.convention, t.starts_on))
    END AS part_after,
    sign(t.amount - t.upfront)::BIGINT AS sign, abs(t.amount - t.upfront) // t.whole AS each,
    abs(t.amount - t.upfront) % t.whole AS rest, f.number AS first, l.number AS last
FROM timed t
JOIN calendar_day f ON f.entity = t.entity AND f.day = t.valid_from
JOIN calendar_day l ON l.entity = t.entity AND l.day = day_before(t.upto)
WHERE t.plain;

INSERT INTO slice
WITH opened AS (SELECT *, unnest(range(first, last + 1))::INTEGER AS number FROM paced),
reached AS (
    SELECT o.*,
        CASE WHEN o.number = o.first THEN 0 ELSE least(o.whole, greatest(m.opening - o.origin, 0)) END AS part_from,
        CASE WHEN o.number = o.last THEN o.part_after ELSE least(o.whole, greatest(m.closing - o.origin, 0)) END AS part_to
    FROM opened o JOIN mark m ON m.mark = o.number * 8 + o.step
)
SELECT item, version, number, CASE WHEN number = first THEN head ELSE 0 END + sign * (
    each * (part_to - part_from) + half_up(rest * part_to, whole) - half_up(rest * part_from, whole)
) AS amount
FROM reached;

-- A condition above would work out every amount twice.
DELETE FROM slice WHERE amount = 0;
