"""Journals of a set of figures: what accounts should hold less what is posted to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tieout.recognition import engine, stored
from tieout.revenue.figures.opening import placed
from tieout.revenue.models import FigureSet


@dataclass(frozen=True, slots=True)
class JournalRow:
    """What is left to post to an account in a period; debits positive, in minor units."""

    entity: str
    currency: str
    period: str
    account: str
    dimensions: str
    part: str
    amount: int


def journal(
    environment_id: int | None,
    figure_set: FigureSet,
    *,
    accounts: Iterable[Mapping[str, Any]],
    posted: Iterable[Mapping[str, Any]] = (),
) -> list[JournalRow]:
    """Target minus posted by entity, currency, period, account and dimensions; `part` is `current` or `prior_period`.

    `accounts` and `posted` are rows of the engine's tables of that name. Without accounts a role stands for its account.
    Raises Refused when a role has no account, or something is posted to a period that does not exist.
    """
    with engine.new_book() as book:
        stored.reopen(book, placed(figure_set)[0])
        engine.put(book, "account", accounts)
        engine.put(book, "posted", posted)
        engine.journal(book)
        found = book.execute(
            "SELECT entity, currency, period, account, dimensions, part, amount FROM journal ORDER BY ALL"
        ).fetchall()
    return [JournalRow(*each) for each in found]
