"""The tie-out of revenue: source = subledger = journals = Intacct, per entity, currency and account, to the cent.

Each column is summed from something else: inputs in PostgreSQL, positions and schedules by contract, what accounts should
hold, the lines of postings, and those of them that were read back. Differences are shown, never explained away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import duckdb
from django.db import connection as database

from tieout.ledger.journals import journal_process, posted
from tieout.ledger.journals.check_kind import CHECK_KIND
from tieout.ledger.journals.dry_run import account_book, journal_settings
from tieout.ledger.journals.events import role_label
from tieout.ledger.models import JournalCheck, Posting
from tieout.reports import sources
from tieout.reports.answers import Check, Column, Report, Row, Table
from tieout.reports.narrowing import where
from tieout.reports.queries import Answer
from tieout.reports.questions import Question
from tieout.reports.sets import Opened, When, opened
from tieout.revenue import periods
from tieout.revenue.models import FigureSet
from tieout.sync.models import Finding

NAME, TITLE = "tie-out", "Tie-out of revenue"
LEAD = "Source = subledger = journals = Intacct, through the last period shown, to the cent."
FACETS = ("entity", "currency")
_SUBLEDGER = {
    "contract_liability": ("standing", "-liability_moved", "liability.closing"),
    "contract_asset": ("standing", "asset_moved", "asset.closing"),
    "revenue": ("cube", "CASE kind WHEN 'revenue' THEN -amount - adjustment ELSE 0 END", "revenue"),
    "commission_asset": ("cost", "incurred - amortised", "commission.closing"),
}
"""Roles whose accounts can be summed from the contracts themselves, with the measure that opens them."""
_TARGET = """
    SELECT entity, role, product_id, dimensions, currency, sum(amount)::BIGINT FROM target
    WHERE {where} AND starts_on <= $as_of GROUP BY ALL HAVING sum(amount) <> 0
"""
_VERIFIED = """
    select posting.header->>'books', posting.currency, line.account,
           sum(case line.side when 'debit' then line.amount_minor else -line.amount_minor end)::bigint
      from ledger_posting posting join ledger_line line on line.posting_id = posting.id
     where posting.process_id = %(process)s
       and (posting.state in ('verified', 'reversing', 'reversed') or posting.id = any(%(apart)s))
       and (posting.header->>'starts_on')::date <= %(as_of)s
     group by 1, 2, 3
"""
UNMAPPED = "not mapped"
_OPEN = Finding.State.OPEN
_NAMED = 20
"""Findings that are told one by one."""
Key = tuple[str, str, str]
"""Entity, currency, account."""


@dataclass(slots=True)
class _Account:
    roles: set[str] = field(default_factory=set)
    should: int = 0
    posted: int = 0
    verified: int = 0


def report(environment_id: int | None, question: Question, when: When) -> Answer:
    """The tie-out through a day: the last frozen period's end unless asked otherwise. Raises NoFigures, BadQuestion."""
    asked = replace(question, as_of=question.as_of or frozen_through(environment_id))
    with opened(environment_id, asked, when) as found:
        figure_set = FigureSet.objects.select_related("known").get(pk=found.basis.figures)
        assert found.question.as_of is not None
        inputs = sources.compared(found.book, figure_set, found.question.as_of)
        accounts = _accounts(environment_id, found)
        subledger = _subledger(found.book, found.question)
    kept = [each for each in inputs if _wanted(question, each.entity, each.currency)]
    tables = (_inputs_table(kept), _accounts_table(accounts, subledger))
    notes = tuple(_notes(environment_id, found.question.as_of))
    checks = tuple(_checks(tables))
    return Answer(Report(NAME, TITLE, LEAD, found.basis, tables, (), checks, notes), found.question)


def frozen_through(environment_id: int | None) -> date | None:
    """The last day that every entity has frozen or closed: what comes after is still to be posted. None before any."""
    ends = [
        periods.periods(environment_id, entity).filter(state__in=periods.FROZEN).order_by("ends_on").last()
        for entity in periods.entities(environment_id)
    ]
    frozen = [period.last_day for period in ends if period]
    return min(frozen) if frozen and len(frozen) == len(ends) else None


