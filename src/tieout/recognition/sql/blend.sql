-- A prospective change over all that remains of an arrangement (606-10-25-13a): what was not recognised, and the change of price,
-- over what remains, by its SSP. What remains of an obligation is the share of it that was not recognised, unless the change says
-- what its SSP is now. What ends on the day, and what is done, takes no part.

CREATE OR REPLACE TABLE to_blend AS
WITH part AS (
    SELECT s.item, o.arrangement_id AS pool, o.contract_id, o.line_id, s.total - s.recognised + s.price AS amount, CASE
        WHEN o.method = 'ratable' AND s.until <= s.effective_on THEN 0
        WHEN s.ssp IS NOT NULL THEN s.ssp
        WHEN s.opens THEN x.ssp
        WHEN s.total = 0 THEN 0
        ELSE greatest(split_off(x.ssp, s.total - s.recognised, s.total), 0)
    END AS weight
    FROM standing s
    JOIN obligation o ON o.item = s.item
    LEFT JOIN worth x ON x.item = s.item
    WHERE s.treatment = 'blend'
)
SELECT item, pool, '' AS bundle_id, contract_id, line_id, sum(amount) OVER (PARTITION BY pool)::BIGINT AS amount, weight
FROM part
QUALIFY sum(weight) OVER (PARTITION BY pool) > 0;
