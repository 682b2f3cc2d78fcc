"""A local stand-in for the Rev.io billing REST API, read-only as its clients use it, over a seeded company."""
