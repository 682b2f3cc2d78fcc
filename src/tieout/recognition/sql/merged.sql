-- Totals over all shards. Adding whole numbers has no order, so the split into shards leaves no trace.

CREATE VIEW merged_calendar AS SELECT DISTINCT * FROM $calendar;

CREATE VIEW merged_waterfall AS
SELECT * EXCLUDE (amount, adjustment), sum(amount)::BIGINT AS amount, sum(adjustment)::BIGINT AS adjustment
FROM $waterfall GROUP BY ALL;

CREATE VIEW merged_target AS
SELECT * EXCLUDE (amount, functional), sum(amount)::BIGINT AS amount, sum(functional)::BIGINT AS functional
FROM $target GROUP BY ALL;
