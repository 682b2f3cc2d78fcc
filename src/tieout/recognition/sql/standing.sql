-- Where the lines of a round stand on its day: what they recognised, delivered and come to so far.

CREATE OR REPLACE TABLE standing AS
WITH before AS (
    SELECT t.item, coalesce(sum(s.amount), 0)::BIGINT AS recognised
    FROM turn t LEFT JOIN slice s ON s.item = t.item GROUP BY t.item
),
delivered AS (
    SELECT t.item, coalesce(max(p.done), 0) AS done
    FROM turn t LEFT JOIN point p ON p.item = t.item AND p.on_date < t.effective_on AND p.whole IS NULL GROUP BY t.item
),
reached AS (SELECT l.item, max(l.version) AS version FROM layer l JOIN turn t ON t.item = l.item GROUP BY l.item),
newest AS (SELECT l.* FROM layer l JOIN reached r ON r.item = l.item AND r.version = l.version)
SELECT t.*, b.recognised, d.done, coalesce(l.version, 0) AS version, coalesce(l.total, 0) AS total, l.units, l.begun_on,
    coalesce(t.ends_on, l.ends_on) AS until
FROM turn t
JOIN before b ON b.item = t.item
JOIN delivered d ON d.item = t.item
LEFT JOIN newest l ON l.item = t.item;
