-- New estimates of variable consideration (606-10-32-42 to 45): the difference to the one that each replaces, over the
-- obligations that shared the first one, in the proportions of the first allocation.

CREATE TABLE reassessed AS
WITH later AS (
    SELECT e.estimate_id, e.estimated_on, o.item, o.pool, e.included - p.included AS amount
    FROM estimated e
    JOIN estimated p ON p.contract_id = e.contract_id AND p.line_id = e.line_id AND p.estimate_id = e.replaces
    JOIN obligation o ON o.contract_id = e.contract_id AND o.line_id = e.line_id
    WHERE e.replaces <> ''
)
SELECT l.estimate_id AS bundle_id, l.pool, o.item, o.contract_id, o.line_id, l.estimated_on, l.amount,
    CASE WHEN o.item = l.item AND a.amount = 0 THEN 1 ELSE abs(a.amount) END AS weight
FROM later l
JOIN allocated own ON own.item = l.item
JOIN obligation o ON o.pool = l.pool
JOIN allocated a ON a.item = o.item
WHERE o.item = l.item OR (own.part IN ('relative', 'residual') AND a.part IN ('relative', 'residual'));
