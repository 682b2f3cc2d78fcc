"""Sources: what connectors bring becomes revenue data. Canonical records in, rows of the engine's tables out, no vendor named.

A job delivers only what its source changed since the last delivery, so that what people mended here stays as it is.
"""
