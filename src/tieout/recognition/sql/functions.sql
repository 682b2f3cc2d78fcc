-- Rounding, months and the weights of the conventions (docs/revenue.md). All else in this chain is plain integer SQL.

-- By a positive denominator. A negative result is the mirror of the positive, for integers divide towards zero.
CREATE MACRO half_up(numerator, denominator) AS (2 * numerator + sign(numerator) * denominator) // (2 * denominator);

-- amount * part / whole, the whole a number of days or millionths: splitting off amount // whole keeps products within 64 bits.
CREATE MACRO portion(amount, part, whole) AS (amount // whole) * part + half_up((amount % whole) * part, whole);

-- The same for shares of money by money or by units, whose product needs 128 bits; all three may be negative.
CREATE MACRO split_off(amount, part, whole) AS
    half_up(amount::HUGEINT * part * sign(whole), abs(whole)::HUGEINT)::BIGINT;

-- An amount in minor units at a rate in thousand-millionths; a unit is how many minor units one of the currency has.
CREATE MACRO converted(amount, rate, from_unit, to_unit) AS
    half_up(amount::HUGEINT * rate * to_unit, 1000000000::HUGEINT * from_unit)::BIGINT;

CREATE MACRO days_between(a, b) AS b - a;
CREATE MACRO day_number(d) AS days_between(DATE '2000-01-01', d);
CREATE MACRO month_number(d) AS year(d) * 12 + month(d);
CREATE MACRO month_start(d) AS date_trunc('month', d)::DATE;
CREATE MACRO next_month(d) AS (date_trunc('month', d) + INTERVAL 1 MONTH)::DATE;
CREATE MACRO day_before(d) AS (d - 1)::DATE;

CREATE MACRO years_after(d, years) AS (d + years * INTERVAL 1 YEAR)::DATE;
CREATE MACRO months_after(d, months) AS (d + months * INTERVAL 1 MONTH)::DATE;

-- What an amount has become after whole years of growth and some days of the next one.
CREATE MACRO grown(amount, growth, rate, days, days_of_year) AS
    half_up(amount * growth * (days_of_year * 1000000 + rate * days), 1000000000000::HUGEINT * days_of_year * 1000000)::BIGINT;

CREATE MACRO day_360(d) AS year(d) * 360 + month(d) * 30 + least(day(d), 30);
CREATE MACRO half_months(d) AS 2 * month_number(d) + CASE WHEN day(d) > 1 THEN 1 ELSE 0 END;

-- 377,580 is divisible by 28, 29, 30 and 31, so a day of any month is a whole number of it.
CREATE MACRO month_parts(d) AS month_number(d) * 377580 + (day(d) - 1) * (377580 // day(last_day(d)));

CREATE MACRO minutes_in(s, sm, e, em, t) AS
    days_between(s, t) * 1440 - sm + CASE WHEN t >= e THEN em ELSE 0 END;

-- Days of a month served, thirty when it is served whole or on `least_days` of its days.
CREATE MACRO counted_days(days, in_month, least_days) AS
    CASE WHEN days >= least(least_days, day(last_day(in_month))) THEN 30 ELSE days END;

CREATE MACRO thirtieths(s, t, least_days) AS CASE
    WHEN month_number(day_before(t)) = month_number(s) THEN counted_days(days_between(s, t), s, least_days)
    ELSE counted_days(days_between(s, next_month(s)), s, least_days)
        + 30 * (month_number(day_before(t)) - month_number(s) - 1)
        + counted_days(days_between(month_start(day_before(t)), t), day_before(t), least_days)
END;

CREATE MACRO counts_months(convention) AS convention IN ('even_months', 'full_months', 'half_month', 'months_prorated');

-- The day from which a credit memo or a new estimate counts.
CREATE MACRO counted_from(d, method, convention) AS
    CASE WHEN method = 'ratable' AND counts_months(convention) THEN month_start(d) ELSE d END;

-- The term in service months, the last one begun counted whole.
CREATE MACRO service_months(s, e) AS
    month_number(e) - month_number(s) + CASE WHEN day(e) > day(s) THEN 1 ELSE 0 END;

-- How far a term [s, e), with minutes of the day sm and em, has come before day t, which is at most e. The caller brings
-- what does not depend on t: the term's service months, the first day after its first month (head), the first day of its
-- last month (tail), and how many months lie between them (middle). With months_prorated, first and last month count by their
-- minutes, and each month between carries the same share of the rest once it has begun.
CREATE MACRO weight(convention, s, sm, e, em, months, head, tail, middle, t) AS CASE
    WHEN t <= s THEN 0
    WHEN convention = 'actual_days' THEN days_between(s, t)
    WHEN convention = 'even_months' THEN least(months, month_number(day_before(t)) - month_number(s) + 1)
    WHEN convention = 'full_months' THEN month_number(day_before(t)) - month_number(s) + 1
    WHEN convention = 'half_month' THEN half_months(t) - half_months(s)
    WHEN convention = 'thirty_360' THEN day_360(t) - day_360(s)
    WHEN convention = 'full_at_28' THEN thirtieths(s, t, 28)
    WHEN convention = 'full_at_30' THEN thirtieths(s, t, 30)
    WHEN convention = 'month_share' THEN month_parts(t) - month_parts(s)
    WHEN convention = 'actual_minutes' OR middle <= 0 THEN minutes_in(s, sm, e, em, t)
    WHEN t <= head THEN minutes_in(s, sm, e, em, t) * middle
    WHEN t <= tail THEN (days_between(s, head) * 1440 - sm) * middle
        + (month_number(day_before(t)) - month_number(head) + 1) * days_between(head, tail) * 1440
    ELSE (days_between(s, head) * 1440 - sm + days_between(head, tail) * 1440) * middle
        + (minutes_in(s, sm, e, em, t) - days_between(s, tail) * 1440 + sm) * middle
END;

-- Where the weight does not depend on the end of the term: what is reached by day t, and from where the term counts.
CREATE MACRO reach(convention, t) AS CASE
    WHEN convention = 'actual_days' THEN day_number(t)
    WHEN convention IN ('even_months', 'full_months') THEN month_number(day_before(t)) + 1
    WHEN convention = 'half_month' THEN half_months(t)
    WHEN convention = 'thirty_360' THEN day_360(t)
    WHEN convention = 'month_share' THEN month_parts(t)
END;
CREATE MACRO origin(convention, s) AS
    CASE WHEN convention IN ('even_months', 'full_months') THEN month_number(s) ELSE reach(convention, s) END;
