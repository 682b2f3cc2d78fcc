-- What is in force after the last change.

CREATE OR REPLACE TABLE due AS SELECT * FROM layer WHERE valid_to = DATE '9999-12-31';
