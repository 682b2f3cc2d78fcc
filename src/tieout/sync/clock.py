"""The time as PostgreSQL tells it, so that machines whose clocks differ agree on what is late and who is alive."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db import connection


class DatabaseClock:
    """Asks the server once and counts on by this machine's monotonic clock, which nobody sets. `set` asks again."""

    def __init__(self) -> None:
        self.set()

    def __call__(self) -> datetime:
        return self._there + timedelta(seconds=time.monotonic() - self._here)

    def set(self) -> None:
        """Ask the server; the answer is taken to stem from the middle of the question."""
        before = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute("select clock_timestamp()")
            self._there: datetime = cursor.fetchone()[0]
        self._here = (before + time.monotonic()) / 2