def _wanted(question: Question, entity: str, currency: str) -> bool:
    entities, currencies = question.values("entity"), question.values("currency")
    return (not entities or entity in entities) and (not currencies or currency in currencies)


def _accounts(environment_id: int | None, found: Opened) -> dict[Key, _Account]:
    accounts: dict[Key, _Account] = defaultdict(_Account)
    mapping, settings = account_book(environment_id), journal_settings(environment_id)
    narrowed = where(found.question).also("true", as_of=found.question.as_of)
    rows = found.book.execute(_TARGET.format(where=narrowed.sql), dict(narrowed.values)).fetchall()
    for entity, role, product, dimensions, currency, amount in rows:
        mapped = mapping.find(role, product, entity, settings.placed(entity, dimensions))
        account = accounts[entity, currency, mapped.account if mapped else f"{UNMAPPED}: {role_label(role).lower()}"]
        account.roles.add(role)
        account.should += amount
    _add_ledger(environment_id, found.question, accounts)
    return accounts


def _add_ledger(environment_id: int | None, question: Question, accounts: dict[Key, _Account]) -> None:
    """What was posted, and what of it was read back exactly as posted."""
    for row in posted(environment_id, until=question.as_of):
        if _wanted(question, row.entity, row.currency):
            accounts[row.entity, row.currency, row.account].posted += row.held + row.under_way
    process = journal_process(environment_id)
    if process is None:
        return
    apart = _apart(environment_id, question.as_of)
    read = [each["posting"] for each in apart if each["posting"]]
    with database.cursor() as cursor:
        cursor.execute(_VERIFIED, {"process": process.pk, "as_of": question.as_of, "apart": read})
        held = [*cursor.fetchall(), *((e["entity"], e["currency"], e["account"], e["minor"]) for e in apart)]
    for entity, currency, account, amount in held:
        if _wanted(question, entity, currency):
            accounts[entity, currency, account].verified += amount


def _apart(environment_id: int | None, as_of: date | None) -> list[dict[str, Any]]:
    """What the nightly check found to stand apart from what was posted, unless it was found as posted since."""
    check = JournalCheck.objects.filter(environment_id=environment_id).first()
    rows = [each for each in (check.apart if check else ()) if as_of is None or each["day"] <= as_of.isoformat()]
    named = [each["posting"] for each in rows if each["posting"]]
    mended = set(Posting.objects.filter(pk__in=named, state=Posting.State.VERIFIED).values_list("pk", flat=True))
    return [each for each in rows if each["posting"] not in mended]


def _subledger(book: duckdb.DuckDBPyConnection, question: Question) -> dict[tuple[str, str, str], int]:
    """By entity, currency and role, summed from contracts."""
    narrowed = where(question).also("starts_on <= $as_of", as_of=question.as_of)
    return {
        (entity, currency, role): amount
        for role, (relation, sql, _) in _SUBLEDGER.items()
        for entity, currency, amount in book.execute(
            f"SELECT entity, currency, sum({sql})::BIGINT FROM {relation} WHERE {narrowed.sql} GROUP BY ALL",  # noqa: S608
            dict(narrowed.values),
        ).fetchall()
    }


def _inputs_table(inputs: list[sources.Compared]) -> Table:
    columns = [Column("what", "Input", "text"), Column("entity", "Entity", "text")]
    columns += [Column("source", "Source"), Column("aside", "Set aside by gaps"), Column("subledger", "Subledger")]
    rows = [
        Row(
            each.currency,
            {
                "what": sources.LABELS[each.what],
                "entity": each.entity,
                "source": each.source,
                "aside": each.aside,
                "subledger": each.subledger,
                "difference": each.difference,
            },
            {"entity": each.entity, "currency": each.currency},
            opens={"billed": "liability.billed", "priced": "contracted", "incurred": "commission.incurred"}[each.what],
        )
        for each in inputs
    ]
    columns[-1] = Column("subledger", "Subledger", opens="amount")
    return Table("Source and subledger", [*columns, Column("difference", "Difference", tone="difference")], rows)


