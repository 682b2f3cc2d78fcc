-- What reports read, over the views of an opened set of figures (tieout.revenue.figures). Nothing is stored. Periods are told
-- by their first day: their labels are joined in once there is little left, because rows by line are many.

CREATE VIEW cube AS
SELECT *, CASE method WHEN 'point_in_time' THEN 'point_in_time' ELSE 'over_time' END AS timing FROM waterfall;

CREATE VIEW placed AS
SELECT *, CASE method WHEN 'point_in_time' THEN 'point_in_time' ELSE 'over_time' END AS timing FROM line;

CREATE VIEW promise AS SELECT *, allocated - price AS carve FROM placed WHERE kind = 'revenue';

CREATE VIEW moved AS
SELECT l.generation, l.item, l.kind, l.contract_id, l.line_id, l.product_id, l.customer_id, l.region, l.customer_class, l.entity,
    l.currency, l.timing, m.starts_on, CASE WHEN m.late THEN 0 ELSE m.amount END AS amount,
    CASE WHEN m.late THEN m.amount ELSE 0 END AS adjustment
FROM movement m JOIN placed l ON l.generation = m.generation AND l.item = m.item;

CREATE VIEW standing AS
SELECT c.contract_id, c.customer_id, c.region, c.customer_class, c.entity, c.currency, b.*
FROM balance b JOIN contract c ON c.generation = b.generation AND c.contract_number = b.contract_number;

-- Contracts whose original expected duration is one year or less (606-10-50-14a).
CREATE VIEW short_contract AS
SELECT contract_id FROM promise GROUP BY contract_id
HAVING max(coalesce(ends_on, starts_on)) <= min(starts_on) + INTERVAL 1 YEAR;

-- What it cost to obtain contracts: incurred in the period of the day it was earned, amortised as scheduled.
CREATE VIEW cost AS
SELECT l.contract_id, l.customer_id, l.region, l.customer_class, l.entity, l.currency, p.starts_on, l.allocated AS incurred,
    0::BIGINT AS amortised
FROM line l
JOIN calendar p ON p.entity = l.entity AND p.starts_on <= l.starts_on AND p.ends_on > l.starts_on
WHERE l.kind = 'commission'
UNION ALL
SELECT contract_id, customer_id, region, customer_class, entity, currency, starts_on, 0, amount + adjustment
FROM moved WHERE kind = 'commission';

-- The periods in which anything was recognised, billed or incurred.
CREATE VIEW happened AS
SELECT kind, entity, currency, starts_on FROM cube
UNION ALL
SELECT CASE WHEN role LIKE 'commission%' THEN 'commission' ELSE 'revenue' END, entity, currency, starts_on FROM target;
