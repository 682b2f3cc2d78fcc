-- The layers in `uneven` with the weight of their whole term.

CREATE OR REPLACE TABLE timed AS
WITH placed AS (
    SELECT u.*, service_months(u.starts_on, u.ends_on) AS months, next_month(u.starts_on) AS head,
        month_start(day_before(u.ends_on)) AS tail,
        least(u.valid_to, greatest(u.valid_from + 1, u.ends_on, coalesce(h.resumed_on + 1, u.ends_on))) AS upto
    FROM uneven u
    LEFT JOIN (
        SELECT item, max(CASE WHEN resumed_on < DATE '9999-12-31' THEN resumed_on END) AS resumed_on
        FROM hold GROUP BY item
    ) h ON h.item = u.item
),
counted AS (SELECT *, month_number(tail) - month_number(head) AS middle FROM placed)
SELECT *, weight(convention, starts_on, start_minute, ends_on, end_minute, months, head, tail, middle, ends_on) AS whole
FROM counted;
