-- Layers that progress moves. What happened before a later layer was in force counts at the day that it came into force.
INSERT INTO slice
WITH met AS (
    SELECT d.item, d.version, d.valid_from, d.entity, d.amount, d.base, d.at_once, p.done - d.unit_base AS done,
        coalesce(p.whole, d.units) - d.unit_base AS whole,
        coalesce(h.resumed_on, greatest(p.on_date, d.valid_from)) AS on_date,
        row_number() OVER (
            PARTITION BY d.item, d.version, coalesce(h.resumed_on, greatest(p.on_date, d.valid_from)) ORDER BY p.on_date DESC
        ) AS latest
    FROM due d
    JOIN point p ON p.item = d.item AND p.on_date < d.valid_to
    LEFT JOIN hold h ON h.item = d.item AND p.on_date >= h.held_on AND p.on_date < h.resumed_on
    WHERE d.method <> 'ratable' AND coalesce(h.resumed_on, p.on_date) < d.valid_to
),
opened AS (
    SELECT item, version, entity, valid_from, base, at_once, on_date, amount, done, whole FROM met WHERE latest = 1
    UNION ALL
    SELECT d.item, d.version, d.entity, d.valid_from, d.base, d.at_once, d.valid_from, d.amount, 0, d.units - d.unit_base
    FROM due d
    WHERE d.method <> 'ratable' AND d.version > 1
        AND NOT EXISTS (
            SELECT 1 FROM met m WHERE m.item = d.item AND m.version = d.version AND m.on_date = d.valid_from
        )
),
reached AS (
    SELECT *, CASE WHEN whole <= 0 THEN amount ELSE split_off(amount, done, whole) END AS at_end FROM opened
),
moved AS (
    SELECT *, at_end - coalesce(
        lag(at_end) OVER (PARTITION BY item, version ORDER BY on_date), base - at_once
    ) AS moved
    FROM reached
)
SELECT m.item, m.version, p.number, sum(m.moved)::BIGINT
FROM moved m JOIN calendar p ON p.entity = m.entity AND p.starts_on <= m.on_date AND p.ends_on > m.on_date
WHERE m.moved <> 0 GROUP BY m.item, m.version, p.number;
