"""Gaps: what keeps contracts out of the figures, with who can mend it and how. A gap is resolved when it is not found again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from tieout.recognition.errors import Refusal
from tieout.revenue.models import Gap


class _Mending(NamedTuple):
    owner: str
    table: str
    remedy: str


_HERE, _SOURCE = Gap.Owner.HERE, Gap.Owner.SOURCE
_MENDING = {
    "ssp_missing": _Mending(
        _HERE, "ssp", "Enter an SSP for the product that was in force when the contract was signed."
    ),
    "ssp_all_zero": _Mending(_HERE, "ssp", "Enter SSPs above zero for the products of the contract."),
    "ssp_negative": _Mending(_HERE, "ssp", "Correct the SSP of the product."),
    "ssp_ambiguous": _Mending(_HERE, "ssp", "End one of the two SSP entries that are in force together."),
    "ssp_incomplete": _Mending(_HERE, "ssp", "Complete the SSP entry with what its basis needs."),
    "unknown_product": _Mending(_HERE, "product", "Enter the product with its recognition rule, or correct the line."),
    "unknown_rule": _Mending(_HERE, "product", "Give the product a recognition rule that exists."),
    "residual_twice": _Mending(_HERE, "product", "Let only one product of the arrangement take the residual."),
    "residual_guard": _Mending(
        _HERE, "ssp", "Enter an SSP for the residual product, or correct the SSPs of the others."
    ),
    "bundles_overlap": _Mending(_HERE, "bundle", "Correct the bundles so that a product belongs to one of them."),
    "bundle_price": _Mending(_HERE, "bundle", "Give every row of the bundle the same price and currency."),
    "upfront_share": _Mending(_HERE, "rule", "Correct the rule's up-front share."),
    "override_without_reason": _Mending(_HERE, "line", "Enter the reason for the override."),
    "outside_periods": _Mending(_HERE, "period", "Extend the accounting periods, or correct the dates."),
    "rate_missing": _Mending(_HERE, "rate", "Enter the exchange rate named."),
    "account_missing": _Mending(_HERE, "account", "Map an account for the role named under Settings › Accounting."),
}
_OTHERWISE = _Mending(
    _SOURCE, "", "Correct the contract in the system that it comes from, or here by an import or a form."
)


def foreseen(environment_id: int | None, refusal: Refusal) -> Gap:
    """The gap that a refusal would become, not stored: for a preview."""
    owner, table, remedy = _MENDING.get(refusal.name, _OTHERWISE)
    return Gap(
        environment_id=environment_id,
        rule=refusal.name,
        table=table,
        contract_id=refusal.contract_id,
        line_id=refusal.line_id,
        owner=owner,
        cause=refusal.said[:1000],
        remedy=remedy,
    )


def note(
    environment_id: int | None, found: Sequence[Refusal], *, contracts: Collection[str] | None, now: datetime
) -> int:
    """Enter what was found, and resolve what was not found any more among `contracts` (None: all); how many are open.

    Part of the caller's transaction.
    """
    seen = {(each.name, each.contract_id, each.line_id): each for each in reversed(found)}
    open_before = Gap.objects.filter(environment_id=environment_id, resolved_at__isnull=True)
    if contracts is not None:
        open_before = open_before.filter(contract_id__in=contracts)
    gone = [gap.pk for gap in open_before if (gap.rule, gap.contract_id, gap.line_id) not in seen]
    Gap.objects.filter(pk__in=gone).update(resolved_at=now)
    Gap.objects.bulk_create(
        [_gap(environment_id, each, now) for each in seen.values()],
        update_conflicts=True,
        unique_fields=["environment", "rule", "contract_id", "line_id"],
        update_fields=["table", "owner", "cause", "remedy", "last_seen_at", "resolved_at"],
        batch_size=2000,
    )
    return len(seen)


def _gap(environment_id: int | None, refusal: Refusal, now: datetime) -> Gap:
    made = foreseen(environment_id, refusal)
    made.first_seen_at = made.last_seen_at = now
    return made
