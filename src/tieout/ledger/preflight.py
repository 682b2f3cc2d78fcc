"""What the ledger would refuse, found before anything is sent: each check names the line, the cause and the remedy. Pure.

The ledger has the last word; these are the refusals that its lists allow to foresee.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tieout.connectors.kit.documents import Dimensions, Document, Journal, Receipt
from tieout.ledger.errors import PreflightFailed

if TYPE_CHECKING:
    from tieout.ledger.reference import Chart

_DIMENSIONS = (("location", "location"), ("department", "department"), ("class", "class_id"))
_REQUIRABLE = (*_DIMENSIONS, ("customer", "customer"), ("item", "item"), ("project", "project"))


def check(document: Document, chart: Chart) -> None:
    """Raises PreflightFailed with everything that is wrong, the first in the message."""
    problems = list(dict.fromkeys(_problems(document, chart)))
    if problems:
        raise PreflightFailed(problems[0], problems=problems)


def line_problems(account: str, dimensions: Dimensions, chart: Chart) -> Sequence[str]:
    """What the ledger would refuse about a line with this account and these dimensions, in words."""
    return [*_account(account, dimensions, chart), *_dimensions(dimensions, chart)] if chart.items else []


def _problems(document: Document, chart: Chart) -> Iterator[str]:
    if not chart.items:
        return
    if chart.closed(document.day, document.entity):
        yield f"The ledger's period of {document.day} is closed{_for(document.entity)}."
    if document.entity and chart.get("entity", document.entity) is None:
        yield f"The ledger has no entity '{document.entity}'."
    yield from _journal(document, chart) if isinstance(document, Journal) else _deposit(document, chart)
    for line in document.lines:
        label = getattr(line, "account_label", "")
        if label and chart.get("account_label", label) is None:
            yield f"The ledger has no account label '{label}'."
        if line.account:
            yield from _account(line.account, line.dimensions, chart)
        yield from _dimensions(line.dimensions, chart)


def _journal(document: Journal, chart: Chart) -> Iterator[str]:
    journal = chart.get("journal", document.symbol)
    if journal is None:
        yield f"The ledger has no journal '{document.symbol}'."
    elif not journal.active:
        yield f"The journal '{document.symbol}' is inactive."


def _deposit(document: Receipt, chart: Chart) -> Iterator[str]:
    if document.bank_account:
        bank = chart.get("bank_account", document.bank_account)
        if bank is None:
            yield f"The ledger has no bank account '{document.bank_account}'."
        elif not bank.active:
            yield f"The bank account '{document.bank_account}' is inactive."
        elif bank.facts.get("currency") not in (None, "", document.currency):
            yield f"The bank account '{document.bank_account}' is kept in {bank.facts['currency']}, not {document.currency}."
    if document.undeposited_account:
        yield from _known_account(document.undeposited_account, chart)


def _account(code: str, dimensions: Dimensions, chart: Chart) -> Iterator[str]:
    yield from _known_account(code, chart)
    account = chart.get("account", code)
    if account is None:
        return
    if account.facts.get("bank"):
        yield f"Account {code} belongs to the bank account {account.facts['bank']} and cannot be posted to directly."
    required = (account.facts.get("requires") or "").split(",")
    for name, attribute in _REQUIRABLE:
        if name in required and not getattr(dimensions, attribute):
            yield f"Account {code} requires {_one(name)}, and the line has none."


def _known_account(code: str, chart: Chart) -> Iterator[str]:
    account = chart.get("account", code)
    if account is None:
        yield f"The ledger has no account {code}."
    elif not account.active:
        yield f"Account {code} is inactive."


def _dimensions(dimensions: Dimensions, chart: Chart) -> Iterator[str]:
    for kind, attribute in _DIMENSIONS:
        code = getattr(dimensions, attribute)
        found = chart.get(kind, code) if code else None  # type: ignore[arg-type]
        if code and found is None:
            yield f"The ledger has no {kind} '{code}'."
        elif found is not None and not found.active:
            yield f"The {kind} '{code}' is inactive."


def _one(name: str) -> str:
    return f"an {name}" if name == "item" else f"a {name}"


def _for(entity: str) -> str:
    return f" for the entity {entity}" if entity else ""
