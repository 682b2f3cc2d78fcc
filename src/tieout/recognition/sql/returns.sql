-- Rights of return (606-10-55-22 to 29): of what is delivered, the share that is expected back is no revenue but a refund
-- liability, and its cost an asset, until goods come back or the right lapses. Both are functions of the date: delivered to date
-- times the share, less what came back, and nothing once it has lapsed.

INSERT INTO returnable
WITH sold AS (
    SELECT o.item, o.entity, o.contract_id, o.line_id, r.share, r.cost, r.lapses_on, l.total, o.quantity AS units
    FROM return_right r
    JOIN obligation o ON o.contract_id = r.contract_id AND o.line_id = r.line_id
    JOIN layer l ON l.item = o.item AND l.version = 1
),
delivered AS (
    SELECT item, number, sum(amount) AS amount FROM slice WHERE item IN (SELECT item FROM sold) GROUP BY item, number
),
came_back AS (
    SELECT contract_id, line_id, happened_on, sum(quantity) AS quantity FROM event
    WHERE kind = 'return' GROUP BY contract_id, line_id, happened_on
),
back AS (
    SELECT s.item, p.number, sum(e.quantity) AS quantity
    FROM sold s
    JOIN came_back e ON e.contract_id = s.contract_id AND e.line_id = s.line_id
    JOIN calendar p ON p.entity = s.entity AND p.starts_on <= e.happened_on AND p.ends_on > e.happened_on
    GROUP BY s.item, p.number
),
to_date AS (
    SELECT s.*, p.number, p.ends_on <= coalesce(s.lapses_on, DATE '9999-12-31') AS open,
        (sum(coalesce(d.amount, 0)) OVER running)::BIGINT AS delivered,
        (sum(coalesce(b.quantity, 0)) OVER running)::BIGINT AS back
    FROM sold s
    JOIN calendar p ON p.entity = s.entity
    LEFT JOIN delivered d ON d.item = s.item AND d.number = p.number
    LEFT JOIN back b ON b.item = s.item AND b.number = p.number
    WINDOW running AS (PARTITION BY s.item ORDER BY p.number)
),
held AS (
    SELECT item, contract_id, number,
        CASE WHEN open THEN greatest(split_off(delivered, share, 1000000) - split_off(total, back, units), 0) ELSE 0 END AS liability,
        CASE WHEN open AND total <> 0 THEN greatest(
            split_off(split_off(cost, delivered, total), share, 1000000) - split_off(cost, back, units), 0
        ) ELSE 0 END AS asset,
        split_off(total, back, units) AS taken_back, split_off(cost, back, units) AS cost_back
    FROM to_date
)
SELECT item, contract_id, number, liability - lag(liability, 1, 0) OVER turns AS liability,
    asset - lag(asset, 1, 0) OVER turns AS asset, taken_back - lag(taken_back, 1, 0) OVER turns AS taken_back,
    cost_back - lag(cost_back, 1, 0) OVER turns AS cost_back
FROM held WINDOW turns AS (PARTITION BY item ORDER BY number);

DELETE FROM returnable WHERE liability = 0 AND asset = 0 AND taken_back = 0 AND cost_back = 0;

INSERT INTO slice SELECT item, 1, number, -(liability + taken_back)::BIGINT FROM returnable WHERE liability + taken_back <> 0;
