"""What is kept of a computed book: plain Parquet files, and views over such files that read like the engine's results.

Text stands in the small files only (`line`, `contract`, `facet`, `calendar`); the large ones hold whole numbers and dates. A later
generation of files replaces the contracts that it names in the ones before, so that changes cost what they change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from tieout.recognition.steps import text

Files = Mapping[str, Sequence[Path]]
"""Paths by the name of the file's table; several paths are parts of one table."""

BY_CONTRACT = ("contract", "line", "movement", "running")
"""Files whose rows belong to contracts, and are replaced with them."""
PARTS = ("facet", *BY_CONTRACT)
"""Files that each shard and each generation has for itself."""
TOTALS = ("calendar", "waterfall", "target")
"""Files that each set has whole."""
_FORM = "FORMAT parquet, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 1000"


def save(book: duckdb.DuckDBPyConnection, folder: Path, *, shards: int = 1, shard: int = 0) -> Files:
    """Write what is kept of a computed book into `folder`, one file for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    book.execute(text("stored").replace("$shards", str(shards)).replace("$shard", str(shard)))
    return {name: [write(book, f"stored_{name}", folder / f"{name}.parquet")] for name in (*PARTS, *TOTALS)}


def merge(totals: Files, folder: Path) -> Files:
    """Add up the totals of all shards into files of their own."""
    step = text("merged")
    for name in TOTALS:
        step = step.replace(f"${name}", scan(totals[name]))
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as book:
        book.execute(step)
        return {name: [write(book, f"merged_{name}", folder / f"{name}.parquet")] for name in TOTALS}


def write(book: duckdb.DuckDBPyConnection, view: str, path: Path) -> Path:
    """Write a table or view into a Parquet file: numbers as steps, and dictionaries for what repeats itself often."""
    book.execute(f"COPY (FROM {view}) TO '{quoted(path)}' ({_FORM})")
    return path


def show(book: duckdb.DuckDBPyConnection, totals: Files, generations: Sequence[Files]) -> None:
    """Make the views: allocation, schedule, position, waterfall, target, calendar, and `line` and `contract` beside them.

    `generations` go from the oldest to the newest; each but the first has a file `replaced` with the contracts it replaces.
    """
    for name in TOTALS:
        book.execute(f"CREATE VIEW {name} AS SELECT * FROM {scan(totals[name])}")  # noqa: S608
    for number, files in enumerate(generations):
        _show_generation(book, number, files, generations[number + 1 :])
    for name in BY_CONTRACT:
        parts = " UNION ALL ".join(f"SELECT * FROM {name}_{number}" for number in range(len(generations)))  # noqa: S608
        book.execute(f"CREATE VIEW {name} AS {parts}")
    book.execute(text("balances"))
    book.execute(text("opened"))


def reopen(book: duckdb.DuckDBPyConnection, totals: Files) -> None:
    """Give an empty book the kept `calendar` and `target`, so that the last step, `journal`, can be taken."""
    step = text("reopened")
    for name in ("calendar", "target"):
        step = step.replace(f"${name}", scan(totals[name]))
    book.execute(step)


def _show_generation(book: duckdb.DuckDBPyConnection, number: int, files: Files, later: Sequence[Files]) -> None:
    """Numbers of items and contracts are unique within a generation; the views carry it along."""
    replaced = " UNION ALL ".join(f"SELECT contract_id FROM {scan(each['replaced'])}" for each in later)  # noqa: S608
    kept = f"WHERE contract_id NOT IN ({replaced})" if later else ""
    own = f"SELECT {number} AS generation, *"
    book.execute(f"CREATE VIEW contract_{number} AS {own} FROM {scan(files['contract'])} {kept}")
    book.execute(f"CREATE VIEW facet_{number} AS FROM {scan(files['facet'])}")
    book.execute(f"CREATE VIEW kept_line_{number} AS FROM {scan(files['line'])} {kept}")
    book.execute(text("line").replace("$generation", str(number)))
    for name, of, key in (("movement", "line", "item"), ("running", "contract", "contract_number")):
        still = f"SEMI JOIN {of}_{number} USING ({key})" if later else ""
        book.execute(f"CREATE VIEW {name}_{number} AS {own} FROM {scan(files[name])} {still}")


def scan(paths: Sequence[Path]) -> str:
    """A table of SQL over files."""
    listed = ", ".join(f"'{quoted(path)}'" for path in paths)
    return f"read_parquet([{listed}])"


def quoted(path: Path) -> str:
    """A path inside a SQL literal."""
    return str(path).replace("'", "''")
