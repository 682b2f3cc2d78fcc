-- The shard of each contract of a larger book: that of its arrangement, because nothing crosses an arrangement. Shards take
-- arrangements in the order of their names until they hold their part of the lines; so what was written together is mostly read
-- together. Contracts of one arrangement are peers in that order, so their lines count at once.

CREATE TABLE places.placed AS
WITH counted AS (SELECT contract_id, count(*) AS lines FROM line GROUP BY contract_id),
weighed AS (
    SELECT k.contract_id, coalesce(c.lines, 0) AS lines,
        CASE WHEN k.arrangement_id = '' THEN k.contract_id ELSE k.arrangement_id END AS arrangement
    FROM contract k LEFT JOIN counted c ON c.contract_id = k.contract_id
),
ranked AS (
    SELECT contract_id, sum(lines) OVER (ORDER BY arrangement RANGE UNBOUNDED PRECEDING) AS upto, sum(lines) OVER () AS lines
    FROM weighed
)
SELECT contract_id, (greatest(upto - 1, 0) * $shards // greatest(lines, 1))::INTEGER AS shard FROM ranked;
