-- The contracts given, with all others of their arrangements.

CREATE TEMP TABLE aside AS
WITH given AS (SELECT unnest(?::VARCHAR[]) AS contract_id)
SELECT contract_id FROM given
UNION
SELECT contract_id FROM contract WHERE arrangement_id <> '' AND arrangement_id IN (
    SELECT k.arrangement_id FROM contract k JOIN given g ON g.contract_id = k.contract_id
);
