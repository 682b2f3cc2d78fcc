"""Revenue data kept in PostgreSQL: batches that bring it in, its versions, accounting periods, and sets of figures made from it."""
