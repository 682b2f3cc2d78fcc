-- Positions of contracts by name.

CREATE VIEW position AS
SELECT c.contract_id, k.entity, k.currency, p.period, b.recognised, b.billed, b.accrued,
    (sum(b.accrued) OVER to_date)::BIGINT AS accrued_to_date, (sum(b.recognised) OVER to_date)::BIGINT AS recognised_to_date,
    (sum(b.billed) OVER to_date)::BIGINT AS billed_to_date, b.contract_liability, b.contract_asset, b.liability_moved, b.asset_moved
FROM balance b
JOIN contract_number c ON c.contract_number = b.contract_number
JOIN contract k ON k.contract_id = c.contract_id
JOIN calendar p ON p.number = b.number
WINDOW to_date AS (PARTITION BY b.contract_number ORDER BY b.number);
