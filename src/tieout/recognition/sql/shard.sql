-- One shard of a larger book: the contracts whose arrangement falls to it, and all that belongs to no contract.

CREATE TEMP TABLE chosen AS
SELECT contract_id FROM whole.contract
WHERE hash(CASE WHEN arrangement_id = '' THEN contract_id ELSE arrangement_id END) % $shards = $shard;

-- Rows that name no contract of the book fall to the first shard, which refuses them by name.
CREATE TEMP TABLE elsewhere AS
SELECT contract_id FROM whole.contract WHERE $shard = 0 AND contract_id NOT IN (SELECT contract_id FROM chosen);
