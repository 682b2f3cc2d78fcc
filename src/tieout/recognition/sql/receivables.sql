-- Invoices that are open on a day, what paying them late costs, and how long sales wait for their money. Payments settle the
-- invoice that they name; a credit memo lowers what its line was billed, the oldest invoice first; credit of the customer that
-- names no invoice lies on the account. Interest is simple, by days overdue.

CREATE TABLE billed_line AS
WITH given AS (
    SELECT i.*, k.entity, k.customer_id, k.currency
    FROM invoice i JOIN contract k ON k.contract_id = i.contract_id
    CROSS JOIN asked WHERE i.issued_on <= asked.on_day
),
credited AS (
    SELECT contract_id, line_id, sum(amount)::BIGINT AS amount FROM given WHERE kind = 'credit_memo' GROUP BY contract_id, line_id
),
ordered AS (
    SELECT *, (sum(amount) OVER (PARTITION BY contract_id, line_id ORDER BY issued_on, invoice_id))::BIGINT AS upto
    FROM given WHERE kind = 'invoice'
)
SELECT o.entity, o.customer_id, o.currency, o.invoice_id, o.issued_on, o.amount AS billed,
    least(o.amount, greatest(coalesce(c.amount, 0) - o.upto + o.amount, 0)) AS credited
FROM ordered o LEFT JOIN credited c ON c.contract_id = o.contract_id AND c.line_id = o.line_id;

CREATE TABLE settled AS
SELECT k.entity, k.customer_id, k.currency, p.invoice_id,
    sum(CASE p.kind WHEN 'refund' THEN -p.amount ELSE p.amount END)::BIGINT AS settled
FROM payment p JOIN contract k ON k.contract_id = p.contract_id
CROSS JOIN asked WHERE p.paid_on <= asked.on_day
GROUP BY k.entity, k.customer_id, k.currency, p.invoice_id;

CREATE TABLE open_invoice AS
WITH whole AS (
    SELECT entity, customer_id, currency, invoice_id, min(issued_on) AS issued_on, sum(billed)::BIGINT AS billed,
        sum(credited)::BIGINT AS credited
    FROM billed_line GROUP BY entity, customer_id, currency, invoice_id
),
standing AS (
    SELECT b.*, coalesce(s.settled, 0) AS settled, b.billed - b.credited - coalesce(s.settled, 0) AS outstanding,
        b.issued_on + a.days_to_pay AS due_on, greatest(days_between(b.issued_on + a.days_to_pay, a.on_day), 0) AS days_overdue,
        a.interest, a.days, a.fee * u.unit AS fee
    FROM whole b
    LEFT JOIN settled s ON s.entity = b.entity AND s.customer_id = b.customer_id AND s.currency = b.currency
        AND s.invoice_id = b.invoice_id
    JOIN minor_unit u ON u.currency = b.currency
    CROSS JOIN asked a
),
charged AS (
    SELECT *, split_off(outstanding, interest * days_overdue, days * 1000000) AS late_interest,
        CASE WHEN days_overdue > 0 THEN split_off(fee, 1, 1000000) ELSE 0 END AS late_fee
    FROM standing WHERE outstanding > 0
)
SELECT entity, customer_id, invoice_id, currency, issued_on, due_on, billed, credited, settled, outstanding, days_overdue,
    late_interest, late_fee, outstanding + late_interest + late_fee AS due
FROM charged;

-- Days sales outstanding: receivables by the sales of the days up to this one, times these days.
CREATE TABLE days_sales AS
WITH moved AS (
    SELECT k.entity, k.currency, CASE WHEN i.kind = 'invoice' THEN i.amount ELSE -i.amount END AS owed,
        CASE WHEN i.issued_on <= a.on_day - a.days OR (i.kind = 'credit_memo' AND i.treatment = 'bad_debt') THEN 0
            WHEN i.kind = 'invoice' THEN i.amount ELSE -i.amount END AS sales
    FROM invoice i JOIN contract k ON k.contract_id = i.contract_id
    CROSS JOIN asked a WHERE i.issued_on <= a.on_day
    UNION ALL
    SELECT entity, currency, -settled, 0 FROM settled
),
summed AS (
    SELECT entity, currency, sum(owed)::BIGINT AS receivable, sum(sales)::BIGINT AS sales FROM moved GROUP BY entity, currency
)
SELECT s.entity, s.currency, a.on_day, s.receivable, s.sales, a.days,
    CASE WHEN s.sales > 0 THEN split_off(s.receivable, a.days * 100, s.sales) * 0.01::DECIMAL(3, 2) END AS days_outstanding
FROM summed s CROSS JOIN asked a;
