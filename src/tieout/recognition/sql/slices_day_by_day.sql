-- Layers in `timed`, by the same figures as those above, worked out for the two days that bound each slice: with holds,
-- or with weights that depend on more than the day.

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
weighed AS (
    SELECT *, weight(convention, starts_on, start_minute, ends_on, end_minute, months, head, tail, middle, a) AS part_before,
        weight(convention, starts_on, start_minute, ends_on, end_minute, months, head, tail, middle, b) AS part_after
    FROM held
),
reached AS (
    SELECT item, version, number, at_once, from_day = valid_from AS opens, base,
        CASE
            WHEN to_on <= starts_on THEN 0
            WHEN whole <= 0 THEN amount
            ELSE upfront + portion(amount - upfront, part_after, whole)
        END AS at_end,
        CASE
            WHEN from_on <= starts_on THEN 0
            WHEN whole <= 0 THEN amount
            ELSE upfront + portion(amount - upfront, part_before, whole)
        END AS at_start
    FROM weighed
)
SELECT item, version, number, (at_end - CASE WHEN opens THEN base - at_once ELSE at_start END)::BIGINT AS amount
FROM reached
WHERE at_end <> CASE WHEN opens THEN base - at_once ELSE at_start END;
