"""Canonical customers, products, invoices, payments and credits, the same whichever vendor they came from."""
