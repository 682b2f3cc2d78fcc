"""The steps that figures prove: source = subledger = journals, what the journals will be, and that the ledger holds them.

Everything is to date through the period, from the set of figures that it was frozen with. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
from django.db import connection
from django.db.models import Count, QuerySet

from tieout.close.steps import Fact, Facts
from tieout.kernel.counting import counted
from tieout.kernel.money import Money
from tieout.ledger import journals
from tieout.ledger.models import Posting
from tieout.ledger.queries import postings
from tieout.reports.answers import Check
from tieout.revenue.figures import open_figures
from tieout.revenue.models import Batch, FigureSet, Period

State = Posting.State
GONE = (State.WITHDRAWN, State.REVERSED)
_SHOWN = 20
_SIDES = (
    (
        "Recognised: subledger = journals",
        "SELECT currency, sum(amount + adjustment)::BIGINT FROM schedule"
        " WHERE kind = 'revenue' AND entity = $entity AND starts_on <= $start GROUP BY currency",
        "SELECT currency, -sum(amount)::BIGINT FROM target"
        " WHERE role = 'revenue' AND entity = $entity AND starts_on <= $start GROUP BY currency",
    ),
    (
        "Net contract position: subledger = journals",
        "SELECT currency, sum(liability_moved - asset_moved)::BIGINT FROM position"
        " WHERE entity = $entity AND starts_on <= $start GROUP BY currency",
        "SELECT currency, -sum(amount)::BIGINT FROM target"
        " WHERE role IN ('contract_liability', 'contract_asset') AND entity = $entity AND starts_on <= $start GROUP BY currency",
    ),
    (
        "Journals: debits = credits",
        "SELECT currency, coalesce(sum(amount) FILTER (amount > 0), 0)::BIGINT FROM target"
        " WHERE entity = $entity AND starts_on <= $start GROUP BY currency",
        "SELECT currency, -coalesce(sum(amount) FILTER (amount < 0), 0)::BIGINT FROM target"
        " WHERE entity = $entity AND starts_on <= $start GROUP BY currency",
    ),
)
_BILLED = "SELECT currency, sum(billed)::BIGINT FROM position WHERE entity = $entity AND starts_on <= $start GROUP BY currency"
_SOURCE = """
    with known as (select id, applied_at from revenue_batch where id = %(known)s),
    seen as (
        select b.id from revenue_batch b, known k where (b.applied_at, b.id) <= (k.applied_at, k.id)
           and b.environment_id = %(environment)s
    )
    select c.currency, sum(case i.kind when 'credit_memo' then -i.amount else i.amount end)::bigint
      from revenue_invoice i
      join revenue_contract c on c.environment_id = i.environment_id and c.contract_id = i.contract_id
     where i.environment_id = %(environment)s and c.entity = %(entity)s and i.issued_on < %(until)s
       and i.contract_id = any(%(contracts)s)
       and i.since_id in (select id from seen) and (i.until_id is null or i.until_id not in (select id from seen))
       and c.since_id in (select id from seen) and (c.until_id is null or c.until_id not in (select id from seen))
     group by c.currency
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was computed once for the three steps and the package."""

    checks: tuple[Check, ...]
    dry_run: journals.DryRun


def prove(period: Period, figures: FigureSet) -> Proof:
    """The equations and the dry run of a period with a set of figures."""
    made = journals.difference(period.environment_id, figures, entity=period.entity, period=period.label)
    return Proof(tuple(checks(period, figures)), made)


def checks(period: Period, figures: FigureSet) -> Iterator[Check]:
    """Each equation by currency, in minor units."""
    with open_figures(figures) as book:
        yield from _pair("Billed: source = subledger", _source(book, period, figures), _ask(book, period, _BILLED))
        for label, left, right in _SIDES:
            yield from _pair(label, _ask(book, period, left), _ask(book, period, right))


def tie_out(proof: Proof) -> Facts:
    """Source = subledger = journals, to the minor unit."""
    lines = tuple(_equation(check) for check in proof.checks)
    wrong = sum(not line.clear for line in lines)
    said = f"{wrong} of {len(lines)} equations differ" if wrong else "Every difference is zero"
    return Facts(not wrong, said, lines, [[each.label, each.currency, each.left, each.right] for each in proof.checks])


def preview(period: Period, proof: Proof) -> Facts:
    """What the journals make the ledger hold; a signature speaks of that, however much of it is posted already."""
    missing = [
        Fact(each.role, _amount(each.amount, each.currency), False, "accounting") for each in proof.dry_run.missing
    ]
    moves = proof.dry_run.moves
    held = [[line.currency, line.account, line.dimensions, line.holds_after] for line in proof.dry_run.lines]
    if missing:
        said = f"{counted(len(missing), 'amount has', 'amounts have')} no account"
    else:
        said = f"{counted(len(moves), 'line')} to post" if moves else "Nothing is left to post"
    look = Fact("Dry run", counted(len(moves), "line"), True, "close_dry_run", (period.pk,))
    return Facts(not missing, said, (look, *missing[:_SHOWN]), held)


def posted(period: Period, proof: Proof) -> Facts:
    """Whether nothing is left to post and every entry is verified. Without a process that posts, a person may say so."""
    found = postings_of(period)
    optional = journals.journal_process(period.environment_id) is None
    states = list(found.order_by("state").values_list("state").annotate(count=Count("pk")))
    open_states = [
        Fact(State(state).label, counted(count, "entry", "entries"), state == State.VERIFIED, "journals")
        for state, count in states
    ]
    left = len(proof.dry_run.moves) + len(proof.dry_run.missing)
    lines = [*open_states, *([Fact("Left to post", counted(left, "line"), False, "journals")] if left else [])]
    clear = not left and all(line.clear for line in lines)
    said = _posted_said(clear, left, bool(states), optional)
    return Facts(clear, said, tuple(lines), sorted(found.values_list("pk", flat=True)), optional and not clear)


def postings_of(period: Period) -> QuerySet[Posting]:
    """The period's entries and counter-entries that count: neither withdrawn nor taken back."""
    kind = {"process__kind": "revenue_journals", "header__books": period.entity, "header__period": period.label}
    counter = {"reverses__state": State.REVERSED}
    return postings(period.environment_id).filter(**kind).exclude(state__in=GONE).exclude(**counter)


