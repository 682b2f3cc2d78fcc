"""Plain values that every room shares: money, currency, periods, rounding, errors. No Django, no clock, no I/O."""
