"""Connections to vendors: their settings, sealed credentials, health and the calls allowed at once."""
