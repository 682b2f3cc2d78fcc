-- Totals of a whole after some of its contracts were computed again: the base's, less what these had, plus what they have.

CREATE VIEW differed_calendar AS
SELECT * FROM $base_calendar UNION SELECT * FROM $are_calendar;

CREATE VIEW differed_waterfall AS
SELECT * EXCLUDE (amount, adjustment), sum(amount)::BIGINT AS amount, sum(adjustment)::BIGINT AS adjustment FROM (
    FROM $base_waterfall
    UNION ALL BY NAME SELECT * REPLACE (-amount AS amount, -adjustment AS adjustment) FROM $were_waterfall
    UNION ALL BY NAME FROM $are_waterfall
) GROUP BY ALL HAVING sum(amount) <> 0 OR sum(adjustment) <> 0;

CREATE VIEW differed_target AS
SELECT * EXCLUDE (amount, functional), sum(amount)::BIGINT AS amount, sum(functional)::BIGINT AS functional FROM (
    FROM $base_target
    UNION ALL BY NAME SELECT * REPLACE (-amount AS amount, -functional AS functional) FROM $were_target
    UNION ALL BY NAME FROM $are_target
) GROUP BY ALL HAVING sum(amount) <> 0 OR sum(functional) <> 0;
