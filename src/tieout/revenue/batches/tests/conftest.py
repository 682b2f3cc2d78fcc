"""What stories of batches begin with: somebody who may import, and what is in force."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from tieout.people.actors import Actor, Role
from tieout.recognition.tables import INPUTS
from tieout.revenue.models import FACTS

Rows = Sequence[Sequence[Any]]


@pytest.fixture
def accountant(actor: Callable[..., Actor]) -> Actor:
    """Somebody who may change revenue data."""
    return actor(Role.ACCOUNTANT)


def sheet(*rows: Sequence[Any], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def zipped(**files: Rows) -> bytes:
    """A zip of CSV files by name."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in files.items():
            archive.writestr(f"{name}.csv", sheet(*rows))
    return made.getvalue()


def known(*tables: str) -> Mapping[str, set[tuple[Any, ...]]]:
    """Everything in force by table, without which batch brought it."""
    return {
        table: set(FACTS[table]._default_manager.filter(until__isnull=True).values_list(*INPUTS[table]))
        for table in tables or FACTS
    }


@pytest.fixture
def in_force() -> Callable[..., Mapping[str, set[tuple[Any, ...]]]]:
    """`in_force("line")["line"]` is the set of its rows."""
    return known
