"""Stateful local servers that behave as the vendors' APIs do, for development, tests and the demo. Never a vendor's data."""
