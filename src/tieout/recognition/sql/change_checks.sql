-- What is refused about changes, periods and booked figures.

INSERT INTO refusal
SELECT 'change_line', contract_id, line_id, 'the change names neither a line nor a product for a new one' FROM change c
WHERE NOT EXISTS (SELECT 1 FROM obligation o WHERE o.contract_id = c.contract_id AND o.line_id = c.line_id)
UNION ALL
SELECT 'line_added_twice', contract_id, line_id, 'two changes add the same line' FROM obligation
WHERE origin <> 'order' GROUP BY contract_id, line_id HAVING count(*) > 1
UNION ALL
SELECT 'separate_existing', c.contract_id, c.line_id, 'a separate contract must be a new line' FROM change c
JOIN line l ON l.contract_id = c.contract_id AND l.line_id = c.line_id WHERE c.treatment = 'separate'
UNION ALL
SELECT 'separate_at_once', contract_id, line_id, 'a separate contract or catch-up has no amount at once' FROM change
WHERE treatment <> 'prospective' AND at_once <> 0
UNION ALL
SELECT 'treatments_mixed', contract_id, line_id, 'one line is changed in two ways on one day' FROM amendment
GROUP BY contract_id, line_id, effective_on
HAVING min(treatment) <> max(treatment) OR min(ends_on) <> max(ends_on) OR min(starts_on) <> max(starts_on)
UNION ALL
SELECT 'change_before_adding', o.contract_id, o.line_id, 'the line is changed before the day that adds it'
FROM change c JOIN obligation o ON o.contract_id = c.contract_id AND o.line_id = c.line_id
JOIN change a ON a.change_id = o.change_id AND a.contract_id = o.contract_id AND a.line_id = o.line_id
WHERE c.effective_on < a.effective_on
UNION ALL
SELECT 'change_inside_month', o.contract_id, o.line_id,
    'convention ' || o.convention || ' counts months; the change must take effect on the first of one'
FROM effect e JOIN obligation o ON o.item = e.item
WHERE o.method = 'ratable' AND day(e.effective_on) > 1 AND e.effective_on > o.starts_on AND NOT e.opens
    AND counts_months(o.convention)
UNION ALL
SELECT 'change_time_of_day', o.contract_id, o.line_id, 'a line with times of day cannot be changed'
FROM effect e JOIN obligation o ON o.item = e.item WHERE o.start_minute + o.end_minute > 0
UNION ALL
SELECT 'change_residual', o.contract_id, o.line_id, 'changes need the residual policy cumulative'
FROM effect e JOIN obligation o ON o.item = e.item WHERE o.method = 'ratable' AND o.residual <> 'cumulative'
UNION ALL
SELECT 'change_percent_complete', o.contract_id, o.line_id, 'a prospective change of progress measured by cost is not known'
FROM effect e JOIN obligation o ON o.item = e.item
WHERE o.method = 'percent_complete' AND e.treatment <> 'catch_up' AND NOT (e.treatment = 'cancel' AND e.price = 0)
UNION ALL
SELECT 'cancel_price', contract_id, line_id, 'what is kept of a cancelled line is not negative' FROM change
WHERE treatment = 'cancel' AND price < 0
UNION ALL
SELECT 'blend_ssp', o.contract_id, o.line_id, 'a blend needs an SSP; after a change of quantity or term, that of what remains'
FROM effect e JOIN obligation o ON o.item = e.item LEFT JOIN worth w ON w.item = e.item
WHERE e.treatment = 'blend' AND e.ssp IS NULL AND NOT coalesce(o.method = 'ratable' AND e.ends_on <= e.effective_on, false)
    AND (w.ssp IS NULL OR (NOT e.opens AND (e.quantity <> 0 OR e.ends_on IS NOT NULL)))
UNION ALL
SELECT 'return_changed', o.contract_id, o.line_id, 'a line with a right of return cannot be changed'
FROM effect e JOIN obligation o ON o.item = e.item
JOIN return_right r ON r.contract_id = o.contract_id AND r.line_id = o.line_id
UNION ALL
SELECT 'financing_changed', o.contract_id, o.line_id, 'a line with a financing component cannot be changed'
FROM effect e JOIN obligation o ON o.item = e.item
JOIN financing f ON f.contract_id = o.contract_id AND f.line_id = o.line_id
UNION ALL
SELECT 'commission_changed', c.contract_id, c.commission_id, 'amortisation runs on although the contract ends earlier'
FROM cost c JOIN change x ON x.contract_id = c.contract_id AND x.treatment <> 'cancel'
WHERE c.method = 'ratable' AND c.written_off_on IS NULL AND c.amortised_until IS NULL AND c.life_months = 0
    AND x.ends_on < c.ends_on
UNION ALL
SELECT 'delivered_too_much', o.contract_id, o.line_id, 'more was delivered, billed or reached than was promised'
FROM obligation o JOIN point p ON p.item = o.item
JOIN (SELECT item, sum(quantity) AS quantity, sum(price + at_once) AS price FROM effect GROUP BY item) e ON e.item = o.item
WHERE p.whole IS NULL AND (o.method = 'usage' OR (o.method = 'point_in_time' AND o."trigger" = 'delivery'))
    AND p.done > e.quantity + CASE WHEN o.origin IN ('order', 'separate') THEN o.quantity ELSE 0 END
