"""What rows in the binary format of PostgreSQL's COPY stand between: nothing in them is escaped, nor read as text.

Each row is the number of its columns, and for each of them its length and its bytes, numbers with the high byte first.
Source: PostgreSQL's manual, COPY, "Binary Format".
"""

from __future__ import annotations

START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""The signature; no flags and nothing more."""
END = b"\xff\xff"
"""In place of a number of columns."""