def _accounts_table(accounts: dict[Key, _Account], subledger: dict[tuple[str, str, str], int]) -> Table:
    columns = [
        Column("account", "Account", "text"),
        Column("entity", "Entity", "text"),
        Column("roles", "Holds", "text"),
    ]
    columns += [
        Column("subledger", "Subledger", opens="revenue"),
        Column("journals", "Journals"),
        Column("posted", "Posted"),
    ]
    columns += [
        Column("verified", "In Intacct"),
        Column("to_post", "To post"),
        Column("difference", "Difference", tone="difference"),
    ]
    by_role: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for (entity, currency, name), account in accounts.items():
        for role in account.roles:
            by_role[entity, currency, role].add(name)
    rows = [
        _account_row(key, account, _of_contracts(key, account, subledger, by_role))
        for key, account in sorted(accounts.items())
    ]
    return Table("Subledger, journals and Intacct", columns, rows, [], lead="Debits positive, to date.")


def _of_contracts(key: Key, account: _Account, subledger: dict[Key, int], by_role: dict[Key, set[str]]) -> int | None:
    """The account's sum over contracts; None where roles are spread over accounts, or contracts do not tell."""
    entity, currency, _ = key
    told = all(role in _SUBLEDGER and len(by_role[entity, currency, role]) == 1 for role in account.roles)
    if not told or not account.roles:
        return None
    return sum(subledger.get((entity, currency, role), 0) for role in account.roles)


def _account_row(key: Key, account: _Account, of_contracts: int | None) -> Row:
    entity, currency, name = key
    first = account.should if of_contracts is None else of_contracts
    values: dict[str, Any] = {
        "account": name,
        "entity": entity,
        "roles": ", ".join(sorted(role_label(role) for role in account.roles)),
        "subledger": of_contracts,
        "journals": account.should,
        "posted": account.posted,
        "verified": account.verified,
        "to_post": account.should - account.posted,
        "difference": first - account.verified,
    }
    role = next(iter(account.roles)) if len(account.roles) == 1 else ""
    opens = _SUBLEDGER[role][2] if role in _SUBLEDGER else ""
    return Row(currency, values, {"entity": entity, "currency": currency}, opens=opens)


def _checks(tables: tuple[Table, Table]) -> Iterator[Check]:
    """Each row's chain: source less what is set aside = subledger; subledger = journals; journals = Intacct."""
    for row in tables[0].rows:
        left = row.values["source"] - row.values["aside"]
        yield Check(_named(row.values["what"], row.values["entity"]), row.currency, left, row.values["subledger"])
    for row in tables[1].rows:
        named = _named(row.values["account"], row.values["entity"])
        if row.values["subledger"] is not None:
            yield Check(f"{named}: subledger = journals", row.currency, row.values["subledger"], row.values["journals"])
        yield Check(f"{named}: journals = Intacct", row.currency, row.values["journals"], row.values["verified"])


def _named(what: str, entity: str) -> str:
    return f"{what}, {entity}" if entity else what


def _notes(environment_id: int | None, as_of: date) -> Iterator[str]:
    process = journal_process(environment_id)
    if process is None:
        yield "No journals are posted yet: set up Settings › Accounting, then the last columns are filled."
        return
    check = JournalCheck.objects.filter(environment_id=environment_id).first()
    if check is None:
        yield "The nightly check has not run yet."
    kinds = (process.kind, CHECK_KIND)
    found = Finding.objects.filter(process__environment_id=environment_id, process__kind__in=kinds, state=_OPEN)
    yield from (f"{each.label}: {each.cause}" for each in found.order_by("pk")[:_NAMED])
    if check and not found:
        yield f"The nightly check of {check.checked_at:%Y-%m-%d %H:%M} UTC found nothing that differs in Intacct."
    yield (
        f"Intacct: entries of periods that began by {as_of} as read back, with what the nightly check found changed, gone or"
        " added there; entries under way count as posted only."
    )
