-- Contracts in another currency than the functional one. Deferred revenue is carried at the rates of its invoices, on average, and
-- becomes revenue at what it is carried at (830-10-45-18); revenue ahead of billing takes the rate of its period. Contract assets,
-- and receivables that are kept here, are carried at the rate of the period's end. Commissions keep the rate of the day they were
-- earned. The exchange gain or loss is what balances the rest.

CREATE TABLE carried AS
WITH RECURSIVE billed AS (
    SELECT contract_number, number, sum(functional)::BIGINT AS functional FROM dated
    WHERE role = 'billed' GROUP BY contract_number, number
),
step AS (
    SELECT b.contract_number, b.number, row_number() OVER (PARTITION BY b.contract_number ORDER BY b.number) AS turn, b.billed,
        b.recognised, coalesce(i.functional, 0) AS billed_functional,
        (sum(b.recognised) OVER (PARTITION BY b.contract_number ORDER BY b.number))::BIGINT - b.recognised AS earned,
        greatest(b.net - b.billed + b.recognised, 0) AS opening, greatest(b.net + b.recognised, 0) AS before_earning,
        b.contract_liability AS closing, r.during, f.from_unit, f.to_unit
    FROM balance b
    JOIN foreign_contract f ON f.contract_number = b.contract_number
    JOIN period_rate r ON r.number = b.number AND r.currency = f.currency
    LEFT JOIN billed i ON i.contract_number = b.contract_number AND i.number = b.number
),
walk AS (
    SELECT contract_number, 0::BIGINT AS turn, 0::BIGINT AS number, 0::BIGINT AS liability, 0::BIGINT AS earned, 0::BIGINT AS revenue,
        0::BIGINT AS held
    FROM foreign_contract
    UNION ALL
    SELECT contract_number, turn, number,
        billed_liability + CASE
            WHEN recognised < 0 THEN split_off(-revenue, closing - before_earning, -recognised)
            ELSE -drawn
        END,
        earned_functional + revenue, revenue, billed_liability
    FROM (
        SELECT *, CASE
            WHEN recognised >= 0 THEN drawn + converted(
                recognised - (before_earning - closing), during, from_unit, to_unit
            )
            WHEN earned >= -recognised THEN -split_off(earned_functional, -recognised, earned)
            ELSE converted(recognised, during, from_unit, to_unit)
        END AS revenue
        FROM (
            SELECT *, CASE WHEN before_earning > closing THEN split_off(billed_liability, before_earning - closing, before_earning)
                ELSE 0 END AS drawn
            FROM (
                SELECT s.*, w.earned AS earned_functional, w.liability + CASE
                    WHEN s.before_earning > s.opening AND s.billed <> 0
                        THEN split_off(s.billed_functional, s.before_earning - s.opening, s.billed)
                    WHEN s.before_earning < s.opening THEN -split_off(w.liability, s.opening - s.before_earning, s.opening)
                    ELSE 0
                END AS billed_liability
                FROM walk w JOIN step s ON s.contract_number = w.contract_number AND s.turn = w.turn + 1
            )
        )
    )
)
SELECT contract_number, number, revenue, held, earned - revenue AS earned_before,
    liability - lag(liability, 1, 0) OVER (PARTITION BY contract_number ORDER BY turn) AS liability_moved
FROM walk WHERE turn > 0;

-- The part of it that adjusts closed periods, and how much of that came out of, or went into, deferred revenue.
CREATE TABLE late_carried AS
WITH valued AS (
    SELECT b.*, r.during, f.from_unit, f.to_unit, CASE
        WHEN b.adjustment > 0 AND b.liability > 0 THEN split_off(c.held, -b.liability_moved, b.liability)
        WHEN b.adjustment > 0 THEN 0
        WHEN b.earned >= -b.adjustment THEN -split_off(c.earned_before, -b.adjustment, b.earned)
        ELSE converted(b.adjustment, r.during, f.from_unit, f.to_unit)
    END AS taken
    FROM late_balance b
    JOIN carried c ON c.contract_number = b.contract_number AND c.number = b.number
    JOIN foreign_contract f ON f.contract_number = b.contract_number
    JOIN period_rate r ON r.number = b.number AND r.currency = f.currency
    WHERE b.adjustment <> 0
)
SELECT contract_number, number,
    CASE WHEN adjustment > 0 THEN taken + converted(asset_moved, during, from_unit, to_unit) ELSE taken END AS revenue,
    CASE WHEN adjustment > 0 THEN taken ELSE split_off(taken, liability_moved, -adjustment) END AS liability
