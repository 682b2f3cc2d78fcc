-- Proof that nothing was lost: what is ratable and not held for good recognises its total; what is allocated is the price.

CREATE TABLE untied AS
SELECT k.contract_id, k.line_id, l.total AS expected, coalesce(s.amount, 0) AS found
FROM layer l JOIN known k ON k.item = l.item
LEFT JOIN (SELECT item, sum(amount) AS amount FROM slice GROUP BY item) s ON s.item = l.item
WHERE l.valid_to = DATE '9999-12-31' AND l.method = 'ratable' AND coalesce(s.amount, 0) <> l.total
    AND l.item NOT IN (SELECT item FROM hold WHERE resumed_on = DATE '9999-12-31')
UNION ALL
SELECT o.pool, '', sum(o.price), sum(a.amount) FROM obligation o JOIN allocated a ON a.item = o.item
GROUP BY o.pool HAVING sum(o.price) <> sum(a.amount);
