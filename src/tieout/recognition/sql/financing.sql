-- A significant financing component (606-10-32-15 to 20): the price of a line as if it were paid in cash when it is delivered.
-- Interest is compounded by the year; within a year it grows by days. `growth` is what one has become after k whole years,
-- in millionths of millionths.

CREATE TABLE expected AS
SELECT contract_id, line_id, sum(included)::BIGINT AS included FROM estimated WHERE replaces = '' GROUP BY contract_id, line_id;

CREATE TABLE growth AS
WITH RECURSIVE year AS (
    SELECT contract_id, line_id, starts_on AS begun_on, ends_on, rate, 0 AS years, 1000000000000::HUGEINT AS growth
    FROM financing
    UNION ALL
    SELECT contract_id, line_id, begun_on, ends_on, rate, years + 1, half_up(growth * (1000000 + rate), 1000000::HUGEINT)
    FROM year WHERE years_after(begun_on, years + 1) < ends_on
)
SELECT contract_id, line_id, rate, years, growth, years_after(begun_on, years) AS starts_on,
    least(years_after(begun_on, years + 1), ends_on) AS ends_on,
    days_between(years_after(begun_on, years), years_after(begun_on, years + 1)) AS days,
    years_after(begun_on, years + 1) >= ends_on AS closes
FROM year;

CREATE TABLE financed AS
WITH nominal AS (
    SELECT f.contract_id, f.line_id, f.kind, l.price + coalesce(v.included, 0) AS nominal
    FROM financing f
    JOIN line l ON l.contract_id = f.contract_id AND l.line_id = f.line_id
    LEFT JOIN expected v ON v.contract_id = f.contract_id AND v.line_id = f.line_id
)
SELECT f.contract_id, f.line_id, f.kind, f.nominal, CASE f.kind
    WHEN 'deferred' THEN half_up(
        f.nominal::HUGEINT * 1000000000000 * g.days * 1000000,
        g.growth * (g.days * 1000000::HUGEINT + g.rate * days_between(g.starts_on, g.ends_on))
    )
    ELSE grown(f.nominal, g.growth, g.rate, days_between(g.starts_on, g.ends_on), g.days)
END::BIGINT AS price
FROM nominal f
JOIN growth g ON g.contract_id = f.contract_id AND g.line_id = f.line_id AND g.closes;
