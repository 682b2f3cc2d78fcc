-- Everything in the input that the engine refuses, by name. `said` may use what the row holds.

CREATE TABLE refusal AS
SELECT 'unknown_contract' AS name, contract_id, line_id, 'the contract is not among the contracts' AS said
FROM obligation WHERE currency IS NULL
UNION ALL
SELECT 'duplicate', contract_id, '', 'the contract is given twice' FROM contract GROUP BY contract_id HAVING count(*) > 1
UNION ALL
SELECT 'duplicate', contract_id, line_id, 'the line is given twice' FROM line
GROUP BY contract_id, line_id HAVING count(*) > 1
UNION ALL
SELECT 'duplicate', '', '', 'product ' || product_id || ' is given twice' FROM product
GROUP BY product_id HAVING count(*) > 1
UNION ALL
SELECT 'duplicate', '', '', 'version ' || version || ' of rule ' || rule_id || ' is given twice' FROM rule
GROUP BY rule_id, version HAVING count(*) > 1
UNION ALL
SELECT 'rule_ambiguous', '', '', 'two versions of rule ' || rule_id || ' begin on the same day' FROM rule_span
GROUP BY rule_id, from_day HAVING count(*) > 1
UNION ALL
SELECT 'duplicate', '', '', 'event ' || event_id || ' is given twice' FROM event GROUP BY event_id HAVING count(*) > 1
UNION ALL
SELECT 'duplicate', any_value(contract_id), '', 'commission ' || commission_id || ' is given twice' FROM commission
GROUP BY commission_id HAVING count(*) > 1
UNION ALL
SELECT 'duplicate', '', '', 'account role ' || role || ' is mapped twice alike' FROM account
GROUP BY role, product_id, entity, dimension HAVING count(*) > 1
UNION ALL
SELECT 'unknown_product', contract_id, line_id, 'product ' || product_id || ' is not among the products'
FROM obligation WHERE allocation IS NULL
UNION ALL
SELECT 'unknown_rule', contract_id, line_id, 'product ' || product_id || ' names a rule that does not exist, or not yet on ' || agreed_on
FROM obligation WHERE allocation IS NOT NULL AND method IS NULL
UNION ALL
SELECT 'term_missing', contract_id, line_id, 'a ratable line, or one recognised at its end, needs an end after its start'
FROM obligation
WHERE (method = 'ratable' OR (method = 'point_in_time' AND "trigger" = 'end'))
    AND (ends_on IS NULL OR ends_on < starts_on
        OR (ends_on = starts_on AND (end_minute <= start_minute OR convention <> 'actual_minutes')))
UNION ALL
SELECT 'time_of_day', contract_id, line_id, 'minutes of the day lie between 0 and 1439' FROM obligation
WHERE start_minute NOT BETWEEN 0 AND 1439 OR end_minute NOT BETWEEN 0 AND 1439
UNION ALL
SELECT 'quantity_not_positive', contract_id, line_id, 'an order line needs a quantity above zero' FROM line WHERE quantity <= 0
UNION ALL
SELECT 'price_negative', contract_id, line_id, 'a promise has no negative price; use a change or a credit memo'
FROM obligation WHERE origin IN ('order', 'separate') AND price < 0
UNION ALL
SELECT 'override_without_reason', contract_id, line_id, 'an override of SSP or of allocation needs a reason'
FROM line WHERE (ssp IS NOT NULL OR allocated IS NOT NULL) AND override_reason = ''
UNION ALL
SELECT 'upfront_share', o.contract_id, o.line_id, 'an up-front share lies between 0 and 1, for ratable rules with cumulative rounding'
FROM obligation o
WHERE o.upfront NOT BETWEEN 0 AND 1000000 OR (o.upfront > 0 AND (o.method <> 'ratable' OR o.residual <> 'cumulative'))
UNION ALL
SELECT 'arrangement_currencies', min(contract_id), '', 'contracts of one arrangement must share currency and entity'
FROM obligation
WHERE currency IS NOT NULL AND arrangement_id IN (SELECT arrangement_id FROM contract WHERE arrangement_id <> '')
GROUP BY arrangement_id HAVING min(currency) <> max(currency) OR min(entity) <> max(entity)
UNION ALL
SELECT 'ssp_ambiguous', '', '', 'two entries of the SSP book for product ' || a.product_id || ' are in force together'
FROM ssp a JOIN ssp b ON a.product_id = b.product_id AND a.currency = b.currency AND a.region = b.region
    AND a.customer_class = b.customer_class AND a.rowid < b.rowid
    AND (a.ends_on IS NULL OR b.starts_on < a.ends_on) AND (b.ends_on IS NULL OR a.starts_on < b.ends_on)
    AND (a.quantity_below IS NULL OR b.quantity_from < a.quantity_below)
    AND (b.quantity_below IS NULL OR a.quantity_from < b.quantity_below)
