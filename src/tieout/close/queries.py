"""Reads of the close: the checklist of a period as it stands, its closings, what reopening would do, and who answers for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery

from tieout.close import facts, proof
from tieout.close.models import Closing, Policy, Signature, StepOwner
from tieout.close.steps import RULE, RULES, Facts, Signed, Step, StepState, judge, lockable, missing
from tieout.kernel.errors import NotFound
from tieout.ledger import journals
from tieout.ledger.models import Posting
from tieout.people.queries import site_clock
from tieout.revenue import periods
from tieout.revenue.figures import latest, open_figures
from tieout.revenue.models import FigureSet, Period

_LATER = Facts(False, "Waits for the freeze")


@dataclass(frozen=True)
class Checklist:
    """A period with its live closing and its steps. `proof` is None until the period is frozen."""

    period: Period
    closing: Closing | None
    steps: Sequence[StepState]
    proof: proof.Proof | None

    @property
    def missing(self) -> list[StepState]:
        """What stands between the period and its close."""
        return missing(self.steps)

    @property
    def frozen(self) -> bool:
        return self.period.state in periods.FROZEN

    def step(self, step: Step) -> StepState:
        return next(each for each in self.steps if each.step is step)

    @cached_property
    def done(self) -> int:
        """How many steps are done."""
        return sum(each.done for each in self.steps)


def checklist(environment_id: int | None, period_id: int) -> Checklist:
    """The checklist of a period: live until it is closed, then as it was recorded. Raises NotFound."""
    period = periods.period(environment_id, period_id)
    closing = live(period)
    if closing and closing.closed_at:
        return Checklist(period, closing, [_recorded(each) for each in closing.checklist], None)
    proved = proof.prove(period, period.figures) if period.figures else None
    told = _facts(period, closing, proved)
    signatures, owners = _by_step(period), owners_of(environment_id)
    states = [
        judge(
            rule,
            told[rule.step],
            _signed(signatures[rule.step], told[rule.step]),
            frozen=closing is not None,
            owner=owners.get(rule.step, ""),
        )
        for rule in RULES
    ]
    *above, lock = states
    return Checklist(period, closing, [*above, lockable(lock, above)], proved)


def record(states: Sequence[StepState], *, closed_by: str, who: int | str, now: datetime) -> list[dict[str, Any]]:
    """The steps as a closing keeps them, the last one signed by whoever closes."""
    lock = {"by": closed_by, "who": who, "at": now.isoformat(), "note": ""}
    kept = [
        {
            "step": each.step.value,
            "said": each.facts.said,
            "owner": each.owner,
            "signatures": [
                {"by": signed.by, "who": signed.who, "at": signed.at.isoformat(), "note": signed.note}
                for signed in each.in_force
            ],
        }
        for each in states
        if each.step is not Step.LOCKED
    ]
    return [*kept, {"step": Step.LOCKED.value, "said": "Closed", "owner": "", "signatures": [lock]}]


def fingerprint(found: Checklist) -> list[Any]:
    """What must be the same from the moment that a package is written to the moment that the period is locked."""
    steps = [[each.step.value, each.done, each.facts.digest, sorted(map(repr, each.in_force))] for each in found.steps]
    return [found.closing.pk if found.closing else None, found.period.state, steps]


def closings(environment_id: int | None) -> QuerySet[Closing]:
    """Every freeze of every period, newest first."""
    return Closing.objects.filter(environment_id=environment_id).select_related("period", "figures")


def opened(environment_id: int | None) -> QuerySet[Period]:
    """Every period that was opened, with `frozen_at`, `closed_at` and `closed_by` of its live closing."""
    held = Closing.objects.filter(period=OuterRef("pk"), thawed_at=None, reopened_at=None)
    told = {name: Subquery(held.values(name)[:1]) for name in ("frozen_at", "closed_at", "closed_by")}
    return periods.periods(environment_id).exclude(state=Period.State.FUTURE).annotate(**told)


def closing(period: Period, number: int) -> Closing:
    """One closing of a period by its number. Raises NotFound."""
    found = history(period).filter(number=number).first()
    if found is None:
        raise NotFound(f"{period} has no closing {number}.", period=period.label, closing=number)
    return found


def live(period: Period) -> Closing | None:
    """The closing that holds now: frozen or closed, not thawed or reopened."""
    return closings(period.environment_id).filter(period=period, thawed_at=None, reopened_at=None).first()


def history(period: Period) -> QuerySet[Closing]:
    """All closings of a period, newest first."""
    return closings(period.environment_id).filter(period=period).order_by("-number")


def owners_of(environment_id: int | None) -> dict[str, str]:
    """Who answers for each step, by step."""
    found = StepOwner.objects.filter(environment_id=environment_id).select_related("user")
    return {each.step: str(each.user) for each in found}


def four_eyes(environment_id: int | None) -> bool:
    """Whether whoever froze a period may not be the only one who approves its close."""
    return Policy.objects.filter(environment_id=environment_id, four_eyes=True).exists()


def reviewed_figures(period: Period) -> FigureSet | None:
    """What a dry run shows: the figures that the period is frozen with, else the newest."""
    return period.figures or latest(period.environment_id)


def _facts(period: Period, closing: Closing | None, proved: proof.Proof | None) -> Mapping[Step, Facts]:
    frozen_at = closing.frozen_at if closing else None
    return {
        Step.DATA: facts.data(period, zone=site_clock().zone, frozen_at=frozen_at),
        Step.FINDINGS: facts.findings(period, frozen_at=frozen_at),
        Step.SSP: facts.ssp(period, frozen_at=frozen_at),
        Step.TIE_OUT: proof.tie_out(proved) if proved else _LATER,
        Step.PREVIEW: proof.preview(period, proved) if proved else _LATER,
        Step.POSTED: proof.posted(period, proved) if proved else _LATER,
        Step.LOCKED: Facts(False, "Everything above comes first"),
    }


def _by_step(period: Period) -> dict[str, list[Signature]]:
    """The signatures since the period was last reopened, in order."""
    found: dict[str, list[Signature]] = defaultdict(list)
    reopened = Closing.objects.filter(period=period).aggregate(last=Max("reopened_at"))["last"]
    rows = Signature.objects.filter(period=period).order_by("pk")
    for each in rows.filter(at__gt=reopened) if reopened else rows:
        found[each.step].append(each)
    return found


def _signed(rows: Sequence[Signature], told: Facts) -> list[Signed]:
    """Each person's last word, unless it takes the signature back."""
    last = {each.user_id or each.signed_by: each for each in rows}
    return [
        Signed(each.signed_by, who, each.at, each.note, each.digest != told.digest)
        for who, each in last.items()
        if not each.withdrawn
    ]


