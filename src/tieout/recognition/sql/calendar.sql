-- Accounting periods. Entities without any get calendar months, all open, that cover everything that can be recognised.

CREATE TABLE calendar AS
WITH span AS (
    SELECT min(day) AS first_day, max(day) AS last_day FROM (
        SELECT min(starts_on) AS day FROM layer UNION ALL SELECT max(coalesce(ends_on, starts_on)) FROM layer
        UNION ALL SELECT min(on_date) FROM point UNION ALL SELECT max(on_date) FROM point
        UNION ALL SELECT min(effective_on) FROM change UNION ALL SELECT max(effective_on) FROM change
        UNION ALL SELECT max(coalesce(ends_on, effective_on)) FROM change
        UNION ALL SELECT max(happened_on) FROM event
        UNION ALL SELECT min(paid_on) FROM payment UNION ALL SELECT max(paid_on) FROM payment
        UNION ALL SELECT min(starts_on) FROM financing UNION ALL SELECT max(ends_on) FROM financing
        UNION ALL SELECT max(lapses_on) FROM return_right UNION ALL SELECT max(estimated_on) FROM estimate
        UNION ALL SELECT min(issued_on) FROM invoice UNION ALL SELECT max(issued_on) FROM invoice
    )
),
month AS (
    SELECT unnest(generate_series(month_start(first_day), last_day, INTERVAL 1 MONTH))::DATE AS starts_on FROM span
),
made AS (
    SELECT k.entity, strftime(m.starts_on, '%Y-%m') AS period, m.starts_on, next_month(m.starts_on) AS ends_on, 'open' AS state
    FROM (SELECT DISTINCT entity FROM contract) k CROSS JOIN month m
    WHERE k.entity NOT IN (SELECT entity FROM period)
    UNION ALL
    SELECT entity, period, starts_on, ends_on, state FROM period
)
SELECT *, (row_number() OVER (ORDER BY entity, starts_on))::INTEGER AS number,
    starts_on = min(CASE WHEN state = 'open' THEN starts_on END) OVER (PARTITION BY entity) AS first_open
FROM made;

CREATE TABLE calendar_day AS
SELECT entity, number, unnest(generate_series(starts_on, day_before(ends_on), INTERVAL 1 DAY))::DATE AS day FROM calendar;

-- Conventions whose weight from s to t is what is reached by t less what is reached by s, whatever the term; what each has
-- reached by every day, and from where a term counts that begins on it; and what is reached at the bounds of each period.
CREATE TABLE stepping AS
SELECT * FROM (VALUES ('actual_days', 0), ('even_months', 1), ('full_months', 2), ('half_month', 3), ('thirty_360', 4),
    ('month_share', 5)) v(convention, step);

CREATE TABLE day_mark AS
SELECT day_number(d.day) * 8 + s.step AS mark, reach(s.convention, d.day) AS reached, origin(s.convention, d.day) AS origin
FROM (SELECT day FROM calendar_day UNION SELECT ends_on FROM calendar) d CROSS JOIN stepping s;

CREATE TABLE mark AS
SELECT p.number * 8 + s.step AS mark, f.reached AS opening, t.reached AS closing
FROM calendar p
CROSS JOIN stepping s
JOIN day_mark f ON f.mark = day_number(p.starts_on) * 8 + s.step
JOIN day_mark t ON t.mark = day_number(p.ends_on) * 8 + s.step;
