-- What each contract billed and recognised by period, and the net of both to date; what accrued besides revenue, interest and
-- what is expected to be given back, counts like what was recognised.

CREATE TABLE earned AS
SELECT l.contract_number, m.number, sum(m.amount + m.adjustment)::BIGINT AS recognised
FROM movement m JOIN place l ON l.item = m.item WHERE l.kind IN ('revenue', 'refund')
GROUP BY l.contract_number, m.number;

CREATE TABLE running AS
WITH other AS (
    SELECT l.contract_number, m.number, 0::BIGINT AS billed, m.amount + m.adjustment AS accrued
    FROM movement m JOIN place l ON l.item = m.item WHERE l.kind IN ('interest_income', 'interest_expense')
    UNION ALL
    SELECT c.contract_number, r.number, 0, r.liability
    FROM returnable r JOIN contract_number c ON c.contract_id = r.contract_id
    UNION ALL
    SELECT c.contract_number, p.number, CASE WHEN i.kind = 'credit_memo' THEN -i.amount ELSE i.amount END, 0
    FROM invoice i JOIN contract k ON k.contract_id = i.contract_id
    JOIN contract_number c ON c.contract_id = i.contract_id
    JOIN calendar_day p ON p.entity = k.entity AND p.day = i.issued_on
    WHERE i.kind = 'invoice' OR i.treatment <> 'bad_debt'
),
summed AS (
    SELECT contract_number, number, sum(billed)::BIGINT AS billed, sum(accrued)::BIGINT AS accrued
    FROM other GROUP BY contract_number, number
),
netted AS (
    SELECT coalesce(e.contract_number, o.contract_number) AS contract_number, coalesce(e.number, o.number) AS number,
        coalesce(e.recognised, 0) AS recognised, coalesce(o.billed, 0) AS billed, coalesce(o.accrued, 0) AS accrued
    FROM earned e FULL JOIN summed o ON o.contract_number = e.contract_number AND o.number = e.number
)
SELECT *, (sum(billed - recognised - accrued) OVER (PARTITION BY contract_number ORDER BY number))::BIGINT AS net FROM netted;

DROP TABLE earned;
