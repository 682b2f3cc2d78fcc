-- The shard of each contract of a larger book: that of its arrangement, because nothing crosses an arrangement. Shards take
-- arrangements in the order of their names until they hold their part of the lines; so what was written together is mostly read
-- together.

CREATE TABLE places.placed AS
WITH counted AS (SELECT contract_id, count(*) AS lines FROM line GROUP BY contract_id),
member AS (
    SELECT contract_id, CASE WHEN arrangement_id = '' THEN contract_id ELSE arrangement_id END AS arrangement FROM contract
),
weighed AS (
    SELECT m.arrangement, sum(coalesce(c.lines, 0)) AS lines
    FROM member m LEFT JOIN counted c ON c.contract_id = m.contract_id GROUP BY m.arrangement
),
ranked AS (
    SELECT arrangement, sum(lines) OVER (ORDER BY arrangement) - lines AS before, sum(lines) OVER () AS lines FROM weighed
)
SELECT m.contract_id, min(least(r.before * $shards // greatest(r.lines, 1), $shards - 1))::INTEGER AS shard
FROM member m JOIN ranked r ON r.arrangement = m.arrangement GROUP BY m.contract_id;
