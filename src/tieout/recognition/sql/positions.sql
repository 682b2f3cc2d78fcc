-- Billed and recognised to date per contract. The net is a contract liability or a contract asset (606-10-45-1 to 4).

CREATE TABLE balance AS
WITH moved AS (
    SELECT l.contract_number, m.number, m.amount + m.adjustment AS recognised, 0 AS billed
    FROM movement m JOIN place l ON l.item = m.item WHERE l.kind = 'revenue'
    UNION ALL
    SELECT c.contract_number, p.number, 0, CASE WHEN i.kind = 'credit_memo' THEN -i.amount ELSE i.amount END
    FROM invoice i JOIN contract k ON k.contract_id = i.contract_id
    JOIN contract_number c ON c.contract_id = i.contract_id
    JOIN calendar p ON p.entity = k.entity AND p.starts_on <= i.issued_on AND p.ends_on > i.issued_on
),
netted AS (
    SELECT contract_number, number, sum(recognised)::BIGINT AS recognised, sum(billed)::BIGINT AS billed
    FROM moved GROUP BY contract_number, number
),
to_date AS (
    SELECT *, (sum(billed) OVER running)::BIGINT AS billed_to_date,
        (sum(recognised) OVER running)::BIGINT AS recognised_to_date
    FROM netted WINDOW running AS (PARTITION BY contract_number ORDER BY number)
)
SELECT contract_number, number, recognised, billed, recognised_to_date, billed_to_date,
    greatest(billed_to_date - recognised_to_date, 0) AS contract_liability,
    greatest(recognised_to_date - billed_to_date, 0) AS contract_asset,
    greatest(billed_to_date - recognised_to_date, 0)
        - greatest(billed_to_date - billed - recognised_to_date + recognised, 0) AS liability_moved,
    greatest(recognised_to_date - billed_to_date, 0)
        - greatest(recognised_to_date - recognised - billed_to_date + billed, 0) AS asset_moved
FROM to_date;

CREATE VIEW position AS
SELECT c.contract_id, k.entity, k.currency, p.period, b.* EXCLUDE (contract_number, number)
FROM balance b
JOIN contract_number c ON c.contract_number = b.contract_number
JOIN contract k ON k.contract_id = c.contract_id
JOIN calendar p ON p.number = b.number;
