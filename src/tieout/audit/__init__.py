"""Who did what: an append-only record of every change a person or a schedule made. Refuses edits, by trigger."""
