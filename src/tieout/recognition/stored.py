"""What is kept of a computed book: plain Parquet files, and views over such files that read like the engine's results.

Text stands in the small files only (`line`, `contract`, `calendar`); the large ones hold whole numbers and dates. A later
generation of files replaces the contracts that it names in the ones before, so that changes cost what they change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from tieout.recognition.steps import text

Files = Mapping[str, Sequence[Path]]
"""Paths by the name of the file's table; several paths are parts of one table."""

BY_CONTRACT = ("contract", "line", "movement", "balance")
"""Files whose rows belong to contracts, and are replaced with them."""
TOTALS = ("calendar", "waterfall", "target")
"""Files that each set has whole."""


def save(book: duckdb.DuckDBPyConnection, folder: Path, names: Sequence[str] = (*BY_CONTRACT, *TOTALS)) -> Files:
    """Write the named tables of a computed book into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    book.execute(text("stored"))
    for name in names:
        book.execute(f"COPY (FROM stored_{name}) TO '{_quoted(folder / name)}.parquet' (FORMAT parquet)")
    return {name: [folder / f"{name}.parquet"] for name in names}


def show(book: duckdb.DuckDBPyConnection, totals: Files, generations: Sequence[Files]) -> None:
    """Make the views: allocation, schedule, position, waterfall, target, calendar, and `line` and `contract` beside them.

    `generations` go from the oldest to the newest; each but the first has a file `replaced` with the contracts it replaces.
    """
    for name in TOTALS:
        book.execute(f"CREATE VIEW {name} AS SELECT * FROM {_scan(totals[name])}")  # noqa: S608
    for number, files in enumerate(generations):
        _show_generation(book, number, files, generations[number + 1 :])
    for name in BY_CONTRACT:
        parts = " UNION ALL ".join(f"SELECT * FROM {name}_{number}" for number in range(len(generations)))  # noqa: S608
        book.execute(f"CREATE VIEW {name} AS {parts}")
    book.execute(text("opened"))


def reopen(book: duckdb.DuckDBPyConnection, totals: Files) -> None:
    """Give an empty book the kept `calendar` and `target`, so that the last step, `journal`, can be taken."""
    step = text("reopened")
    for name in ("calendar", "target"):
        step = step.replace(f"${name}", _scan(totals[name]))
    book.execute(step)


def _show_generation(book: duckdb.DuckDBPyConnection, number: int, files: Files, later: Sequence[Files]) -> None:
    """Numbers of items and contracts are unique within a generation; the views carry it along."""
    replaced = " UNION ALL ".join(f"SELECT contract_id FROM {_scan(each['replaced'])}" for each in later)  # noqa: S608
    kept = f"WHERE contract_id NOT IN ({replaced})" if later else ""
    own = f"SELECT {number} AS generation, * FROM"
    for name in ("contract", "line"):
        book.execute(f"CREATE VIEW {name}_{number} AS {own} {_scan(files[name])} {kept}")
    for name, of, key in (("movement", "line", "item"), ("balance", "contract", "contract_number")):
        still = f"SEMI JOIN {of}_{number} USING ({key})" if later else ""
        book.execute(f"CREATE VIEW {name}_{number} AS {own} {_scan(files[name])} {still}")


def _scan(paths: Sequence[Path]) -> str:
    listed = ", ".join(f"'{_quoted(path)}'" for path in paths)
    return f"read_parquet([{listed}])"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
