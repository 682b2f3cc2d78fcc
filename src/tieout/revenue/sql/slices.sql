-- What the layers in `due` recognise: per period what is reached at its end less what was reached at its start, so that a
-- layer's slices telescope to its amount. The first slice of a later layer also carries the difference to `base`, which the
-- layers before it recognised: that is the catch-up.

CREATE OR REPLACE TABLE timed AS
WITH placed AS (
    SELECT d.*, service_months(d.starts_on, d.ends_on) AS months, next_month(d.starts_on) AS head,
        month_start(day_before(d.ends_on)) AS tail,
        least(d.valid_to, greatest(d.valid_from + 1, d.ends_on, coalesce(h.resumed_on + 1, d.ends_on))) AS upto
    FROM due d
    LEFT JOIN (
        SELECT item, max(resumed_on) AS resumed_on FROM hold WHERE resumed_on < DATE '9999-12-31' GROUP BY item
    ) h ON h.item = d.item
    WHERE d.method = 'ratable'
),
counted AS (SELECT *, month_number(tail) - month_number(head) AS middle FROM placed)
SELECT *,
    weight(convention, starts_on, start_minute, ends_on, end_minute, months, head, tail, middle, ends_on) AS whole
FROM counted;

INSERT INTO slice
WITH cut AS (
    SELECT t.*, p.number, greatest(p.starts_on, t.valid_from) AS from_day, least(p.ends_on, t.upto) AS to_day
    FROM timed t
    JOIN calendar p ON p.entity = t.entity AND p.ends_on > t.valid_from AND p.starts_on < t.upto
    WHERE t.residual = 'cumulative' AND t.upto > t.valid_from
),
held AS (
    SELECT c.*, coalesce(a.held_on, c.from_day) AS from_on, coalesce(b.held_on, c.to_day) AS to_on,
        least(coalesce(a.held_on, c.from_day), c.ends_on) AS a, least(coalesce(b.held_on, c.to_day), c.ends_on) AS b
    FROM cut c
    LEFT JOIN hold a ON a.item = c.item AND c.from_day > a.held_on AND c.from_day <= a.resumed_on
    LEFT JOIN hold b ON b.item = c.item AND c.to_day > b.held_on AND c.to_day <= b.resumed_on
),
reached AS (
    SELECT item, version, number, at_once, from_day = valid_from AS opens, base,
        CASE
            WHEN to_on <= starts_on THEN 0
            WHEN whole <= 0 THEN amount
            ELSE upfront + portion(
                amount - upfront,
                weight(convention, starts_on, start_minute, ends_on, end_minute, months, head, tail, middle, b), whole
            )
        END AS at_end,
        CASE
            WHEN from_on <= starts_on THEN 0
            WHEN whole <= 0 THEN amount
            ELSE upfront + portion(
                amount - upfront,
                weight(convention, starts_on, start_minute, ends_on, end_minute, months, head, tail, middle, a), whole
            )
        END AS at_start
    FROM held
)
SELECT item, version, number, (at_end - CASE WHEN opens THEN base - at_once ELSE at_start END)::BIGINT AS amount
FROM reached
WHERE at_end <> CASE WHEN opens THEN base - at_once ELSE at_start END;

-- The other residual policies round each slice for itself over the whole term; one slice takes the rest.
INSERT INTO slice
WITH cut AS (
    SELECT t.*, p.number, greatest(p.starts_on, t.starts_on) AS from_day, least(p.ends_on, t.ends_on) AS to_day
    FROM timed t
    JOIN calendar p ON p.entity = t.entity AND p.ends_on > t.starts_on AND p.starts_on < t.ends_on
    WHERE t.residual <> 'cumulative'
),
weighed AS (
    SELECT *, weight(convention, starts_on, start_minute, ends_on, end_minute, months, head, tail, middle, to_day)
        - weight(convention, starts_on, start_minute, ends_on, end_minute, months, head, tail, middle, from_day) AS part
    FROM cut
),
counted AS (
    SELECT *, row_number() OVER (PARTITION BY item, version ORDER BY from_day) AS place,
        count(*) OVER (PARTITION BY item, version) AS places
    FROM weighed WHERE part > 0
),
rounded AS (
    SELECT *,
        CASE
            WHEN residual = 'truncate_last'
                THEN sign(amount) * (((abs(amount) // whole) * part) + ((abs(amount) % whole) * part) // whole)
            ELSE portion(amount, part, whole)
        END AS share,
        CASE
            WHEN residual = 'first' THEN place = 1
            WHEN residual = 'truncate_last' AND convention = 'months_prorated' AND places > 2 THEN place = places - 1
            ELSE place = places
        END AS takes_rest
    FROM counted
),
settled AS (
    SELECT *, CASE
        WHEN takes_rest THEN amount - (sum(share) OVER (PARTITION BY item, version) - share)
        ELSE share
    END AS settled
    FROM rounded
)
SELECT item, version, number, (settled + CASE WHEN place = 1 THEN at_once ELSE 0 END)::BIGINT
FROM settled WHERE from_day < valid_to;

-- Layers that progress moves. What happened before a later layer was in force counts at the day that it came into force.
INSERT INTO slice
WITH met AS (
    SELECT d.item, d.version, d.valid_from, d.entity, d.amount, d.base, d.at_once, p.done - d.unit_base AS done,
        coalesce(p.whole, d.units) - d.unit_base AS whole,
        coalesce(h.resumed_on, greatest(p.on_date, d.valid_from)) AS on_date,
        row_number() OVER (
            PARTITION BY d.item, d.version, coalesce(h.resumed_on, greatest(p.on_date, d.valid_from)) ORDER BY p.on_date DESC
        ) AS latest
    FROM due d
    JOIN point p ON p.item = d.item AND p.on_date < d.valid_to
    LEFT JOIN hold h ON h.item = d.item AND p.on_date >= h.held_on AND p.on_date < h.resumed_on
    WHERE d.method <> 'ratable' AND coalesce(h.resumed_on, p.on_date) < d.valid_to
),
opened AS (
    SELECT item, version, entity, valid_from, base, at_once, on_date, amount, done, whole FROM met WHERE latest = 1
    UNION ALL
    SELECT d.item, d.version, d.entity, d.valid_from, d.base, d.at_once, d.valid_from, d.amount, 0, d.units - d.unit_base
    FROM due d
    WHERE d.method <> 'ratable' AND d.version > 1
        AND NOT EXISTS (
            SELECT 1 FROM met m WHERE m.item = d.item AND m.version = d.version AND m.on_date = d.valid_from
        )
),
reached AS (
    SELECT *, CASE WHEN whole <= 0 THEN amount ELSE portion(amount, done, whole) END AS at_end FROM opened
),
moved AS (
    SELECT *, at_end - coalesce(
        lag(at_end) OVER (PARTITION BY item, version ORDER BY on_date), base - at_once
    ) AS moved
    FROM reached
)
SELECT m.item, m.version, p.number, sum(m.moved)::BIGINT
FROM moved m JOIN calendar p ON p.entity = m.entity AND p.starts_on <= m.on_date AND p.ends_on > m.on_date
WHERE m.moved <> 0 GROUP BY m.item, m.version, p.number;
