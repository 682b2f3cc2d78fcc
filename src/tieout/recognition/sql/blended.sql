-- The blend as changes of price; with nothing left to blend, each line keeps its own change.

UPDATE standing SET price = b.amount - standing.total + standing.recognised
FROM blended_amount b WHERE b.item = standing.item;
