-- Journal lines in order, each with its period's days and the first role that its account plays.

WITH played AS (
    SELECT entity, coalesce(account, role) AS account, min(role) AS role FROM account_of
    GROUP BY entity, coalesce(account, role)
)
SELECT j.entity, j.$currency AS currency, j.period, p.starts_on, p.ends_on, j.account, j.dimensions, j.part,
    sum(j.$amount)::BIGINT AS amount, coalesce(any_value(r.role), '') AS role
FROM journal j
JOIN calendar p ON p.entity = j.entity AND p.period = j.period
LEFT JOIN played r ON r.entity = j.entity AND r.account = j.account
GROUP BY j.entity, j.$currency, j.period, p.starts_on, p.ends_on, j.account, j.dimensions, j.part
HAVING sum(j.$amount) <> 0
ORDER BY ALL;
