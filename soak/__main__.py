"""`python -m soak`: set the stage, play every strike, print the table; exit code 0 only when each row is clean.

`--only faults|together|kills|workers|memory` plays a part, `--json FILE` writes the rows for a test to read.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path

from rich.console import Console
from rich.table import Table

from soak import kills, proof, weather, workers
from soak.children import Crew, Sandboxes
from soak.site import DEADLINE, Site, end_database, yesterday
from soak.stage import Row, Stage, Strike, perform
from soak.vendors import Books, Controls

PAYMENTS_AT_LEAST = 300
LEASE = 4.0
PARTS = ("faults", "together", "kills", "workers", "memory")
console = Console(width=None if sys.stdout.isatty() else 150)


def main() -> int:
    """Run the parts asked for."""
    asked = _arguments()
    begun, rows = time.monotonic(), []
    with _stage(asked.scale, asked.keep) as stage:
        for strike in _strikes(asked):
            rows.append(perform(stage, strike))
            console.print(_told(rows[-1]), highlight=False)
    console.print(_table(rows))
    clean = bool(rows) and all(row.clean for row in rows)
    seconds = time.monotonic() - begun
    console.print(f"{len(rows)} strikes in {seconds:.0f} s: {'[green]clean' if clean else '[red]NOT CLEAN'}")
    if asked.json:
        asked.json.write_text(json.dumps([row.as_dict() for row in rows], indent=1))
    return 0 if clean else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=[part for part in PARTS if part != "together"])
    parser.add_argument("--match", nargs="*", default=["*"], help="only strikes whose name fits one of these patterns")
    parser.add_argument("--json", type=Path, help="write the rows there")
    parser.add_argument("--keep", type=Path, help="folder for the site and the logs, kept afterwards")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the seeded company")
    parser.add_argument("--seed", type=int, default=7, help="of the kills at random")
    return parser.parse_args()


def _strikes(asked: argparse.Namespace) -> Iterator[Strike]:
    parts = {
        "faults": weather.every,
        "together": weather.together,
        "kills": lambda: kills.every(asked.seed),
        "workers": workers.every,
        "memory": lambda: iter([Strike("workers", "memory while reading 24 months", "receipts", workers.memory)]),
    }
    for part in asked.only:
        yield from (strike for strike in parts[part]() if any(fnmatch(strike.name, each) for each in asked.match))


@contextmanager
def _stage(scale: float, keep: Path | None) -> Iterator[Stage]:
    folder = keep or Path(tempfile.mkdtemp(prefix="tieout-soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["TIEOUT_HOME"] = str(folder / "home")
    today = datetime.now(UTC).date()
    sandboxes, crew = Sandboxes(folder, today.isoformat(), scale), Crew(folder, LEASE)
    try:
        site = Site(sandboxes.port, today)
        controls, books = Controls(sandboxes.url), Books(site.credentials["intacct"])
        controls.call("/intacct/control/settings", {"deadline": DEADLINE})
        controls.call("/revio/control/limits", {"per_minute": None})
        yield Stage(site, sandboxes, crew, controls, books, _busy_day(controls, today), _last_month(today))
    finally:
        crew.dismiss()
        sandboxes.child.end()
        end_database()
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _busy_day(controls: Controls, today: date) -> date:
    """The latest day with payments enough; the proof covers it and the quieter days behind it."""
    days = proof.paid_by_day(controls, today - timedelta(days=31), yesterday(today))
    return date.fromisoformat(max(day for day, count in days.items() if count >= PAYMENTS_AT_LEAST))


def _last_month(today: date) -> str:
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def _told(row: Row) -> str:
    mark = "[green]ok [/]" if row.clean else "[red]BAD[/]"
    return f"{mark} {row.seconds:6.1f} s  {row.name}  {row.note}{'  '.join(['', *row.problems])}"


def _table(rows: list[Row]) -> Table:
    table = Table(title="Exactly once")
    table.add_column("Fault or kill", no_wrap=True)
    for name in ("Struck", "Documents", "Duplicates", "Missing", "Difference", "Seconds"):
        table.add_column(name, justify="right")
    table.add_column("")
    for row in rows:
        figures = (row.fired, row.documents, row.duplicates, row.missing)
        cells = (*(f"{figure:,}" for figure in figures), f"{row.difference:,.2f}", f"{row.seconds:.1f}")
        table.add_row(row.name, *cells, row.note or ("" if row.clean else "[red]" + "; ".join(row.problems)[:60]))
    return table


if __name__ == "__main__":
    sys.exit(main())
