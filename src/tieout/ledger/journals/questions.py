"""What keeps a period's journal from being posted: events without an account, and entries that a person reversed."""

from __future__ import annotations

from collections.abc import Iterator

from tieout.kernel.money import Money
from tieout.ledger.journals.dry_run import DryRun, Unmapped
from tieout.ledger.journals.events import role_label
from tieout.ledger.journals.settings import JournalSettings
from tieout.ledger.models import Posting
from tieout.revenue.models import Period
from tieout.sync.findings import note_all
from tieout.sync.models import Finding
from tieout.sync.noted import Noted
from tieout.sync.runs import Run


def ask(run: Run, settings: JournalSettings, period: Period, made: DryRun) -> int:
    """Keep the period's findings and resolve those that are gone. Returns how many are open."""
    found = [*_unmapped(period, made), *_reversed(run, settings, period)]
    note_all(run.process, run.job, found, run.clock())
    _resolve(run, period, {(each.rule, each.record_id) for each in found})
    run.advance(findings=len(found))
    return sum(each.state == Finding.State.OPEN for each in found)


def _unmapped(period: Period, made: DryRun) -> Iterator[Noted]:
    seen: dict[tuple[str, str, str], list[Unmapped]] = {}
    for each in made.missing:
        seen.setdefault((each.role, each.product_id, each.currency), []).append(each)
    for (role, product, currency), each_of in seen.items():
        name = f"{role_label(role)} of {product}" if product else role_label(role)
        amount = Money(sum(abs(each.amount) for each in each_of), currency)
        yield Noted(
            rule="unmapped_role",
            record_kind="account_mapping",
            record_id=f"{period.label} {period.entity} {role} {product} {currency}"[:120],
            label=f"{period}: {name}",
            owner="here",
            cause=f"{amount} have no account, or two that are equally specific, so the period's journal cannot be booked.",
            remedy="Map it under Settings › Accounting; then prepare the journals again.",
            facts=_facts(period) | {"role": role, "product": product},
        )


def _reversed(run: Run, settings: JournalSettings, period: Period) -> Iterator[Noted]:
    undone = Posting.objects.filter(
        process=run.process,
        header__books=period.entity,
        header__period=period.label,
        header__figures=period.figures_id,
        state=Posting.State.REVERSED,
    ).exclude(reversal_reason="")
    for posting in undone:
        seen = Finding.objects.filter(process=run.process, rule="reversed", record_id=posting.key)
        decided = seen.exclude(decision="").exists()
        book = settings.rules.get("reversed") == "book"
        yield Noted(
            rule="reversed",
            record_kind="posting",
            record_id=posting.key,
            label=f"{period}: {posting.group}",
            owner="here",
            cause=f"Reversed by hand: {posting.reversal_reason}",
            remedy="Say to book the period again once what was wrong is mended.",
            state=Finding.State.DISMISSED if decided else Finding.State.SETTLED if book else Finding.State.OPEN,
            facts=_facts(period),
        )


def _facts(period: Period) -> dict[str, str]:
    return {"period": period.label, "books": period.entity}


def _resolve(run: Run, period: Period, still: set[tuple[str, str]]) -> None:
    rows = Finding.objects.filter(
        process=run.process,
        facts__period=period.label,
        facts__books=period.entity,
        rule__in=("unmapped_role", "reversed"),
        state=Finding.State.OPEN,
    )
    gone = [pk for pk, rule, record in rows.values_list("pk", "rule", "record_id") if (rule, record) not in still]
    Finding.objects.filter(pk__in=gone).update(state=Finding.State.RESOLVED, last_seen_at=run.clock())