FROM valued;

-- Revenue of a contract, period and part over its products and dimensions: cumulative rounding, so that the shares sum.
CREATE TABLE earned_share AS
WITH line AS (
    SELECT l.contract_number, l.facet, m.number, late, sum(CASE late WHEN 0 THEN m.amount ELSE m.adjustment END) AS amount
    FROM movement m
    JOIN place l ON l.item = m.item AND l.kind IN ('revenue', 'refund')
    SEMI JOIN foreign_contract f ON f.contract_number = l.contract_number
    CROSS JOIN (VALUES (0), (1)) part(late)
    GROUP BY l.contract_number, l.facet, m.number, late
),
summed AS (
    SELECT *, (sum(amount) OVER (PARTITION BY contract_number, number, late ORDER BY facet))::BIGINT AS upto,
        (sum(amount) OVER (PARTITION BY contract_number, number, late))::BIGINT AS whole
    FROM line
),
shared AS (
    SELECT s.*, CASE
        WHEN s.whole = 0 THEN converted(s.upto, r.during, f.from_unit, f.to_unit)
        WHEN s.late = 1 THEN split_off(l.revenue, s.upto, s.whole)
        ELSE split_off(c.revenue - coalesce(l.revenue, 0), s.upto, s.whole)
    END AS reached
    FROM summed s
    JOIN carried c ON c.contract_number = s.contract_number AND c.number = s.number
    JOIN foreign_contract f ON f.contract_number = s.contract_number
    JOIN period_rate r ON r.number = s.number AND r.currency = f.currency
    LEFT JOIN late_carried l ON l.contract_number = s.contract_number AND l.number = s.number
)
SELECT contract_number, facet, number, late,
    reached - lag(reached, 1, 0) OVER (PARTITION BY contract_number, number, late ORDER BY facet) AS functional
FROM shared;

-- Contract assets and open receivables at the rate of each period's end.
CREATE TABLE revalued AS
WITH flow AS (
    SELECT contract_number, number, 'contract_asset' AS role, asset_moved AS amount FROM balance
    UNION ALL
    SELECT d.contract_number, d.number, 'receivable', CASE d.role WHEN 'billed' THEN d.amount ELSE -d.amount END
    FROM dated d JOIN foreign_contract f ON f.contract_number = d.contract_number AND f.kept WHERE d.role <> 'commission'
),
netted AS (SELECT contract_number, number, role, sum(amount) AS amount FROM flow GROUP BY contract_number, number, role),
grid AS (
    SELECT f.contract_number, f.currency, f.from_unit, f.to_unit, p.number, side.role
    FROM foreign_contract f
    JOIN calendar p ON p.entity = f.entity
    CROSS JOIN (VALUES ('contract_asset'), ('receivable')) side(role)
),
to_date AS (
    SELECT g.*, (sum(coalesce(n.amount, 0)) OVER (PARTITION BY g.contract_number, g.role ORDER BY g.number))::BIGINT AS amount
    FROM grid g
    LEFT JOIN netted n ON n.contract_number = g.contract_number AND n.number = g.number AND n.role = g.role
),
valued AS (
    SELECT t.contract_number, t.role, t.number,
        CASE t.amount WHEN 0 THEN 0 ELSE converted(t.amount, r.at_end, t.from_unit, t.to_unit) END AS functional
    FROM to_date t JOIN period_rate r ON r.number = t.number AND r.currency = t.currency
)
SELECT contract_number, role, number,
    functional - lag(functional, 1, 0) OVER (PARTITION BY contract_number, role ORDER BY number) AS functional
FROM valued;