UNION ALL
SELECT 'ssp_incomplete', '', '', 'the SSP entry of product ' || product_id || ' lacks what its basis needs' FROM ssp
WHERE (basis = 'amount' AND amount IS NULL) OR (basis = 'percent_of_list' AND share IS NULL)
    OR (basis = 'option' AND (amount IS NULL OR share IS NULL OR likelihood IS NULL))
    OR (basis = 'range' AND (low IS NULL OR high IS NULL OR low > high
        OR (point = 'mid' AND (mid IS NULL OR mid NOT BETWEEN low AND high))))
UNION ALL
SELECT 'ssp_missing', contract_id, line_id, 'no SSP is in force for product ' || product_id
FROM member WHERE part = 'relative' AND members > 1 AND ssp IS NULL
UNION ALL
SELECT 'ssp_negative', contract_id, line_id, 'the SSP is negative' FROM member WHERE ssp < 0
UNION ALL
SELECT 'ssp_all_zero', any_value(m.contract_id), '', 'nothing in the pool has an SSP, but it has a price'
FROM member m JOIN totals t ON t.pool = m.pool
WHERE m.members > 1 AND t.ssp = 0 AND t.price <> 0 AND t.residuals = 0 GROUP BY m.pool
UNION ALL
SELECT 'residual_twice', any_value(contract_id), '', 'only one obligation of an arrangement can take the residual'
FROM member WHERE part = 'residual' GROUP BY pool HAVING count(*) > 1
UNION ALL
SELECT 'residual_guard', m.contract_id, m.line_id, 'the residual is not above zero, or outside the observed range'
FROM member m JOIN allocated a ON a.item = m.item
WHERE m.part = 'residual' AND m.members > 1 AND (a.amount <= 0 OR a.amount < m.low OR a.amount > m.high)
UNION ALL
SELECT 'bundle_price', '', '', 'bundle ' || bundle_id || ' has more than one price' FROM bundle
GROUP BY bundle_id HAVING min(price) <> max(price) OR min(currency) <> max(currency)
UNION ALL
SELECT 'bundles_overlap', o.contract_id, o.line_id, 'the line belongs to two observed bundles'
FROM to_split s JOIN obligation o ON o.item = s.item
WHERE s.bundle_id <> '' GROUP BY o.contract_id, o.line_id HAVING count(*) > 1
UNION ALL
SELECT 'event_line', contract_id, line_id, 'event ' || event_id || ' names a line that does not exist' FROM event e
WHERE NOT EXISTS (SELECT 1 FROM obligation o WHERE o.contract_id = e.contract_id AND o.line_id = e.line_id)
UNION ALL
SELECT 'event_unused', e.contract_id, e.line_id, 'the rule of the line knows no event of kind ' || e.kind
FROM event e JOIN obligation o ON o.contract_id = e.contract_id AND o.line_id = e.line_id
WHERE NOT (
    e.kind IN ('hold', 'resume') OR e.kind = o.method OR (o.method = 'percent_complete' AND e.kind = 'progress')
    OR (o.method = 'point_in_time' AND e.kind = o."trigger")
    OR (e.kind = 'expiry' AND (o.method = 'usage' OR (o.method = 'point_in_time' AND o."trigger" = 'delivery')))
    OR (e.kind = 'return' AND EXISTS (
        SELECT 1 FROM return_right r WHERE r.contract_id = o.contract_id AND r.line_id = o.line_id
    ))
)
UNION ALL
SELECT 'event_incomplete', contract_id, line_id, 'event ' || event_id || ' lacks its share or its costs' FROM event
WHERE (kind = 'milestone' AND share IS NULL)
    OR (kind = 'progress' AND share IS NULL AND (cost_to_date IS NULL OR coalesce(cost_in_total, 0) <= 0))
