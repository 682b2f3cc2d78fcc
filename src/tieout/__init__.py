"""Tieout: billing, sales and payment records into Sage Intacct, exactly once, tied out to the cent."""

__version__ = "0.1.0"
