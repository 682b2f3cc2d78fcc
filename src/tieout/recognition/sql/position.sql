-- Positions of contracts by name.

CREATE VIEW position AS
SELECT c.contract_id, k.entity, k.currency, p.period, b.* EXCLUDE (contract_number, number)
FROM balance b
JOIN contract_number c ON c.contract_number = b.contract_number
JOIN contract k ON k.contract_id = c.contract_id
JOIN calendar p ON p.number = b.number;
