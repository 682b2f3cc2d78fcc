-- The layers that a round opens. Prospective (606-10-25-13a): what was not recognised plus the change of price runs from the
-- effective day. Catch-up (606-10-25-13b): the whole new amount, measured from the start; `base` makes the difference land on
-- the effective day. An amount at once is recognised on that day and is no part of the rest. Cancelled: the rest is given up,
-- and what is kept of it is recognised on the day. What ends before it began runs from the effective day. Refunded: the earned
-- share of it is contra revenue, the rest prospective.

CREATE OR REPLACE TABLE moved AS
WITH refunded AS (
    SELECT *, treatment = 'catch_up' AS catches_up, CASE
        WHEN treatment <> 'refund' THEN 0
        WHEN total = 0 THEN -price
        ELSE split_off(-price, recognised, total)
    END AS given_back
    FROM standing
)
SELECT * EXCLUDE (price),
    CASE treatment WHEN 'cancel' THEN price - total + recognised WHEN 'refund' THEN price + given_back ELSE price END AS price
FROM refunded;

INSERT INTO slice
SELECT s.item, m.version + 1, p.number, -m.given_back
FROM moved m
JOIN side s ON s.of_item = m.item AND s.kind = 'refund'
JOIN subject o ON o.item = m.item
JOIN calendar p ON p.entity = o.entity AND p.starts_on <= m.effective_on AND p.ends_on > m.effective_on
WHERE m.given_back <> 0;

CREATE OR REPLACE TABLE due AS
SELECT m.item, m.version + 1 AS version, o.entity, o.method, o.convention, o.residual, m.total + m.price + m.at_once AS total,
    m.total + m.price - CASE WHEN m.catches_up THEN 0 ELSE m.recognised END AS amount,
    CASE WHEN m.catches_up OR m.opens THEN portion(m.total + m.price, o.upfront, 1000000) ELSE 0 END AS upfront,
    CASE WHEN m.catches_up THEN m.recognised ELSE 0 END AS base,
    m.at_once,
    coalesce(m.starts_on, m.begun_on, m.effective_on) AS begun_on,
    CASE
        WHEN m.until <= coalesce(m.starts_on, m.begun_on) THEN m.effective_on
        ELSE greatest(
            CASE WHEN m.catches_up THEN DATE '0001-01-01' ELSE m.effective_on END,
            coalesce(m.starts_on, m.begun_on, m.effective_on)
        )
    END AS starts_on,
    m.until AS ends_on,
    CASE WHEN m.catches_up THEN o.start_minute ELSE 0 END AS start_minute,
    CASE WHEN m.ends_on IS NULL THEN o.end_minute ELSE 0 END AS end_minute,
    m.effective_on AS valid_from, DATE '9999-12-31' AS valid_to,
    CASE
        WHEN m.treatment = 'cancel' THEN m.done
        WHEN o.method = 'usage' OR (o.method = 'point_in_time' AND o."trigger" = 'delivery')
            THEN coalesce(m.units, 0) + m.quantity
        WHEN o.method = 'billing' THEN coalesce(m.units, 0) + m.price + m.at_once
        ELSE coalesce(m.units, CASE WHEN o.method = 'milestone' THEN 1000000 ELSE 1 END)
    END AS units,
    CASE WHEN m.catches_up THEN 0 ELSE m.done END AS unit_base,
    m.change_id
FROM moved m JOIN subject o ON o.item = m.item;

INSERT INTO layer SELECT * FROM due;
