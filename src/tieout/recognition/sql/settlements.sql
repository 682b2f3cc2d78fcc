-- What settles receivables besides credit memos that lower what was billed: payments, credit of the customer, and losses. A
-- refund that is paid out opens what its credit memo closed. `amount` lowers the receivable and debits the role.

CREATE TABLE settlement AS
WITH settled AS (
    SELECT contract_id, paid_on AS on_date, CASE kind WHEN 'customer_balance' THEN 'customer_balance' ELSE 'cash' END AS role,
        CASE kind WHEN 'refund' THEN -amount ELSE amount END AS amount
    FROM payment
    UNION ALL
    SELECT contract_id, issued_on, 'bad_debt', amount FROM invoice WHERE kind = 'credit_memo' AND treatment = 'bad_debt'
)
SELECT c.contract_number, p.number, s.on_date, s.role, s.amount
FROM settled s
JOIN contract k ON k.contract_id = s.contract_id
JOIN contract_number c ON c.contract_id = s.contract_id
JOIN calendar p ON p.entity = k.entity AND p.starts_on <= s.on_date AND p.ends_on > s.on_date;