-- Amortisation of a commission carries its share of the functional amount, by cumulative rounding.
CREATE TABLE amortised AS
WITH moved AS (
    SELECT m.item, m.number, sum(m.amount + m.adjustment) AS amount FROM movement m
    SEMI JOIN (SELECT item FROM dated WHERE role = 'commission') d ON d.item = m.item GROUP BY m.item, m.number
),
to_date AS (
    SELECT item, number, (sum(amount) OVER (PARTITION BY item ORDER BY number))::BIGINT AS amount FROM moved
),
reached AS (
    SELECT t.item, t.number, CASE d.amount WHEN 0 THEN 0 ELSE split_off(d.functional, t.amount, d.amount) END AS functional
    FROM to_date t JOIN dated d ON d.role = 'commission' AND d.item = t.item
)
SELECT item, number, functional - lag(functional, 1, 0) OVER (PARTITION BY item ORDER BY number) AS functional FROM reached;

CREATE OR REPLACE TABLE target AS
WITH balanced AS (
    SELECT contract_number, number, 'contract_liability' AS role, 0 AS facet, 0 AS late, -liability_moved AS functional FROM carried
    UNION ALL
    SELECT contract_number, number, '', facet, late, -functional FROM earned_share
    UNION ALL
    SELECT contract_number, number, role, 0, 0, functional FROM revalued
    UNION ALL
    SELECT contract_number, number, role, 0, late,
        sign * CASE role WHEN 'contract_liability' THEN liability ELSE revenue - liability END
    FROM late_carried
    CROSS JOIN (VALUES ('contract_liability'), ('contract_asset')) side(role)
    CROSS JOIN (VALUES (0, -1), (1, 1)) part(late, sign)
    UNION ALL
    SELECT d.contract_number, d.number, 'receivable', 0, 0, CASE d.role WHEN 'billed' THEN d.functional ELSE -d.functional END
    FROM dated d JOIN foreign_contract f ON f.contract_number = d.contract_number AND NOT f.kept WHERE d.role <> 'commission'
    UNION ALL
    SELECT contract_number, number, role, 0, 0, functional FROM dated WHERE role NOT IN ('billed', 'commission')
),
placed AS (
    SELECT b.*, coalesce(x.kind, b.role) AS account_role, coalesce(x.product_id, '') AS product_id,
        coalesce(x.dimensions, f.dimensions) AS dimensions, f.entity, f.currency, f.functional_currency
    FROM balanced b
    JOIN foreign_contract f ON f.contract_number = b.contract_number
    LEFT JOIN facet x ON x.facet = b.facet
),
entry AS (
    SELECT role, entity, currency, functional_currency, product_id, dimensions, number, late, amount, functional FROM target
    UNION ALL
    SELECT account_role, entity, currency, functional_currency, product_id, dimensions, number, late, 0, functional FROM placed
    UNION ALL
    SELECT 'fx_gain_loss', entity, currency, functional_currency, '', f.dimensions, number, 0, 0, -functional
    FROM balanced b JOIN foreign_contract f ON f.contract_number = b.contract_number
    UNION ALL
    SELECT side.role, f.entity, f.currency, f.functional_currency, '', c.dimensions, d.number, 0, 0, sign * d.functional
    FROM dated d
    JOIN cost c ON c.item = d.item
    JOIN foreign_contract f ON f.contract_number = d.contract_number
    CROSS JOIN (VALUES ('commission_asset', 1), ('commission_payable', -1)) side(role, sign)
    WHERE d.role = 'commission'
    UNION ALL
    SELECT role, f.entity, f.currency, f.functional_currency, '', c.dimensions, a.number, 0, 0, sign * a.functional
    FROM amortised a
    JOIN cost c ON c.item = a.item
    JOIN foreign_contract f ON f.contract_id = c.contract_id
    CROSS JOIN (VALUES ('commission_expense', 1), ('commission_asset', -1)) side(role, sign)
)
SELECT role, entity, currency, functional_currency, product_id, dimensions, number, late, sum(amount)::BIGINT AS amount,
    sum(functional)::BIGINT AS functional
FROM entry GROUP BY role, entity, currency, functional_currency, product_id, dimensions, number, late
HAVING sum(amount) <> 0 OR sum(functional) <> 0;
