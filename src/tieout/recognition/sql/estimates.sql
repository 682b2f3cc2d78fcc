-- Variable consideration (606-10-32-5 to 13): expected value or most likely amount of the outcomes, and no more of it than the
-- amount that meets the constraint. It becomes part of the line's price; what replaces it later changes the price from that day.

CREATE TABLE estimated AS
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY contract_id, line_id, estimate_id ORDER BY probability DESC) AS place,
        sum(probability) OVER (PARTITION BY contract_id, line_id, estimate_id) AS certain,
        max(probability) OVER (PARTITION BY contract_id, line_id, estimate_id) AS likeliest
    FROM estimate
),
valued AS (
    SELECT contract_id, line_id, estimate_id, min(method) AS method, min("limit") AS "limit", any_value(certain) AS certain,
        min(method) = max(method) AND coalesce(min("limit"), -1) = coalesce(max("limit"), -1) AS agreed,
        max(estimated_on) AS estimated_on, max(replaces) AS replaces, sum(CASE WHEN probability = likeliest THEN 1 ELSE 0 END) AS likely,
        CASE WHEN min(method) = 'expected' THEN portion(sum(amount * probability)::BIGINT, 1, 1000000)
            ELSE sum(CASE WHEN place = 1 THEN amount ELSE 0 END)::BIGINT END AS estimate
    FROM ranked GROUP BY contract_id, line_id, estimate_id
)
SELECT *, least(estimate, coalesce("limit", estimate)) AS included,
    estimate - least(estimate, coalesce("limit", estimate)) AS constrained_out
FROM valued;
