-- The schedule: open periods as computed, closed ones as booked. What closed periods should have held less what they hold
-- goes into the first open period of the entity, apart, as `adjustment`.

CREATE TABLE late AS
SELECT item, sum(amount)::BIGINT AS amount FROM (
    SELECT s.item, s.amount FROM slice s JOIN calendar p ON p.number = s.number WHERE p.state = 'closed'
    UNION ALL
    SELECT k.item, -b.amount FROM booked b JOIN known k ON k.contract_id = b.contract_id AND k.line_id = b.line_id
        AND (k.kind = b.kind OR (b.kind = '' AND k.kind IN ('revenue', 'commission')))
) GROUP BY item HAVING sum(amount) <> 0;

CREATE VIEW movement AS
SELECT s.item, s.version, s.number, s.amount, 0::BIGINT AS adjustment
FROM slice s WHERE NOT EXISTS (SELECT 1 FROM calendar p WHERE p.number = s.number AND p.state = 'closed')
UNION ALL
SELECT k.item, 0, p.number, b.amount, 0
FROM booked b
JOIN known k ON k.contract_id = b.contract_id AND k.line_id = b.line_id
    AND (k.kind = b.kind OR (b.kind = '' AND k.kind IN ('revenue', 'commission')))
JOIN calendar p ON p.entity = k.entity AND p.period = b.period
UNION ALL
SELECT l.item, 0, p.number, 0, l.amount
FROM late l JOIN known k ON k.item = l.item JOIN calendar p ON p.entity = k.entity AND p.first_open;

CREATE VIEW schedule AS
SELECT k.kind, k.contract_id, k.line_id, k.product_id, k.currency, p.period, m.version, sum(m.amount)::BIGINT AS amount,
    sum(m.adjustment)::BIGINT AS adjustment
FROM movement m JOIN known k ON k.item = m.item JOIN calendar p ON p.number = m.number
GROUP BY ALL;

CREATE TABLE summary AS
SELECT p.facet, m.number, sum(m.amount)::BIGINT AS amount, sum(m.adjustment)::BIGINT AS adjustment
FROM movement m JOIN place p ON p.item = m.item
GROUP BY p.facet, m.number;

CREATE TABLE waterfall AS
SELECT f.kind, f.entity, f.currency, f.product_id, p.period, sum(s.amount)::BIGINT AS amount,
    sum(s.adjustment)::BIGINT AS adjustment
FROM summary s JOIN facet f ON f.facet = s.facet JOIN calendar p ON p.number = s.number
GROUP BY f.kind, f.entity, f.currency, f.product_id, p.period;

-- Why a figure is what it is: the layer that made it, with every convention, and the version of its rule.
CREATE VIEW explanation AS
SELECT o.contract_id, o.line_id, o.currency, p.period, s.version, s.amount, o.rule_id, o.rule_version, l.change_id, l.method,
    o."trigger", l.convention, l.residual, o.progress_step, l.total, l.amount AS layer_amount, l.upfront, l.base, l.at_once, l.starts_on, l.ends_on, l.valid_from, l.valid_to
FROM slice s
JOIN layer l ON l.item = s.item AND l.version = s.version
JOIN obligation o ON o.item = s.item
JOIN calendar p ON p.number = s.number;
