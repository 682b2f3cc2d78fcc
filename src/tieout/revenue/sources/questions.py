"""What keeps records of a source from being delivered, in words: who can mend it, and how."""

from __future__ import annotations

from collections.abc import Iterable

from tieout.revenue.sources.deliveries import Found
from tieout.revenue.sources.settings import RULES
from tieout.sync.findings import note_all
from tieout.sync.models import Finding
from tieout.sync.noted import Noted
from tieout.sync.runs import Run

_SAID = {
    "unmapped_product": (
        "here",
        "Product {label}",
        "Nobody said how it is recognised, so what was sold of it is not delivered.",
        "Map the product on the process; then run it again.",
    ),
    "unmapped_entity": (
        "here",
        "Entity '{label}'",
        "{more} customers belong to it, and it is not mapped, so nothing of them is delivered.",
        "Map the entity on the process (an empty name stands for customers without one); then run it again.",
    ),
    "unknown_customer": (
        "source",
        "Customer {label}",
        "{more} order lines or charges name a customer that the source does not list.",
        "Look in the source whether the customer was deleted or moved; the record is read again with the next run.",
    ),
    "unknown_product": (
        "source",
        "Product {label}",
        "{more} order lines or charges name a product that the source does not list, or none.",
        "Give them a product in the source; they are read again with the next run.",
    ),
    "incomplete_line": (
        "source",
        "Order line {label}",
        "It {more}, so what was agreed cannot be told.",
        "Complete it in the source; it is read again with the next run.",
    ),
    "negative_charge": (
        "source",
        "Charge {label}",
        "A charge below zero lowers no agreement by itself.",
        "Enter it as a credit in the source, or import the credit memo here.",
    ),
    "unplaced_credit": (
        "source",
        "Credit {label}",
        "Its bill '{more}' holds no charge that was delivered, so there is nothing it could lower.",
        "Put it on the bill that it belongs to in the source, or import it here as a credit memo of a line.",
    ),
    "withdrawn": (
        "here",
        "{kind} {label}",
        "It was delivered, and the source does not stand by it any more.",
        "Look in the source why; then end the row here, or leave it when it is right.",
    ),
}


def ask(run: Run, found: Iterable[Found]) -> int:
    """Keep what was found and resolve what is gone. Returns how many."""
    noted = [_noted(each) for each in found]
    now = run.clock()
    note_all(run.process, run.job, noted, now)
    still = {(each.rule, each.record_id) for each in noted}
    mine = Finding.objects.filter(process=run.process, rule__in=[rule.name for rule in RULES], state=Finding.State.OPEN)
    gone = [pk for pk, rule, record in mine.values_list("pk", "rule", "record_id") if (rule, record) not in still]
    Finding.objects.filter(pk__in=gone).update(state=Finding.State.RESOLVED, last_seen_at=now)
    run.advance(findings=len(noted))
    return len(noted)


def _noted(found: Found) -> Noted:
    rule, kind, record, version, label, more = found
    owner, title, cause, remedy = _SAID[rule]
    told = {"label": label, "more": more, "kind": kind.replace("_", " ").capitalize()}
    return Noted(
        rule=rule,
        record_kind=kind,
        record_id=record[:120],
        label=title.format(**told),
        owner=owner,
        cause=cause.format(**told),
        remedy=remedy,
        source_record_id=version,
    )
