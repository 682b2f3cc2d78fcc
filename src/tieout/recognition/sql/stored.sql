-- What is kept of a computed book (tieout.recognition.stored). `movement` and `running` hold numbers and days only; their
-- numbers stay apart from those of the other shards. What lines share is a `facet` that they name by its number. The `total` of a line is what it comes to under the contract as it
-- stands: allocated at first, then as changes left it. Arrangement and pool are NULL where they are the contract's own.

CREATE OR REPLACE VIEW stored_calendar AS
SELECT entity, period, starts_on, ends_on, state FROM calendar;

CREATE OR REPLACE VIEW stored_contract AS
SELECT n.contract_number::BIGINT * $shards + $shard AS contract_number, k.*
FROM contract_number n JOIN contract k ON k.contract_id = n.contract_id;

CREATE OR REPLACE VIEW stored_facet AS
SELECT facet * $shards + $shard AS facet, * EXCLUDE (facet) FROM facet;

CREATE OR REPLACE VIEW stored_line AS
WITH kept AS (
    SELECT o.item, nullif(o.arrangement_id, o.contract_id) AS arrangement_id, o.contract_id, o.line_id, o.customer_id, o.rule_id,
        o.rule_version, o.origin, o.quantity, o.starts_on, o.ends_on, nullif(coalesce(o.pool, ''), o.contract_id) AS pool,
        coalesce(a.part, '') AS part, coalesce(a.bundle_id, '') AS bundle_id, o.price, a.ssp, coalesce(a.ssp_basis, '') AS ssp_basis,
        a.amount AS allocated, coalesce(y.total, a.amount, 0) AS total
    FROM obligation o
    LEFT JOIN allocated a ON a.item = o.item
    LEFT JOIN layer y ON y.item = o.item AND y.valid_to = DATE '9999-12-31'
    UNION ALL
    SELECT c.item, '', c.contract_id, c.commission_id, k.customer_id, '', 0, c.treatment, 1000000, c.earned_on, c.ends_on, '', '', '',
        c.amount, NULL, '', c.amount, c.amount
    FROM cost c JOIN contract k ON k.contract_id = c.contract_id
    UNION ALL
    SELECT s.item, nullif(o.arrangement_id, o.contract_id), o.contract_id, o.line_id, o.customer_id, '', 0, s.kind, o.quantity,
        o.starts_on, o.ends_on, '', '', '', 0, NULL, '', NULL, 0
    FROM side s JOIN obligation o ON o.item = s.of_item
)
SELECT k.* REPLACE (k.item::BIGINT * $shards + $shard AS item), p.facet * $shards + $shard AS facet
FROM kept k JOIN place p ON p.item = k.item;

-- A row of `movement` is current, or an adjustment of closed periods (`late`), never both.
CREATE OR REPLACE VIEW stored_movement AS
SELECT m.item::BIGINT * $shards + $shard AS item, p.starts_on, m.adjustment <> 0 AS late, m.amount + m.adjustment AS amount
FROM movement m JOIN calendar p ON p.number = m.number;

CREATE OR REPLACE VIEW stored_running AS
SELECT r.contract_number::BIGINT * $shards + $shard AS contract_number, p.starts_on, r.* EXCLUDE (number, contract_number)
FROM running r JOIN calendar p ON p.number = r.number;

CREATE OR REPLACE VIEW stored_waterfall AS
SELECT f.kind, f.entity, f.currency, f.product_id, f.region, f.customer_class, f.method, p.period, p.starts_on,
    sum(s.amount)::BIGINT AS amount, sum(s.adjustment)::BIGINT AS adjustment
FROM summary s JOIN facet f ON f.facet = s.facet JOIN calendar p ON p.number = s.number
GROUP BY f.kind, f.entity, f.currency, f.product_id, f.region, f.customer_class, f.method, p.period, p.starts_on;

CREATE OR REPLACE VIEW stored_target AS
SELECT t.* EXCLUDE (number), p.period, p.starts_on FROM target t JOIN calendar p ON p.number = t.number;