def _recorded(kept: Mapping[str, Any]) -> StepState:
    signatures = [
        Signed(each["by"], each["who"], datetime.fromisoformat(each["at"]), each["note"]) for each in kept["signatures"]
    ]
    return StepState(RULE[Step(kept["step"])], Facts(True, kept["said"]), signatures, kept["owner"], True, True)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What the counter-entries of a reopening do to one account: signed minor units, debits positive."""

    currency: str
    account: str
    dimensions: str
    amount: int


@dataclass(frozen=True, slots=True)
class Restated:
    """What a period was frozen with, and what it comes to when what came late is counted where it belongs."""

    kind: str
    product_id: str
    currency: str
    frozen: int
    now: int

    @property
    def difference(self) -> int:
        return self.now - self.frozen


@dataclass(frozen=True, slots=True)
class Reopening:
    """What reopening a period would do."""

    period: Period
    entries: Sequence[Posting]
    lines: Sequence[TakenBack]
    restated: Sequence[Restated]
    known: FigureSet | None
    """The set that `restated` compares with: the newest."""


def reopening(environment_id: int | None, period_id: int) -> Reopening:
    """What reopening the entity's last closed period would reverse and restate. Raises NotFound, OutOfOrder."""
    period = periods.period(environment_id, period_id)
    periods.check_reopenable(period)
    entries = list(proof.postings_of(period).filter(reverses=None).order_by("pk"))
    newest = latest(environment_id)
    return Reopening(period, entries, _taken_back(period), list(_restated(period, newest)), newest)


def _taken_back(period: Period) -> list[TakenBack]:
    assert period.environment_id is not None
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in journals.posted(period.environment_id, entity=period.entity, until=period.starts_on):
        if row.period == period.label:
            sums[row.currency, row.account, row.dimensions] -= row.held
    return [TakenBack(*key, amount) for key, amount in sorted(sums.items()) if amount]


def _restated(period: Period, newest: FigureSet | None) -> Iterator[Restated]:
    """What came late stands as adjustment in the first open period; reopened, the period takes it on."""
    following = periods.open_first(period.environment_id, period.entity)
    assert period.figures is not None
    frozen = _recognised(period.figures, period.entity, period.starts_on, "amount + adjustment")
    late = _recognised(newest, period.entity, following.starts_on, "adjustment") if newest and following else {}
    for key in sorted({*frozen, *late}):
        before, moved = frozen.get(key, 0), late.get(key, 0)
        if before or moved:
            yield Restated(*key, before, before + moved)


def _recognised(figures: FigureSet, entity: str, starts_on: date, amount: str) -> dict[tuple[str, str, str], int]:
    with open_figures(figures) as book:
        rows = book.execute(
            f"SELECT kind, product_id, currency, sum({amount})::BIGINT FROM waterfall"  # noqa: S608
            " WHERE entity = ? AND starts_on = ? GROUP BY ALL",
            [entity, starts_on],
        ).fetchall()
    return {(kind, product, currency): total for kind, product, currency, total in rows}
