-- What the last step needs, from kept files.

CREATE TABLE refusal (name VARCHAR, contract_id VARCHAR, line_id VARCHAR, said VARCHAR);

CREATE TABLE calendar AS
SELECT *, row_number() OVER (ORDER BY entity, starts_on) AS number,
    starts_on = min(CASE WHEN state = 'open' THEN starts_on END) OVER (PARTITION BY entity) AS first_open
FROM $calendar;

CREATE TABLE target AS
SELECT t.* EXCLUDE (period, starts_on), p.number
FROM $target t JOIN calendar p ON p.entity = t.entity AND p.starts_on = t.starts_on;
