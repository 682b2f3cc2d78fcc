-- The figures that a preview compares: revenue and accounts by period, and the contract liability at the end of each.

SELECT CASE kind WHEN 'revenue' THEN 'revenue' ELSE kind END AS figure, entity, currency, period,
    sum(amount + adjustment)::BIGINT AS amount
FROM waterfall GROUP BY ALL
UNION ALL
SELECT 'deferred', t.entity, t.currency, p.period,
    -(sum(sum(t.amount)) OVER (PARTITION BY t.entity, t.currency ORDER BY p.starts_on))::BIGINT
FROM target t JOIN calendar p ON p.number = t.number
WHERE t.role = 'contract_liability' GROUP BY t.entity, t.currency, p.period, p.starts_on
UNION ALL
SELECT 'account ' || t.role, t.entity, t.currency, p.period, sum(t.amount)::BIGINT
FROM target t JOIN calendar p ON p.number = t.number
GROUP BY t.role, t.entity, t.currency, p.period;
