"""The close room's pages."""
