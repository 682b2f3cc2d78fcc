"""Set-ups that would book the same money twice are refused when they are saved, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tieout.ledger.errors import BookedTwice, parse_settings
from tieout.ledger.gl_reports.settings import GlSettings
from tieout.ledger.receipts.settings import MethodMapping, ReceiptSettings
from tieout.sync.models import Process


def check_receipts(process: Process, settings: ReceiptSettings) -> None:
    """Raises BookedTwice when another enabled process would book the same payments."""
    if not process.enabled:
        return
    for other in _siblings(process, "receipts"):
        _no_common_method(settings, parse_settings(ReceiptSettings, other.settings), other.name)
    for other in _siblings(process, "gl_reports"):
        _cash_once(settings, parse_settings(GlSettings, other.settings), other.name)


def check_gl_reports(process: Process, settings: GlSettings) -> None:
    """Raises BookedTwice when another enabled process would book the same billing or cash."""
    if not process.enabled:
        return
    for other in _siblings(process, "gl_reports"):
        raise BookedTwice(f"'{other.name}' books the same billing into the same company.", other=other.name)
    for other in _siblings(process, "receipts"):
        _cash_once(parse_settings(ReceiptSettings, other.settings), settings, other.name)


def _siblings(process: Process, kind: str) -> Iterator[Process]:
    """Enabled processes of a kind between the same two companies, whichever connections they use."""
    others = Process.objects.filter(environment_id=process.environment_id, kind=kind, enabled=True)
    for other in others.exclude(pk=process.pk).select_related("source", "target"):
        if _same(other.source, process.source) and _same(other.target, process.target):
            yield other


def _same(one: object, other: object) -> bool:
    same_company = one.tenant == other.tenant != "" and one.connector == other.connector  # type: ignore[attr-defined]
    return one.pk == other.pk or same_company  # type: ignore[attr-defined]


def _no_common_method(mine: ReceiptSettings, theirs: ReceiptSettings, name: str) -> None:
    for one, other in product(_paying(mine), _paying(theirs)):
        overlap = one.currency in ("", other.currency) or other.currency == ""
        if one.method == other.method and overlap and (one.entity in ("", other.entity) or other.entity == ""):
            raise BookedTwice(f"'{name}' books payments by {one.method} into the same company already.", other=name)


def _cash_once(receipts: ReceiptSettings, journal: GlSettings, name: str) -> None:
    paying = list(_paying(receipts))
    if journal.cash == "include" and paying:
        raise BookedTwice(f"The journal would book the cash that '{name}' books as receipts.", other=name)
    if journal.cash == "clearing" and journal.clearing is not None:
        for row in paying:
            if row.account != journal.clearing.account:
                raise BookedTwice(
                    f"Cash goes through the clearing account {journal.clearing.account}, but receipts by {row.method}"
                    f" credit {row.account or row.account_label}.",
                    other=name,
                )
    revenue = {row.account for row in journal.codes if row.component == "charge"}
    for row in paying:
        if row.account in revenue:
            raise BookedTwice(
                f"Receipts by {row.method} credit {row.account}, which the journal credits when the same service is billed.",
                other=name,
            )


def _paying(settings: ReceiptSettings) -> Iterator[MethodMapping]:
    return (row for row in settings.methods if row.treatment != "no_money")
