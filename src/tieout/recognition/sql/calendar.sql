-- Accounting periods. Entities without any get calendar months, all open, that cover everything that can be recognised.

CREATE TABLE calendar AS
WITH span AS (
    SELECT min(day) AS first_day, max(day) AS last_day FROM (
        SELECT min(starts_on) AS day FROM layer UNION ALL SELECT max(coalesce(ends_on, starts_on)) FROM layer
        UNION ALL SELECT min(on_date) FROM point UNION ALL SELECT max(on_date) FROM point
        UNION ALL SELECT min(effective_on) FROM change UNION ALL SELECT max(effective_on) FROM change
        UNION ALL SELECT max(coalesce(ends_on, effective_on)) FROM change
        UNION ALL SELECT max(happened_on) FROM event
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
SELECT *, row_number() OVER (ORDER BY entity, starts_on) AS number,
    starts_on = min(CASE WHEN state = 'open' THEN starts_on END) OVER (PARTITION BY entity) AS first_open
FROM made;
