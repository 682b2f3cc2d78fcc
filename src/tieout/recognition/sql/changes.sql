-- What each round does to a line: rows of one line and effective day add up. Besides the changes that people enter, credit memos
-- and new estimates change the price; under conventions that count months, from the first day of one. A blend touches all lines of
-- its arrangement. A commission is written off when its contract is cancelled.

CREATE VIEW amendment AS
SELECT contract_id, line_id, change_id, effective_on, treatment, quantity, price, at_once, starts_on,
    CASE WHEN treatment = 'cancel' THEN effective_on ELSE ends_on END AS ends_on, ssp
FROM change WHERE treatment <> 'separate'
UNION ALL
SELECT i.contract_id, i.line_id, 'credit memo ' || i.invoice_id, counted_from(i.issued_on, o.method, o.convention),
    CASE i.treatment WHEN 'price_concession' THEN 'catch_up' WHEN 'goodwill' THEN 'prospective' ELSE 'refund' END,
    0, -i.amount, 0, NULL, NULL, NULL
FROM invoice i JOIN obligation o ON o.contract_id = i.contract_id AND o.line_id = i.line_id
WHERE i.kind = 'credit_memo' AND i.treatment IN ('price_concession', 'goodwill', 'refund')
UNION ALL
SELECT r.contract_id, r.line_id, 'estimate ' || r.bundle_id, counted_from(r.estimated_on, o.method, o.convention), 'catch_up',
    0, s.amount, 0, NULL, NULL, NULL
FROM reassessed r
JOIN reestimated s ON s.item = r.item AND s.bundle_id = r.bundle_id
JOIN obligation o ON o.item = r.item;

CREATE TABLE written_off AS
WITH cancelled AS (
    SELECT o.contract_id, max(c.effective_on) AS on_date
    FROM obligation o
    LEFT JOIN change c ON c.contract_id = o.contract_id AND c.line_id = o.line_id AND c.treatment = 'cancel'
    GROUP BY o.contract_id HAVING count(c.change_id) = count(*)
)
SELECT k.item, k.contract_id, coalesce(k.written_off_on, c.on_date) AS on_date
FROM cost k LEFT JOIN cancelled c ON c.contract_id = k.contract_id
WHERE k.method = 'ratable' AND coalesce(k.written_off_on, c.on_date) < k.ends_on;

CREATE TABLE effect AS
WITH touched AS (
    SELECT o.item, o.arrangement_id, o.origin NOT IN ('order', 'separate') AS adds, a.* EXCLUDE (contract_id, line_id)
    FROM amendment a JOIN obligation o ON o.contract_id = a.contract_id AND o.line_id = a.line_id
    UNION ALL
    SELECT o.item, o.arrangement_id, o.origin <> 'order', '', b.effective_on, 'blend', 0, 0, 0, NULL, NULL, NULL
    FROM blend_day b
    JOIN obligation o ON o.arrangement_id = b.arrangement_id AND coalesce(o.pool, o.arrangement_id) = o.arrangement_id
    WHERE o.allocation <> 'excluded' AND o.allocated IS NULL AND coalesce(o.added_on < b.effective_on, true)
        AND NOT EXISTS (
            SELECT 1 FROM amendment a
            WHERE a.contract_id = o.contract_id AND a.line_id = o.line_id AND a.effective_on = b.effective_on
        )
    UNION ALL
    SELECT item, 'commission ' || item, false, '', on_date, 'prospective', 0, 0, 0, NULL, on_date, NULL FROM written_off
),
folded AS (
    SELECT item, any_value(arrangement_id) AS arrangement_id, effective_on, max(change_id) AS change_id,
        min(treatment) AS treatment, sum(quantity)::BIGINT AS quantity, sum(price)::BIGINT AS price,
        sum(at_once)::BIGINT AS at_once, max(ends_on) AS ends_on, max(starts_on) AS starts_on, max(ssp)::BIGINT AS ssp,
        any_value(adds) AS adds
    FROM touched GROUP BY item, effective_on
)
SELECT * EXCLUDE (adds, arrangement_id), adds AND effective_on = min(effective_on) OVER (PARTITION BY item) AS opens,
    CASE WHEN arrangement_id IN (SELECT arrangement_id FROM blend_day)
        THEN dense_rank() OVER (PARTITION BY arrangement_id ORDER BY effective_on)
        ELSE row_number() OVER (PARTITION BY item ORDER BY effective_on)
    END AS round
FROM folded;

CREATE VIEW subject AS
SELECT item, entity, method, "trigger", convention, residual, upfront, start_minute, end_minute FROM obligation
UNION ALL
SELECT item, entity, method, '', convention, 'cumulative', 0, 0, 0 FROM cost;

-- The SSP that a blend weighs an obligation with.
CREATE VIEW worth AS
SELECT o.item, coalesce(o.ssp, e.ssp) AS ssp FROM obligation o LEFT JOIN extended e ON e.item = o.item;
