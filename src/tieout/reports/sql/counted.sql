-- Lines that a report of remaining obligations leaves out: of contracts that were signed later, and of short ones if asked.

CREATE OR REPLACE TEMP TABLE left_out AS
SELECT l.generation, l.item FROM promise l
JOIN contract c ON c.generation = l.generation AND c.contract_id = l.contract_id
WHERE c.signed_on > $as_of OR $expedient AND l.contract_id IN (SELECT contract_id FROM short_contract);

CREATE OR REPLACE TEMP VIEW counted_promise AS SELECT * FROM promise ANTI JOIN left_out USING (generation, item);

CREATE OR REPLACE TEMP VIEW counted_moved AS
SELECT * FROM moved ANTI JOIN left_out USING (generation, item) WHERE kind = 'revenue';

-- What is still owed: everything contracted, less what is scheduled, each in its period.
CREATE OR REPLACE TEMP VIEW counted_owing AS
SELECT contract_id, line_id, product_id, customer_id, region, customer_class, entity, currency, timing,
    DATE '0001-01-01' AS starts_on, total AS owed
FROM counted_promise
UNION ALL
SELECT contract_id, line_id, product_id, customer_id, region, customer_class, entity, currency, timing, starts_on,
    -amount - adjustment
FROM counted_moved;
