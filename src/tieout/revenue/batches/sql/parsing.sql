-- How people write numbers and days. What could be read in two ways is told apart by the rest of the sheet, or asked.

-- Without spaces, apostrophes, currency signs; negative ones with a leading minus, however they were marked.
CREATE MACRO bare_number(t) AS CASE
    WHEN regexp_full_match(t, '-?\d+(\.\d{1,2})?') THEN t
    ELSE regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        replace(replace(t, '−', '-'), '–', '-'),
        '[\s\x{00A0}\x{2009}\x{202F}''’]|[$€£¥₹₩%]|^[A-Z]{3}|[A-Z]{3}$', '', 'g'),
        '^\((.+)\)$', '-\1'), '^([^-].*)-$', '-\1'), '^\+', '')
END;

-- Which sign stands before the decimals: `dot`, `comma`, `either` (1,200 or 1.200), `whole`; NULL is no number.
CREATE MACRO number_shape(b) AS CASE
    WHEN regexp_full_match(b, '-?\d+') THEN 'whole'
    WHEN regexp_full_match(b, '-?[1-9]\d{0,2}[.,]\d{3}') THEN 'either'
    WHEN regexp_full_match(b, '-?(\d+|\d{1,3}(,\d{3})+)?\.\d+|-?\d{1,3}(,\d{3}){2,}|-?\d+\.|-?\d{1,3}(,\d{2})*,\d{3}\.\d+') THEN 'dot'
    WHEN regexp_full_match(b, '-?(\d+|\d{1,3}(\.\d{3})+)?,\d+|-?\d{1,3}(\.\d{3}){2,}|-?\d+,') THEN 'comma'
END;

-- Digits with at most one point; `decimal` says how to read what could be either, NULL when nobody knows.
CREATE MACRO plain_number(b, shape, decimal) AS CASE shape
    WHEN 'whole' THEN b
    WHEN 'dot' THEN replace(b, ',', '')
    WHEN 'comma' THEN replace(replace(b, '.', ''), ',', '.')
    WHEN 'either' THEN CASE decimal
        WHEN '.' THEN replace(b, ',', '')
        WHEN ',' THEN replace(replace(b, '.', ''), ',', '.')
    END
END;

-- Digits as a whole number of the smallest unit, without any arithmetic that could round; NULL when it has more decimals.
CREATE MACRO scaled(n, places) AS CASE
    WHEN length(rtrim(split_part(n, '.', 2), '0')) <= places THEN
        try_cast(split_part(n, '.', 1) || rpad(rtrim(split_part(n, '.', 2), '0'), places, '0') AS BIGINT)
END;

-- A day without its time of day.
CREATE MACRO bare_day(t) AS regexp_replace(t, '[T ]\d{1,2}:\d\d.*$', '');

-- `iso` (also with a named month, or dotted), `dmy`, `mdy`, `either` (03/04/2026); NULL is no day.
CREATE MACRO day_shape(b) AS CASE
    WHEN regexp_full_match(b, '\d{4}-\d\d-\d\d|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(19|20)\d{6}|\d{1,2}\.\d{1,2}\.\d{4}') THEN 'iso'
    WHEN regexp_full_match(b, '\d{1,2}[/-]\d{1,2}[/-]\d{4}') THEN CASE
        WHEN regexp_extract(b, '^\d+') = regexp_extract(b, '[/-](\d+)[/-]', 1) THEN 'iso'
        WHEN regexp_extract(b, '^\d+')::INTEGER > 12 THEN 'dmy'
        WHEN regexp_extract(b, '[/-](\d+)[/-]', 1)::INTEGER > 12 THEN 'mdy'
        ELSE 'either'
    END
    WHEN regexp_matches(b, '[A-Za-z]{3}') AND regexp_matches(b, '\d{4}') THEN 'iso'
END;

CREATE MACRO day_read(b, shape, day_order) AS CASE
    WHEN regexp_full_match(b, '\d{4}-\d\d-\d\d') THEN try_cast(b AS DATE)
    WHEN regexp_full_match(b, '\d{4}[-/.]\d{1,2}[-/.]\d{1,2}') THEN
        try_strptime(replace(replace(b, '/', '-'), '.', '-'), '%Y-%m-%d')::DATE
    WHEN regexp_full_match(b, '\d{8}') THEN try_strptime(b, '%Y%m%d')::DATE
    WHEN regexp_full_match(b, '\d{1,2}\.\d{1,2}\.\d{4}') THEN try_strptime(b, '%d.%m.%Y')::DATE
    WHEN regexp_full_match(b, '\d{1,2}[/-]\d{1,2}[/-]\d{4}') THEN CASE
        WHEN shape = 'mdy' OR (shape = 'either' AND day_order = 'mdy') THEN try_strptime(replace(b, '-', '/'), '%m/%d/%Y')::DATE
        WHEN shape IN ('dmy', 'iso') OR day_order = 'dmy' THEN try_strptime(replace(b, '-', '/'), '%d/%m/%Y')::DATE
    END
    ELSE try_strptime(
        trim(regexp_replace(b, '[,\s-]+', ' ', 'g')), ['%d %b %Y', '%d %B %Y', '%b %d %Y', '%B %d %Y', '%Y %b %d']
    )::DATE
END;

-- Nobody's revenue lies outside these years; a day that does is a slip of the keyboard.
CREATE MACRO sensible(day) AS CASE WHEN day BETWEEN DATE '1950-01-01' AND DATE '2199-12-31' THEN day END;

CREATE MACRO spelled(t) AS trim(regexp_replace(lower(t), '[^\p{L}\p{N}]+', ' ', 'g'));

-- Names with values as one canonical text; the parts in order.
CREATE MACRO pairs(t) AS list_aggregate(list_sort(list_filter(
    list_transform(string_split(t, ';'), lambda p: regexp_replace(trim(p), '\s*=\s*', '=')), lambda p: p <> ''
)), 'string_agg', ';');

CREATE MACRO pairs_are_bad(t) AS
    len(list_filter(string_split(pairs(t), ';'), lambda p: NOT regexp_full_match(p, '[^=]+=.+'))) > 0
    OR len(list_distinct(list_transform(string_split(pairs(t), ';'), lambda p: split_part(p, '=', 1))))
        < len(string_split(pairs(t), ';'));
