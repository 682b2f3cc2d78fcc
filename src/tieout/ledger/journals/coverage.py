"""Whether every event of the figures has its accounts, and which mappings nothing uses: no ledger is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tieout.ledger.journals.accounts import AccountBook, Mapped
from tieout.ledger.journals.dry_run import journal_settings, mapped
from tieout.revenue.figures import latest, open_figures

_NEEDED = "SELECT DISTINCT role, product_id, entity, dimensions FROM target WHERE amount <> 0 ORDER BY ALL"


@dataclass(frozen=True, slots=True)
class Needed:
    """Something of the figures that has no account."""

    role: str
    product_id: str
    entity: str
    dimensions: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """`known` tells whether there are figures at all; without them nothing is missing and nothing is unused.

    `places` are the accounts that would be posted to, each with the dimensions that the ledger would hold.
    """

    known: bool
    missing: tuple[Needed, ...] = ()
    unused: tuple[Mapped, ...] = ()
    places: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return self.known and not self.missing


def coverage(environment_id: int | None) -> Coverage:
    """The latest figures against the account mappings, over all periods."""
    figure_set = latest(environment_id)
    if figure_set is None:
        return Coverage(known=False)
    with open_figures(figure_set) as figures:
        needed = [Needed(*row) for row in figures.execute(_NEEDED).fetchall()]
    settings, rows = journal_settings(environment_id), mapped(environment_id)
    book, used, missing = AccountBook(rows), set(), []
    places: dict[str, set[str]] = defaultdict(set)
    for each in needed:
        place = settings.placed(each.entity, each.dimensions)
        found = book.find(each.role, each.product_id, each.entity, place)
        if found is None:
            missing.append(each)
        else:
            used.add(found.key)
            places[found.account].add(place)
    return Coverage(True, tuple(missing), tuple(row for row in rows if row.key not in used), places)
