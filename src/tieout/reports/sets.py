"""Opening the set of figures that a question is about: as known on one day, and split where `as_of` lies inside a period.

Opened sets are kept, a few at a time, by what they were made from; files never change, so neither does what is kept.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from threading import Lock
from zoneinfo import ZoneInfo

import duckdb

from tieout.recognition import engine, stored
from tieout.reports.answers import Basis
from tieout.reports.errors import NoFigures
from tieout.reports.questions import Question
from tieout.revenue import figures
from tieout.revenue.models import FigureSet

KEPT = 4
"""Opened sets that a process keeps; the one that was not used for longest goes first."""
MEMORY = "2GB"
"""What the questions to one opened set may hold at once; more goes to disk."""
_DAY = timedelta(days=1)
_VIEWS = (files("tieout.reports") / "sql" / "views.sql").read_text("utf-8")
_INSIDE = "SELECT 1 FROM calendar WHERE starts_on <= $day AND ends_on > $day + 1 LIMIT 1"
_LAST_END = """
    SELECT coalesce(
        max(ends_on) FILTER (ends_on <= $today AND NOT EXISTS (
            SELECT 1 FROM calendar o WHERE o.starts_on < c.ends_on AND o.ends_on > c.ends_on
        )),
        max(ends_on) FILTER (ends_on <= $today), min(ends_on)
    ) FROM calendar c
"""
_CUT = """
    CREATE TEMP TABLE cut AS SELECT * FROM period WHERE starts_on <= $day AND ends_on > $day + 1;
    DELETE FROM booked WHERE EXISTS (
        SELECT 1 FROM contract k JOIN period p ON p.entity = k.entity
        WHERE k.contract_id = booked.contract_id AND p.period = booked.period AND p.ends_on > $day + 1
    );
    UPDATE period SET state = 'open' WHERE ends_on > $day + 1;
    UPDATE period SET ends_on = $day + 1, period = period || ' to ' || strftime($day, '%d')
    WHERE starts_on <= $day AND ends_on > $day + 1;
    INSERT INTO period SELECT entity, period || ' rest', $day + 1, ends_on, 'open' FROM cut;
"""


@dataclass(frozen=True, slots=True)
class When:
    """The day of the question and the site's time zone: what "now" and "by the end of that day" mean."""

    today: date
    zone: ZoneInfo

    def known_at(self, known_on: date | datetime | None) -> datetime | None:
        """The last moment that counts."""
        if known_on is None or isinstance(known_on, datetime):
            return known_on
        return datetime.combine(known_on + _DAY, time(), self.zone) - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """A set that can be asked. `question` is the one given, with its `as_of` settled."""

    book: duckdb.DuckDBPyConnection
    question: Question
    basis: Basis


class _Kept:
    """Connections by what they show. Closing one lets those who still use a cursor of it finish."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[tuple[str, date | None], tuple[duckdb.DuckDBPyConnection, ExitStack]] = OrderedDict()

    def cursor(self, figure_set: FigureSet, split: date | None) -> duckdb.DuckDBPyConnection:
        key = figure_set.outputs_hash, split
        with self._lock:
            if key not in self._found:
                stack = ExitStack()
                self._found[key] = _opened(figure_set, split, stack), stack
                while len(self._found) > KEPT:
                    self._found.popitem(last=False)[1][1].close()
            self._found.move_to_end(key)
            return self._found[key][0].cursor()


_KEPT = _Kept()


@contextmanager
def opened(environment_id: int | None, question: Question, when: When) -> Iterator[Opened]:
    """The set as known on the question's day, ready to be asked. Raises NoFigures, FileMissing."""
    found = figures.latest(environment_id, known_at=when.known_at(question.known_on))
    if found is None:
        raise NoFigures
    with _KEPT.cursor(found, None) as book:
        as_of = question.as_of or _last_end(book, when.today)
        split = book.execute(_INSIDE, {"day": as_of}).fetchone() is not None
        settled = replace(question, as_of=as_of)
        if not split:
            yield Opened(book, settled, _basis(found, as_of, split))
            return
    with _KEPT.cursor(found, as_of) as book:
        yield Opened(book, settled, _basis(found, as_of, split))


def _last_end(book: duckdb.DuckDBPyConnection, today: date) -> date:
    row = book.execute(_LAST_END, {"today": today}).fetchone()
    end: date | None = row[0] if row else None
    return end - _DAY if end else today


def _basis(found: FigureSet, as_of: date, split: bool) -> Basis:
    return Basis(found.pk, found.made_at, found.outputs_hash, found.inputs_hash, found.rules_hash, as_of, split)


def _opened(figure_set: FigureSet, split: date | None, stack: ExitStack) -> duckdb.DuckDBPyConnection:
    spill = stack.enter_context(tempfile.TemporaryDirectory(prefix="tieout-reports-"))
    if split is None:
        book = stack.enter_context(figures.open_figures(figure_set))
    else:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tieout-as-of-")))
        book = stack.enter_context(duckdb.connect(config={"autoinstall_known_extensions": False}))
        saved = _split(figure_set, split, folder)
        totals = {name: saved[name] for name in stored.TOTALS}
        stored.show(book, totals, [{name: saved[name] for name in stored.PARTS}])
    book.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = '{spill}'")
    book.execute(_VIEWS)
    return book


def _split(figure_set: FigureSet, day: date, folder: Path) -> stored.Files:
    """What the set was made from, computed again with the period of that day cut after it.

    From the cut period on, nothing counts as closed: what a closed period holds says nothing about a part of it.
    """
    known_at = figure_set.known.applied_at if figure_set.known else figure_set.made_at
    with figures.load(figure_set.environment_id, known_at=known_at) as book:
        _name_periods(book, figure_set)
        book.execute(_CUT.replace("$day", f"DATE '{day.isoformat()}'"))
        engine.recognise_what_can_be(book)
        return stored.save(book, folder)


def _name_periods(book: duckdb.DuckDBPyConnection, figure_set: FigureSet) -> None:
    """Entities that have no accounting periods get the calendar months that the set has for them, so that one can be cut."""
    with figures.open_figures(figure_set) as shown:
        made = shown.execute("SELECT entity, period, starts_on, ends_on FROM calendar").fetchall()
    named = {entity for (entity,) in book.execute("SELECT DISTINCT entity FROM period").fetchall()}
    columns = ("entity", "period", "starts_on", "ends_on")
    rows = [dict(zip(columns, each, strict=True)) for each in made if each[0] not in named]
    engine.put(book, "period", rows)