def _posted_said(clear: bool, left: int, any_entry: bool, optional: bool) -> str:
    if clear:
        return "The ledger holds every entry" if any_entry else "There is nothing to post"
    if optional:
        return "No process posts journals from here"
    return f"{counted(left, 'line is', 'lines are')} left to post" if left else "Entries are under way"


def _pair(label: str, left: dict[str, int], right: dict[str, int]) -> Iterator[Check]:
    for currency in sorted({*left, *right}):
        yield Check(label, currency, left.get(currency, 0), right.get(currency, 0))


def _ask(book: duckdb.DuckDBPyConnection, period: Period, sql: str) -> dict[str, int]:
    return dict(book.execute(sql, {"entity": period.entity, "start": period.starts_on}).fetchall())


def _source(book: duckdb.DuckDBPyConnection, period: Period, figures: FigureSet) -> dict[str, int]:
    """Billed by the source's own rows as the figures knew them, of the contracts that are not set aside."""
    rows = book.execute("SELECT contract_id FROM contract WHERE entity = ?", [period.entity]).fetchall()
    known: Batch | None = figures.known
    values: dict[str, Any] = {
        "known": known.pk if known else None,
        "environment": period.environment_id,
        "entity": period.entity,
        "until": period.ends_on,
        "contracts": [name for (name,) in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SOURCE, values)
        return dict(cursor.fetchall())


def _equation(check: Check) -> Fact:
    said = f"{_amount(check.left, check.currency)} = {_amount(check.right, check.currency)}"
    if not check.difference:
        return Fact(f"{check.label}, {check.currency}", said)
    apart = f"{_amount(check.left, check.currency)} and {_amount(check.right, check.currency)}"
    return Fact(
        f"{check.label}, {check.currency}", f"{apart} differ by {_amount(check.difference, check.currency)}", False
    )


def _amount(minor: int, currency: str) -> str:
    return str(Money(minor, currency))
