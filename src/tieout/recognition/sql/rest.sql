-- What is in force after the last change.

DROP TABLE IF EXISTS due;

CREATE VIEW due AS SELECT * FROM layer WHERE valid_to = DATE '9999-12-31';
