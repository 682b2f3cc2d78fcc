-- Views over kept files that read like the engine's own results, with names and periods joined in again.

CREATE VIEW allocation AS
SELECT * EXCLUDE (generation, item, kind), allocated - price AS carve
FROM line WHERE kind = 'revenue' AND allocated IS NOT NULL;

CREATE VIEW schedule AS
SELECT l.kind, l.contract_id, l.line_id, l.product_id, l.entity, l.currency, l.dimensions, l.customer_id, l.region,
    l.customer_class, l.method, p.period, m.starts_on, CASE WHEN m.late THEN 0 ELSE m.amount END AS amount,
    CASE WHEN m.late THEN m.amount ELSE 0 END AS adjustment
FROM movement m
JOIN line l ON l.generation = m.generation AND l.item = m.item
JOIN calendar p ON p.entity = l.entity AND p.starts_on = m.starts_on;

CREATE VIEW position AS
SELECT c.contract_id, c.customer_id, c.region, c.customer_class, c.entity, c.currency, p.period,
    b.* EXCLUDE (generation, contract_number, net)
FROM balance b
JOIN contract c ON c.generation = b.generation AND c.contract_number = b.contract_number
JOIN calendar p ON p.entity = c.entity AND p.starts_on = b.starts_on;
