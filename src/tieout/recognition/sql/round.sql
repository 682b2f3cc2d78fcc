-- One round of changes: the layers in force end on the effective day, and are due to be sliced up to it.

CREATE OR REPLACE TABLE turn AS SELECT * FROM effect WHERE round = $round;

UPDATE layer SET valid_to = turn.effective_on
FROM turn WHERE turn.item = layer.item AND layer.valid_to = DATE '9999-12-31';

CREATE OR REPLACE TABLE due AS
SELECT l.* FROM layer l JOIN turn t ON t.item = l.item AND l.valid_to = t.effective_on;
