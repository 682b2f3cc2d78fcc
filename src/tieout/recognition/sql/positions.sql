-- Billed and recognised to date per contract; what accrued besides revenue, interest and what is expected to be given back,
-- counts like what was recognised. Contract and period travel as one whole number, because the rows are many.

CREATE TABLE running AS
WITH earned AS (
    SELECT l.contract_number * 1048576 + m.number AS contract_period, sum(m.amount + m.adjustment)::BIGINT AS recognised
    FROM movement m JOIN place l ON l.item = m.item WHERE l.kind IN ('revenue', 'refund')
    GROUP BY l.contract_number * 1048576 + m.number
),
other AS (
    SELECT l.contract_number * 1048576 + m.number AS contract_period, 0::BIGINT AS billed, m.amount + m.adjustment AS accrued
    FROM movement m JOIN place l ON l.item = m.item WHERE l.kind IN ('interest_income', 'interest_expense')
    UNION ALL
    SELECT c.contract_number * 1048576 + r.number, 0, r.liability
    FROM returnable r JOIN contract_number c ON c.contract_id = r.contract_id
    UNION ALL
    SELECT c.contract_number * 1048576 + p.number, CASE WHEN i.kind = 'credit_memo' THEN -i.amount ELSE i.amount END, 0
    FROM invoice i JOIN contract k ON k.contract_id = i.contract_id
    JOIN contract_number c ON c.contract_id = i.contract_id
    JOIN calendar_day p ON p.entity = k.entity AND p.day = i.issued_on
    WHERE i.kind = 'invoice' OR i.treatment <> 'bad_debt'
),
summed AS (
    SELECT contract_period, sum(billed)::BIGINT AS billed, sum(accrued)::BIGINT AS accrued FROM other GROUP BY contract_period
),
netted AS (
    SELECT coalesce(e.contract_period, o.contract_period) AS contract_period, coalesce(e.recognised, 0) AS recognised,
        coalesce(o.billed, 0) AS billed, coalesce(o.accrued, 0) AS accrued
    FROM earned e FULL JOIN summed o ON o.contract_period = e.contract_period
)
SELECT contract_period // 1048576 AS contract_number, (contract_period % 1048576)::INTEGER AS number, recognised, billed,
    accrued, (sum(accrued) OVER running)::BIGINT AS accrued_to_date,
    (sum(recognised) OVER running)::BIGINT AS recognised_to_date, (sum(billed) OVER running)::BIGINT AS billed_to_date
FROM netted WINDOW running AS (PARTITION BY contract_period // 1048576 ORDER BY contract_period);
