"""Finding sets of figures, and opening their files for reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from tieout.recognition import stored
from tieout.revenue.models import FigureSet
from tieout.revenue.store import store


def latest(environment_id: int | None, *, known_at: datetime | None = None) -> FigureSet | None:
    """The newest set of figures, or the newest one made at or before a moment."""
    found = FigureSet.objects.filter(environment_id=environment_id)
    if known_at is not None:
        found = found.filter(made_at__lte=known_at)
    return found.order_by("-pk").first()


@contextmanager
def open_figures(figures: FigureSet) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with views over the set's files, named in `tieout.recognition.stored.show`.

    Raises FileMissing, also for a file that proves altered when it cannot be read.
    """
    totals, generations = placed(figures)
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as shown:
        try:
            stored.show(shown, totals, generations)
            yield shown
        except duckdb.Error:
            for about in figures.files.values():
                store().verify(about["sha256"])
            raise


def placed(figures: FigureSet) -> tuple[stored.Files, list[stored.Files]]:
    """The set's files in the store: those it has whole (named `table`), and by generation (`generation/table/part`)."""
    keep = store()
    totals: dict[str, list[Path]] = defaultdict(list)
    generations: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for name, about in sorted(figures.files.items()):
        place = keep.path(about["sha256"], size=about["size"])
        if "/" in name:
            generation, table, _ = name.split("/")
            generations[generation][table].append(place)
        else:
            totals[name].append(place)
    return totals, [generations[number] for number in sorted(generations)]
