-- Billed and recognised to date per contract. Contract and period travel as one whole number, because the rows are many.

CREATE TABLE running AS
WITH moved AS (
    SELECT l.contract_number * 1048576 + m.number AS contract_period, m.amount + m.adjustment AS recognised, 0::BIGINT AS billed
    FROM movement m JOIN place l ON l.item = m.item WHERE l.kind = 'revenue'
    UNION ALL
    SELECT c.contract_number * 1048576 + p.number, 0, CASE WHEN i.kind = 'credit_memo' THEN -i.amount ELSE i.amount END
    FROM invoice i JOIN contract k ON k.contract_id = i.contract_id
    JOIN contract_number c ON c.contract_id = i.contract_id
    JOIN calendar_day p ON p.entity = k.entity AND p.day = i.issued_on
),
netted AS (
    SELECT contract_period, sum(recognised)::BIGINT AS recognised, sum(billed)::BIGINT AS billed
    FROM moved GROUP BY contract_period
)
SELECT contract_period // 1048576 AS contract_number, (contract_period % 1048576)::INTEGER AS number, recognised, billed,
    (sum(recognised) OVER running)::BIGINT AS recognised_to_date, (sum(billed) OVER running)::BIGINT AS billed_to_date
FROM netted WINDOW running AS (PARTITION BY contract_period // 1048576 ORDER BY contract_period);
