"""The revenue room's pages."""
