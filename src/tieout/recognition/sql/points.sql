-- Progress to date of obligations that are not a matter of time. `done` counts in the units of the obligation: its quantity,
-- millionths of a share, its price, or one for what happens once; progress by cost brings a `whole` of its own. What expires
-- (606-10-55-46) is done whole.

CREATE TABLE point AS
WITH increment AS (
    SELECT o.item, e.happened_on AS on_date,
        CASE
            WHEN o.method = 'milestone' THEN e.share
            WHEN o.method = 'usage' THEN e.quantity
            WHEN e.quantity = 0 THEN o.quantity
            ELSE e.quantity
        END AS done
    FROM obligation o JOIN event e ON e.contract_id = o.contract_id AND e.line_id = o.line_id
    WHERE (o.method = 'milestone' AND e.kind = 'milestone') OR (o.method = 'usage' AND e.kind = 'usage')
        OR (o.method = 'point_in_time' AND o."trigger" = 'delivery' AND e.kind = 'delivery')
    UNION ALL
    SELECT o.item, i.issued_on, i.amount
    FROM obligation o JOIN invoice i ON i.contract_id = o.contract_id AND i.line_id = o.line_id
    WHERE o.method = 'billing' AND i.kind = 'invoice'
),
daily AS (SELECT item, on_date, sum(done)::BIGINT AS done FROM increment GROUP BY item, on_date)
SELECT item, on_date, (sum(done) OVER (PARTITION BY item ORDER BY on_date))::BIGINT AS done, NULL::BIGINT AS whole FROM daily
UNION ALL
SELECT o.item, min(e.happened_on), 1000000, 1000000
FROM obligation o JOIN event e ON e.contract_id = o.contract_id AND e.line_id = o.line_id AND e.kind = 'expiry'
GROUP BY o.item
UNION ALL
SELECT item, CASE WHEN "trigger" = 'start' THEN starts_on ELSE day_before(ends_on) END, 1, NULL
FROM obligation WHERE method = 'point_in_time' AND "trigger" IN ('start', 'end')
UNION ALL
SELECT o.item, min(e.happened_on), 1, NULL
FROM obligation o
JOIN event e ON e.contract_id = o.contract_id AND e.line_id = o.line_id AND e.kind = 'acceptance'
WHERE o.method = 'point_in_time' AND o."trigger" = 'acceptance' GROUP BY o.item
UNION ALL
SELECT o.item, min(i.issued_on), 1, NULL
FROM obligation o
JOIN invoice i ON i.contract_id = o.contract_id AND i.line_id = o.line_id AND i.kind = 'invoice'
WHERE o.method = 'point_in_time' AND o."trigger" = 'invoice' GROUP BY o.item
UNION ALL
SELECT o.item, e.happened_on,
    CASE
        WHEN o.progress_step > 0
            THEN half_up(coalesce(e.share, portion(1000000, e.cost_to_date, e.cost_in_total)), o.progress_step)
                * o.progress_step
        ELSE coalesce(e.share, e.cost_to_date)
    END,
    CASE WHEN o.progress_step > 0 OR e.share IS NOT NULL THEN 1000000 ELSE e.cost_in_total END
FROM obligation o
JOIN event e ON e.contract_id = o.contract_id AND e.line_id = o.line_id AND e.kind = 'progress'
WHERE o.method = 'percent_complete';

CREATE TABLE hold AS
SELECT o.item, h.happened_on AS held_on, coalesce(min(r.happened_on), DATE '9999-12-31') AS resumed_on
FROM obligation o
JOIN event h ON h.contract_id = o.contract_id AND h.line_id = o.line_id AND h.kind = 'hold'
LEFT JOIN event r ON r.contract_id = o.contract_id AND r.line_id = o.line_id AND r.kind = 'resume'
    AND r.happened_on > h.happened_on
GROUP BY o.item, h.happened_on;
