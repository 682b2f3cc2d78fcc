-- What reports read, over the views of an opened set of figures (tieout.revenue.figures). Nothing is stored.

CREATE VIEW cube AS
SELECT *, CASE method WHEN 'point_in_time' THEN 'point_in_time' ELSE 'over_time' END AS timing FROM waterfall;

CREATE VIEW moved AS
SELECT *, CASE method WHEN 'point_in_time' THEN 'point_in_time' ELSE 'over_time' END AS timing FROM schedule;

CREATE VIEW standing AS SELECT * FROM position;

CREATE VIEW promise AS
SELECT *, allocated - price AS carve, CASE method WHEN 'point_in_time' THEN 'point_in_time' ELSE 'over_time' END AS timing
FROM line WHERE kind = 'revenue';

-- Contracts whose original expected duration is one year or less (606-10-50-14a).
CREATE VIEW short_contract AS
SELECT contract_id FROM line WHERE kind = 'revenue' GROUP BY contract_id
HAVING max(coalesce(ends_on, starts_on)) <= min(starts_on) + INTERVAL 1 YEAR;

-- What it cost to obtain contracts: incurred in the period of the day it was earned, amortised as scheduled.
CREATE VIEW cost AS
SELECT l.contract_id, l.customer_id, l.region, l.customer_class, l.entity, l.currency, p.period, p.starts_on,
    l.allocated AS incurred, 0::BIGINT AS amortised
FROM line l
JOIN calendar p ON p.entity = l.entity AND p.starts_on <= l.starts_on AND p.ends_on > l.starts_on
WHERE l.kind = 'commission'
UNION ALL
SELECT contract_id, customer_id, region, customer_class, entity, currency, period, starts_on, 0, amount + adjustment
FROM schedule WHERE kind = 'commission';

-- What is still owed: everything contracted, less what is scheduled, each in its period.
CREATE VIEW owing AS
SELECT contract_id, line_id, product_id, customer_id, region, customer_class, entity, currency, timing,
    DATE '0001-01-01' AS starts_on, total AS owed
FROM promise
UNION ALL
SELECT contract_id, line_id, product_id, customer_id, region, customer_class, entity, currency, timing, starts_on,
    -amount - adjustment
FROM moved WHERE kind = 'revenue';