UNION ALL
SELECT 'progress_twice', contract_id, line_id, 'two measures of progress on one day' FROM event
WHERE kind = 'progress' GROUP BY contract_id, line_id, happened_on HAVING count(*) > 1
UNION ALL
SELECT 'progress_outside', o.contract_id, o.line_id, 'progress lies outside 0 and 1'
FROM point p JOIN obligation o ON o.item = p.item
WHERE p.done < 0 OR (p.whole IS NOT NULL AND p.done > p.whole)
UNION ALL
SELECT 'event_after_expiry', e.contract_id, e.line_id, 'event ' || e.event_id || ' comes after the line expired'
FROM event e JOIN event x ON x.contract_id = e.contract_id AND x.line_id = e.line_id AND x.kind = 'expiry'
WHERE e.event_id <> x.event_id AND e.happened_on >= x.happened_on AND e.kind NOT IN ('hold', 'resume')
UNION ALL
SELECT 'holds_overlap', o.contract_id, o.line_id, 'a hold begins before the last one was resumed'
FROM hold a JOIN hold b ON b.item = a.item AND b.held_on > a.held_on AND b.held_on < a.resumed_on
JOIN obligation o ON o.item = a.item
UNION ALL
SELECT 'hold_residual', o.contract_id, o.line_id, 'holds need the residual policy cumulative'
FROM hold h JOIN obligation o ON o.item = h.item WHERE o.method = 'ratable' AND o.residual <> 'cumulative'
UNION ALL
SELECT 'invoice_line', contract_id, line_id, 'invoice ' || invoice_id || ' names a line that does not exist' FROM invoice i
WHERE NOT EXISTS (SELECT 1 FROM obligation o WHERE o.contract_id = i.contract_id AND o.line_id = i.line_id)
UNION ALL
SELECT 'commission_term', contract_id, commission_id, 'a capitalised commission needs an end after the day it was earned'
FROM commission c WHERE treatment <> 'expense' AND life_months <= 0 AND NOT coalesce(amortised_until, (
    SELECT max(ends_on) FROM line l WHERE l.contract_id = c.contract_id), earned_on) > earned_on
