"""Other receipts and journal entries: planned from records, posted exactly once, read back and compared."""
