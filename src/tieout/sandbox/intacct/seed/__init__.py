"""The seeded company: the same seed and day give the same books."""
