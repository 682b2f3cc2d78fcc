"""What a period's journal does to the ledger: held now, to be posted, held after; by account and dimensions.

A journal is what accounts should hold to date less what was posted to date, through that period. What belongs to periods
before it, and adjustments of them, are told apart. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tieout.ledger.journals.accounts import AccountBook, Mapped, as_row
from tieout.ledger.journals.posted import journal_process, posted
from tieout.ledger.journals.settings import JournalSettings
from tieout.ledger.models import AccountMapping
from tieout.revenue import periods
from tieout.revenue.figures import open_figures
from tieout.revenue.models import FigureSet, Period

_TARGET = """
    SELECT currency, role, product_id, dimensions, CAST(starts_on < $start OR late = 1 AS INTEGER) AS prior,
           CAST(sum(amount) AS BIGINT) AS amount
      FROM target WHERE entity = $entity AND starts_on <= $start
     GROUP BY ALL HAVING sum(amount) <> 0
"""


@dataclass(slots=True)
class DryLine:
    """One account with its dimensions, in minor units, debits positive, to date through the period."""

    currency: str
    account: str
    dimensions: str
    holds_now: int = 0
    under_way: int = 0
    current: int = 0
    """To be posted for the period itself."""
    prior: int = 0
    """To be posted for periods before it."""
    roles: set[str] = field(default_factory=set)

    @property
    def to_post(self) -> int:
        return self.current + self.prior

    @property
    def holds_after(self) -> int:
        return self.holds_now + self.under_way + self.to_post


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Something to be booked that no account is mapped for."""

    role: str
    product_id: str
    dimensions: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """Every line that holds something or will; `missing` must be empty before anything is posted."""

    entity: str
    period: str
    lines: tuple[DryLine, ...]
    missing: tuple[Unmapped, ...]

    @property
    def moves(self) -> list[DryLine]:
        """The lines that something will be posted to."""
        return [line for line in self.lines if line.current or line.prior]


def account_book(environment_id: int | None) -> AccountBook:
    """The environment's account mappings, to be asked."""
    return AccountBook(mapped(environment_id))


def mapped(environment_id: int | None) -> list[Mapped]:
    """The environment's account mappings."""
    names = ("role", "product_id", "entity", "dimension", "account")
    rows = AccountMapping.objects.filter(environment_id=environment_id).values_list(*names)
    return [Mapped(*row) for row in rows]


def account_rows(environment_id: int | None) -> list[dict[str, str]]:
    """Rows of the engine's table `account`."""
    return [dict(as_row(each)) for each in mapped(environment_id)]


def journal_settings(environment_id: int | None) -> JournalSettings:
    """What the environment's journal process is told; the defaults, without a journal, before it is set up."""
    process = journal_process(environment_id)
    return JournalSettings.model_validate(process.settings) if process else JournalSettings.model_construct()


def difference(
    environment_id: int, figure_set: FigureSet, *, entity: str, period: str, settings: JournalSettings | None = None
) -> DryRun:
    """The dry run of an entity's period (by label) with a set of figures. Raises NotFound when there is no such period."""
    start = periods.find(environment_id, entity, period).starts_on
    told = settings or journal_settings(environment_id)
    work = _Work(entity, told, account_book(environment_id))
    work.target(_targets(figure_set, entity, start))
    work.posted(posted(environment_id, entity=entity, until=start), start)
    return DryRun(entity, period, tuple(work.sorted()), tuple(work.missing))


def _targets(figure_set: FigureSet, entity: str, start: date) -> list[Any]:
    with open_figures(figure_set) as figures:
        found: list[Any] = figures.execute(_TARGET, {"entity": entity, "start": start}).fetchall()
    return found


class _Work:
    def __init__(self, entity: str, settings: JournalSettings, book: AccountBook) -> None:
        self._entity, self._settings, self._book = entity, settings, book
        self._lines: dict[tuple[str, str, str], DryLine] = {}
        self._places: dict[str, str] = {}
        self.missing: list[Unmapped] = []

    def target(self, rows: Iterable[Any]) -> None:
        for currency, role, product, dimensions, prior, amount in rows:
            place = self._place(dimensions)
            found = self._book.find(role, product, self._entity, place)
            if found is None:
                self.missing.append(Unmapped(role, product, dimensions, currency, amount))
                continue
            line = self._line(currency, found.account, place)
            line.roles.add(role)
            _move(line, prior, amount)

    def posted(self, rows: Iterable[Any], start: date) -> None:
        for row in rows:
            line = self._line(row.currency, row.account, row.dimensions)
            line.holds_now += row.held
            line.under_way += row.under_way
            prior = row.starts_on < start or row.part == "prior_period"
            _move(line, prior, -row.held - row.under_way)

    def sorted(self) -> list[DryLine]:
        held = [line for line in self._lines.values() if line.holds_now or line.under_way or line.current or line.prior]
        return sorted(held, key=lambda line: (line.currency, line.account, line.dimensions))

    def _place(self, dimensions: str) -> str:
        if dimensions not in self._places:
            self._places[dimensions] = self._settings.placed(self._entity, dimensions)
        return self._places[dimensions]

    def _line(self, currency: str, account: str, place: str) -> DryLine:
        key = currency, account, place
        if key not in self._lines:
            self._lines[key] = DryLine(currency, account, place)
        return self._lines[key]


def _move(line: DryLine, prior: bool, amount: int) -> None:
    if prior:
        line.prior += amount
    else:
        line.current += amount


def frozen(environment_id: int | None) -> list[Period]:
    """Periods that are closing or closed, by entity and day."""
    return list(periods.periods(environment_id).filter(state__in=periods.FROZEN).select_related("figures"))
