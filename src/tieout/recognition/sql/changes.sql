-- Changes by line and effective day: what each round does to a line. Rows of one line and day add up.

CREATE TABLE effect AS
SELECT o.item, c.effective_on, min(c.change_id) AS change_id, min(c.treatment) AS treatment,
    sum(c.quantity)::BIGINT AS quantity, sum(c.price)::BIGINT AS price, sum(c.at_once)::BIGINT AS at_once,
    max(c.ends_on) AS ends_on, max(c.starts_on) AS starts_on,
    row_number() OVER (PARTITION BY o.item ORDER BY c.effective_on) AS round,
    any_value(o.origin NOT IN ('order', 'separate')) AS adds
FROM change c JOIN obligation o ON o.contract_id = c.contract_id AND o.line_id = c.line_id
WHERE c.treatment <> 'separate'
GROUP BY o.item, c.effective_on;
