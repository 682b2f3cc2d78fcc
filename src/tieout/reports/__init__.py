"""Reports over the figures: waterfall, roll-forwards, remaining obligations, and the tie-out to the ledger."""
