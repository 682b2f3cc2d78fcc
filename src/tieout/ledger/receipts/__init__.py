"""Payments of each day become other receipts: one receipt for one bank deposit, one line for one payment."""
