"""The periods that a report shows apart, and what lies before and after them.

A period is past when it began on or before the `as_of` day: that day is its last, or the set was split there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import duckdb

from tieout.reports.answers import Column
from tieout.reports.narrowing import where
from tieout.reports.questions import Question

EARLIER, LATER = "earlier", "later"
DAY = timedelta(days=1)
_BEFORE, _AFTER = "DATE '0001-01-01'", "DATE '9999-12-31'"


@dataclass(frozen=True, slots=True)
class Shown:
    """One period, by its label and first day."""

    label: str
    starts_on: date


@dataclass(frozen=True)
class Window:
    """Consecutive periods. Empty when there are none at all."""

    periods: Sequence[Shown]
    as_of: date
    before: bool
    after: bool
    """Whether there are periods before and after."""

    @property
    def first(self) -> date:
        return self.periods[0].starts_on if self.periods else self.as_of

    @property
    def last(self) -> date:
        """First day of the last period shown."""
        return self.periods[-1].starts_on if self.periods else self.as_of

    def bucket(self) -> str:
        """SQL for the day that tells the column in which an amount stands: see `column_of`."""
        return f"CASE WHEN starts_on < $first THEN {_BEFORE} WHEN starts_on > $last THEN {_AFTER} ELSE starts_on END"

    def column_of(self, day: date) -> str:
        """The name of the column that `bucket` told."""
        if day < self.first:
            return EARLIER
        return LATER if day > self.last else self.labels[day]

    @cached_property
    def labels(self) -> dict[date, str]:
        return {each.starts_on: each.label for each in self.periods}

    def values(self) -> dict[str, date]:
        """Parameters of `bucket`."""
        return {"first": self.first, "last": self.last}

    def columns(self, opens: str) -> Iterator[Column]:
        """What is earlier, each period, what is later; amounts open the measure."""
        if self.before:
            yield Column(EARLIER, "Earlier", tone="past", opens=opens, days=(None, self.first - DAY))
        for each in self.periods:
            tone = "past" if each.starts_on <= self.as_of else "to-come"
            yield Column(each.label, each.label, tone=tone, opens=opens, days=(each.starts_on, each.starts_on))
        if self.after:
            yield Column(LATER, "Later", tone="to-come", opens=opens, days=(self.last + DAY, None))


def periods_of(book: duckdb.DuckDBPyConnection, question: Question, kind: str) -> list[Shown]:
    """Accounting periods from the first to the last in which anything of a kind (revenue, commission) happened.

    Contracts and customers are not asked, so that the periods of a narrowed report are those of the whole one.
    """
    happened, entities = where(question, "happened").also("kind = $kind", kind=kind), where(question, "calendar")
    found = book.execute(
        f"""
        WITH span AS (SELECT min(starts_on) AS first, max(starts_on) AS last FROM happened WHERE {happened.sql})
        SELECT min(period), starts_on FROM calendar, span
        WHERE {entities.sql} AND starts_on BETWEEN first AND last GROUP BY starts_on ORDER BY starts_on
        """,  # noqa: S608
        dict(happened.values),
    )
    return [Shown(*each) for each in found.fetchall()]


def ahead(found: Sequence[Shown], *, as_of: date, since: date | None, span: int) -> Window:
    """`span` periods from `since`, usually a quarter of them past and the others to come."""
    past = sum(each.starts_on <= as_of for each in found)
    start = _first_from(found, since) if since else max(0, min(past - span // 4, len(found) - span))
    return _window(found, start, span, as_of)


def back(found: Sequence[Shown], *, as_of: date, since: date | None, span: int) -> Window:
    """At most `span` periods that are past, from `since` or ending with the last of them."""
    past = [each for each in found if each.starts_on <= as_of]
    start = _first_from(past, since) if since else max(0, len(past) - span)
    return _window(past, start, span, as_of)


def _first_from(found: Sequence[Shown], since: date) -> int:
    return sum(each.starts_on < since for each in found)


def _window(found: Sequence[Shown], start: int, span: int, as_of: date) -> Window:
    chosen = found[start : start + span]
    return Window(chosen, as_of, bool(start and found), start + span < len(found))
