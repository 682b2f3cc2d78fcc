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
