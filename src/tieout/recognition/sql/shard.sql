-- The shard of each contract of a larger book: that of its arrangement, because nothing crosses an arrangement.

CREATE TEMP TABLE placed AS
SELECT contract_id, min(hash(CASE WHEN arrangement_id = '' THEN contract_id ELSE arrangement_id END) % $shards)::INTEGER AS shard
FROM whole.contract GROUP BY contract_id;
