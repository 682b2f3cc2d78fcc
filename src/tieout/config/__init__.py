"""Puts the rooms together: settings, addresses, the WSGI application and the worker. Holds no business rule."""
