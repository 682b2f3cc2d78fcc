"""Where Tieout's data lives: the site's directory, its PostgreSQL (embedded or by address), backup and restore.

Knows no Django and no table; it refuses to guess when an address or an archive is not what it should be.
"""
