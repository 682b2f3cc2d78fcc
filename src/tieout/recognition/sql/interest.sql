-- Interest of financed lines by period: what the amount has become at its end less at its start. Income when the customer pays
-- later than it is delivered to, expense when before.

INSERT INTO slice
WITH piece AS (
    SELECT s.item, s.kind, g.growth, g.rate, g.days, g.starts_on, g.ends_on, g.closes, o.entity,
        CASE f.kind WHEN 'deferred' THEN f.price ELSE f.nominal END AS first_amount,
        CASE f.kind WHEN 'deferred' THEN f.nominal ELSE f.price END AS last_amount
    FROM side s
    JOIN obligation o ON o.item = s.of_item
    JOIN financed f ON f.contract_id = o.contract_id AND f.line_id = o.line_id
    JOIN growth g ON g.contract_id = o.contract_id AND g.line_id = o.line_id
    WHERE s.kind IN ('interest_income', 'interest_expense')
),
cut AS (
    SELECT x.*, p.number, greatest(p.starts_on, x.starts_on) AS from_day, least(p.ends_on, x.ends_on) AS to_day
    FROM piece x
    JOIN calendar p ON p.entity = x.entity AND p.ends_on > x.starts_on AND p.starts_on < x.ends_on
),
reached AS (
    SELECT item, kind, number, grown(first_amount, growth, rate, days_between(starts_on, from_day), days) AS at_start,
        CASE
            WHEN closes AND to_day = ends_on THEN last_amount
            WHEN to_day = ends_on THEN grown(first_amount, half_up(growth * (1000000 + rate), 1000000::HUGEINT), rate, 0, days)
            ELSE grown(first_amount, growth, rate, days_between(starts_on, to_day), days)
        END AS at_end
    FROM cut
)
SELECT item, 1, number, (sum(at_end - at_start) * CASE kind WHEN 'interest_income' THEN 1 ELSE -1 END)::BIGINT
FROM reached GROUP BY item, kind, number;
