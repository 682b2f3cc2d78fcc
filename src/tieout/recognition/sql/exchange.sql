-- Exchange rates of contracts in another currency than the functional one of their entity. A rate is in force until the next one
-- begins. The rate at the end of a period is the newest, closing before spot; that of a period is its average, else that at its
-- end. What has no rate is refused.

CREATE TABLE foreign_contract AS
SELECT c.contract_number, k.contract_id, k.entity, k.currency, e.functional_currency, f.unit AS from_unit, t.unit AS to_unit,
    e.receivables = 'here' AS kept, d.dimensions
FROM contract k
JOIN entity e ON e.entity = k.entity AND e.functional_currency <> k.currency
JOIN contract_number c ON c.contract_id = k.contract_id
JOIN contract_dimension d ON d.contract_number = c.contract_number
LEFT JOIN minor_unit f ON f.currency = k.currency
LEFT JOIN minor_unit t ON t.currency = e.functional_currency;

CREATE TABLE rate_span AS
WITH told AS (
    SELECT 'spot' AS use, from_currency, to_currency, starts_on, rate FROM rate WHERE kind = 'spot'
    UNION ALL
    SELECT 'end', from_currency, to_currency, starts_on, rate FROM (
        SELECT *, row_number() OVER (PARTITION BY from_currency, to_currency, starts_on ORDER BY kind) AS choice
        FROM rate WHERE kind IN ('spot', 'closing')
    ) WHERE choice = 1
)
SELECT *, coalesce(
    lead(starts_on) OVER (PARTITION BY use, from_currency, to_currency ORDER BY starts_on), DATE '9999-12-31'
) AS ends_on FROM told;

-- Days on which something is converted at the spot rate.
CREATE TABLE dated AS
WITH happened AS (
    SELECT f.contract_number, p.number, i.issued_on AS on_date, 'billed' AS role, 0 AS item,
        CASE WHEN i.kind = 'credit_memo' THEN -i.amount ELSE i.amount END AS amount
    FROM invoice i
    JOIN foreign_contract f ON f.contract_id = i.contract_id
    JOIN calendar p ON p.entity = f.entity AND p.starts_on <= i.issued_on AND p.ends_on > i.issued_on
    WHERE i.kind = 'invoice' OR i.treatment <> 'bad_debt'
    UNION ALL
    SELECT s.contract_number, s.number, s.on_date, s.role, 0, s.amount
    FROM settlement s SEMI JOIN foreign_contract f ON f.contract_number = s.contract_number
    UNION ALL
    SELECT f.contract_number, p.number, c.earned_on, 'commission', c.item, c.amount
    FROM cost c
    JOIN foreign_contract f ON f.contract_id = c.contract_id
    JOIN calendar p ON p.entity = f.entity AND p.starts_on <= c.earned_on AND p.ends_on > c.earned_on
)
SELECT h.*, converted(h.amount, r.rate, f.from_unit, f.to_unit) AS functional
FROM happened h
JOIN foreign_contract f ON f.contract_number = h.contract_number
LEFT JOIN rate_span r ON r.use = 'spot' AND r.from_currency = f.currency AND r.to_currency = f.functional_currency
    AND r.starts_on <= h.on_date AND r.ends_on > h.on_date;

CREATE TABLE period_rate AS
WITH pair AS (SELECT DISTINCT entity, currency, functional_currency FROM foreign_contract),
average AS (
    SELECT p.number, r.from_currency, r.to_currency, max_by(r.rate, r.starts_on) AS rate
    FROM rate r JOIN calendar p ON r.starts_on >= p.starts_on AND r.starts_on < p.ends_on
    WHERE r.kind = 'average' GROUP BY p.number, r.from_currency, r.to_currency
)
SELECT p.number, x.currency, r.rate AS at_end, coalesce(a.rate, r.rate) AS during
FROM pair x
JOIN calendar p ON p.entity = x.entity
LEFT JOIN rate_span r ON r.use = 'end' AND r.from_currency = x.currency AND r.to_currency = x.functional_currency
    AND r.starts_on < p.ends_on AND r.ends_on >= p.ends_on
LEFT JOIN average a ON a.number = p.number AND a.from_currency = x.currency AND a.to_currency = x.functional_currency;

INSERT INTO refusal
SELECT 'rate_missing', f.contract_id, '', 'no rate from ' || f.currency || ' to ' || f.functional_currency || ' is in force on '
    || min(w.on_date)
FROM (
    SELECT contract_number, on_date FROM dated WHERE functional IS NULL
    UNION ALL
    SELECT b.contract_number, day_before(p.ends_on)
    FROM balance b
    JOIN calendar p ON p.number = b.number
    JOIN foreign_contract f ON f.contract_number = b.contract_number
    JOIN period_rate r ON r.number = b.number AND r.currency = f.currency AND r.during IS NULL
) w
JOIN foreign_contract f ON f.contract_number = w.contract_number
GROUP BY f.contract_id, f.currency, f.functional_currency;