UNION ALL
SELECT 'commission_written_off', contract_id, commission_id, 'it is written off before it was earned' FROM commission
WHERE written_off_on < earned_on
UNION ALL
SELECT 'commission_contract', contract_id, commission_id, 'the contract is not among the contracts' FROM commission c
WHERE NOT EXISTS (SELECT 1 FROM contract k WHERE k.contract_id = c.contract_id)
UNION ALL
SELECT 'estimate_line', contract_id, line_id, 'estimate ' || estimate_id || ' names a line that is not of an order'
FROM estimated e
WHERE NOT EXISTS (SELECT 1 FROM line l WHERE l.contract_id = e.contract_id AND l.line_id = e.line_id)
UNION ALL
SELECT 'estimate_probabilities', contract_id, line_id, 'the probabilities of estimate ' || estimate_id || ' do not add to 1'
FROM estimated WHERE certain <> 1000000
UNION ALL
SELECT 'estimate_tie', contract_id, line_id, 'two outcomes of estimate ' || estimate_id || ' are equally likely'
FROM estimated WHERE method = 'most_likely' AND likely > 1
UNION ALL
SELECT 'estimate_differs', contract_id, line_id, 'the outcomes of estimate ' || estimate_id || ' differ in method or limit'
FROM estimated WHERE NOT agreed
UNION ALL
SELECT 'estimate_billing', contract_id, line_id, 'revenue in proportion to billing cannot have an estimated price'
FROM estimated e JOIN obligation o USING (contract_id, line_id) WHERE o.method = 'billing'
UNION ALL
SELECT 'estimate_replaces', contract_id, line_id, 'estimate ' || estimate_id || ' replaces none of its line, or lacks its day'
FROM estimated e WHERE replaces <> '' AND (estimated_on IS NULL OR replaces = estimate_id OR NOT EXISTS (
    SELECT 1 FROM estimated p
    WHERE p.contract_id = e.contract_id AND p.line_id = e.line_id AND p.estimate_id = e.replaces
        AND coalesce(p.estimated_on <= e.estimated_on, true)
))
UNION ALL
SELECT 'estimate_replaces', contract_id, line_id, 'estimate ' || replaces || ' is replaced twice' FROM estimated
WHERE replaces <> '' GROUP BY contract_id, line_id, replaces HAVING count(*) > 1
UNION ALL
SELECT 'financing_line', contract_id, line_id, 'a financing component needs a rate and a term' FROM financing
WHERE rate <= 0 OR ends_on <= starts_on
UNION ALL
SELECT 'financing_line', contract_id, line_id, 'a financing component needs a line of an order' FROM financing f
WHERE NOT EXISTS (SELECT 1 FROM line l WHERE l.contract_id = f.contract_id AND l.line_id = f.line_id)
UNION ALL
SELECT 'return_line', r.contract_id, r.line_id, 'a right of return needs a line that is delivered or used, and a share up to 1'
FROM return_right r
LEFT JOIN obligation o ON o.contract_id = r.contract_id AND o.line_id = r.line_id AND o.origin = 'order'
    AND (o.method = 'usage' OR (o.method = 'point_in_time' AND o."trigger" = 'delivery'))
WHERE o.item IS NULL OR r.share NOT BETWEEN 0 AND 1000000
UNION ALL
SELECT 'payment_contract', contract_id, '', 'payment ' || payment_id || ' names a contract that does not exist' FROM payment p
WHERE NOT EXISTS (SELECT 1 FROM contract k WHERE k.contract_id = p.contract_id)
UNION ALL
SELECT 'payments_elsewhere', k.contract_id, '', 'payments in a foreign currency are given, but entity ' || e.entity
    || ' keeps its receivables elsewhere'
FROM contract k JOIN entity e ON e.entity = k.entity AND e.functional_currency <> k.currency AND e.receivables = 'elsewhere'
WHERE EXISTS (SELECT 1 FROM payment p WHERE p.contract_id = k.contract_id)
UNION ALL
SELECT 'foreign_financing', o.contract_id, o.line_id, 'financing and rights of return are not known in a foreign currency'
FROM obligation o JOIN entity e ON e.entity = o.entity AND e.functional_currency <> o.currency
WHERE EXISTS (SELECT 1 FROM financing f WHERE f.contract_id = o.contract_id AND f.line_id = o.line_id)
    OR EXISTS (SELECT 1 FROM return_right r WHERE r.contract_id = o.contract_id AND r.line_id = o.line_id)
UNION ALL
SELECT 'currency_unknown', k.contract_id, '', 'currency ' || k.currency || ' or ' || e.functional_currency || ' is not known'
FROM contract k JOIN entity e ON e.entity = k.entity AND e.functional_currency <> k.currency
WHERE k.currency NOT IN (SELECT currency FROM minor_unit) OR e.functional_currency NOT IN (SELECT currency FROM minor_unit);

-- Nothing later asks for these; what comes takes the memory they held.
DROP TABLE to_split;
DROP TABLE split;
DROP TABLE totals;
DROP TABLE member;
