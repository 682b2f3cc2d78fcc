-- What each contract billed and recognised by period, and the net of both to date; what accrued besides revenue, interest and
-- what is expected to be given back, counts like what was recognised. Contract and period are added up as one whole number,
-- because the rows are many.

CREATE TABLE running AS
WITH earned AS (
    SELECT l.contract_number::BIGINT * 1048576 + m.number AS contract_period, sum(m.amount + m.adjustment)::BIGINT AS recognised
    FROM movement m JOIN place l ON l.item = m.item WHERE l.kind IN ('revenue', 'refund')
    GROUP BY l.contract_number::BIGINT * 1048576 + m.number
),
other AS (
    SELECT l.contract_number::BIGINT * 1048576 + m.number AS contract_period, 0::BIGINT AS billed, m.amount + m.adjustment AS accrued
    FROM movement m JOIN place l ON l.item = m.item WHERE l.kind IN ('interest_income', 'interest_expense')
    UNION ALL
    SELECT c.contract_number::BIGINT * 1048576 + r.number, 0, r.liability
    FROM returnable r JOIN contract_number c ON c.contract_id = r.contract_id
    UNION ALL
    SELECT c.contract_number::BIGINT * 1048576 + p.number, CASE WHEN i.kind = 'credit_memo' THEN -i.amount ELSE i.amount END, 0
    FROM invoice i JOIN contract k ON k.contract_id = i.contract_id
    JOIN contract_number c ON c.contract_id = i.contract_id
    JOIN calendar_day p ON p.entity = k.entity AND p.day = i.issued_on
    WHERE i.kind = 'invoice' OR i.treatment <> 'bad_debt'
),
summed AS (
    SELECT contract_period, sum(billed)::BIGINT AS billed, sum(accrued)::BIGINT AS accrued FROM other GROUP BY contract_period
),
netted AS (
    SELECT (coalesce(e.contract_period, o.contract_period) // 1048576)::INTEGER AS contract_number,
        (coalesce(e.contract_period, o.contract_period) % 1048576)::INTEGER AS number, coalesce(e.recognised, 0) AS recognised,
        coalesce(o.billed, 0) AS billed, coalesce(o.accrued, 0) AS accrued
    FROM earned e FULL JOIN summed o ON o.contract_period = e.contract_period
)
SELECT *, (sum(billed - recognised - accrued) OVER (PARTITION BY contract_number ORDER BY number))::BIGINT AS net FROM netted;