UNION ALL
SELECT 'delivered_too_much', o.contract_id, o.line_id, 'more was delivered, billed or reached than was promised'
FROM obligation o JOIN point p ON p.item = o.item
WHERE p.whole IS NULL AND NOT EXISTS (SELECT 1 FROM effect e WHERE e.item = o.item) AND p.done > CASE
    WHEN o.method = 'usage' OR (o.method = 'point_in_time' AND o."trigger" = 'delivery') THEN o.quantity
    WHEN o.method = 'billing' THEN o.price
    WHEN o.method = 'milestone' THEN 1000000
END
UNION ALL
SELECT 'periods_gap', '', '', 'the periods of entity ''' || entity || ''' overlap or leave days out' FROM (
    SELECT entity, ends_on, lead(starts_on) OVER (PARTITION BY entity ORDER BY starts_on) AS next_starts FROM calendar
) WHERE next_starts <> ends_on
UNION ALL
SELECT 'closed_after_open', '', '', 'period ' || a.period || ' is closed after an open one' FROM calendar a
JOIN calendar b ON b.entity = a.entity AND b.first_open AND a.starts_on > b.starts_on WHERE a.state = 'closed'
UNION ALL
SELECT 'nothing_open', '', '', 'entity ''' || entity || ''' has no open period' FROM calendar
GROUP BY entity HAVING count(*) FILTER (WHERE state = 'open') = 0
UNION ALL
SELECT 'booked_open', b.contract_id, b.line_id, 'booked figures belong to closed periods: ' || b.period FROM booked b
LEFT JOIN contract k ON k.contract_id = b.contract_id
LEFT JOIN calendar p ON p.entity = k.entity AND p.period = b.period
WHERE coalesce(p.state, '') <> 'closed'
UNION ALL
SELECT 'booked_line', contract_id, line_id, 'what is booked names a line that does not exist' FROM booked b
WHERE NOT EXISTS (SELECT 1 FROM known k WHERE k.contract_id = b.contract_id AND k.line_id = b.line_id)
UNION ALL
SELECT 'outside_periods', o.contract_id, o.line_id, 'something happened on ' || p.on_date || ', which no period holds'
FROM point p JOIN obligation o ON o.item = p.item
WHERE NOT EXISTS (
    SELECT 1 FROM calendar c WHERE c.entity = o.entity AND c.starts_on <= p.on_date AND c.ends_on > p.on_date
)
UNION ALL
SELECT 'outside_periods', o.contract_id, o.line_id, 'the term from ' || o.starts_on || ' to ' || o.ends_on || ' leaves the periods'
FROM obligation o
JOIN (SELECT entity, min(starts_on) AS starts_on, max(ends_on) AS ends_on FROM calendar GROUP BY entity) c
    ON c.entity = o.entity
WHERE o.method = 'ratable' AND (o.starts_on < c.starts_on OR o.ends_on > c.ends_on)
UNION ALL
SELECT 'outside_periods', o.contract_id, o.line_id, 'the change leaves the periods: ' || e.effective_on
FROM effect e JOIN obligation o ON o.item = e.item
JOIN (SELECT entity, min(starts_on) AS starts_on, max(ends_on) AS ends_on FROM calendar GROUP BY entity) c
    ON c.entity = o.entity
WHERE e.effective_on < c.starts_on OR e.effective_on >= c.ends_on OR e.ends_on > c.ends_on OR e.starts_on < c.starts_on
UNION ALL
SELECT 'outside_periods', i.contract_id, i.line_id, 'invoice ' || i.invoice_id || ' was issued outside the periods'
FROM invoice i JOIN contract k ON k.contract_id = i.contract_id
WHERE NOT EXISTS (
    SELECT 1 FROM calendar c WHERE c.entity = k.entity AND c.starts_on <= i.issued_on AND c.ends_on > i.issued_on
)
UNION ALL
SELECT 'outside_periods', c.contract_id, c.commission_id, 'the commission leaves the periods'
FROM cost c
JOIN (SELECT entity, min(starts_on) AS starts_on, max(ends_on) AS ends_on FROM calendar GROUP BY entity) p
    ON p.entity = c.entity
WHERE c.earned_on < p.starts_on OR c.earned_on >= p.ends_on OR (c.method = 'ratable' AND c.ends_on > p.ends_on)
UNION ALL
SELECT 'outside_periods', w.contract_id, '', w.what || ' of ' || w.on_date || ' lies in no period'
FROM (
    SELECT contract_id, 'payment ' || payment_id AS what, paid_on AS on_date FROM payment
    UNION ALL
    SELECT contract_id, 'the financing component', starts_on FROM financing
    UNION ALL
    SELECT contract_id, 'the financing component', day_before(ends_on) FROM financing
    UNION ALL
    SELECT contract_id, 'the write-off of a commission', on_date FROM written_off
) w
JOIN contract k ON k.contract_id = w.contract_id
WHERE NOT EXISTS (
    SELECT 1 FROM calendar c WHERE c.entity = k.entity AND c.starts_on <= w.on_date AND c.ends_on > w.on_date
);
