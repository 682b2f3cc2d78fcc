-- Billed and recognised to date per contract. The net is a contract liability or a contract asset (606-10-45-1 to 4).

CREATE TABLE position AS
WITH moved AS (
    SELECT k.contract_id, m.number, m.amount + m.adjustment AS recognised, 0 AS billed
    FROM movement m JOIN known k ON k.item = m.item WHERE k.kind = 'revenue'
    UNION ALL
    SELECT i.contract_id, p.number, 0, CASE WHEN i.kind = 'credit_memo' THEN -i.amount ELSE i.amount END
    FROM invoice i JOIN contract k ON k.contract_id = i.contract_id
    JOIN calendar p ON p.entity = k.entity AND p.starts_on <= i.issued_on AND p.ends_on > i.issued_on
),
netted AS (
    SELECT contract_id, number, sum(recognised)::BIGINT AS recognised, sum(billed)::BIGINT AS billed
    FROM moved GROUP BY contract_id, number
),
to_date AS (
    SELECT *, (sum(billed) OVER running)::BIGINT AS billed_to_date,
        (sum(recognised) OVER running)::BIGINT AS recognised_to_date
    FROM netted WINDOW running AS (PARTITION BY contract_id ORDER BY number)
)
SELECT t.contract_id, k.entity, k.currency, p.period, t.number, t.recognised, t.billed, t.recognised_to_date,
    t.billed_to_date, greatest(t.billed_to_date - t.recognised_to_date, 0) AS contract_liability,
    greatest(t.recognised_to_date - t.billed_to_date, 0) AS contract_asset,
    greatest(t.billed_to_date - t.recognised_to_date, 0)
        - greatest(t.billed_to_date - t.billed - t.recognised_to_date + t.recognised, 0) AS liability_moved,
    greatest(t.recognised_to_date - t.billed_to_date, 0)
        - greatest(t.recognised_to_date - t.recognised - t.billed_to_date + t.billed, 0) AS asset_moved
FROM to_date t
JOIN contract k ON k.contract_id = t.contract_id
JOIN calendar p ON p.number = t.number;
