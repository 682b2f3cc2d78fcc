"""Accounting periods of entities: set up by a fiscal calendar, opened one after another, frozen and closed in order.

Here are their reads, their set-up, and the moves that the close makes. PostgreSQL refuses what is out of order; this module
says why first. Refuses a second set-up of an entity whose periods are in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import ProtectedError, QuerySet

from tieout.audit import operations as audit
from tieout.kernel.errors import Conflict, InvalidInput, NotFound
from tieout.people.actors import Actor, Permission
from tieout.revenue.fiscal import MONTHS, FiscalCalendar, Span
from tieout.revenue.models import Batch, FigureSet, FiscalYears, Period

State = Period.State
FROZEN = (State.CLOSING, State.CLOSED)
MOST_YEARS = 20


class NoPeriods(Conflict):
    """This entity has no accounting periods."""

    code = "revenue.no_periods"
    remedy = "Set them up under Settings › Accounting periods: the first period, the calendar, and for how many years."


class PeriodsInUse(Conflict):
    """This entity's accounting periods are in use already."""

    code = "revenue.periods_in_use"
    remedy = (
        "Extend them instead; where they begin can be changed only while no period was ever prepared for its close."
    )


class OutOfOrder(Conflict):
    """Periods of an entity are closed one after another, and reopened from the last one back."""

    code = "revenue.period_out_of_order"
    remedy = "Close the period named first; to reopen, begin with the last closed one."


class TooManyYears(InvalidInput):
    """Periods are made for one to twenty years at a time."""

    code = "revenue.too_many_years"
    remedy = "Give a number of years from 1 to 20; more are added when they are needed."


@dataclass(frozen=True, slots=True)
class EnginePeriod:
    """A row of the engine's table `period`: `closed` also while it is frozen."""

    entity: str
    period: str
    starts_on: date
    ends_on: date
    state: str


def periods(environment_id: int | None, entity: str | None = None) -> QuerySet[Period]:
    """Periods in order, of one entity or of all."""
    found = Period.objects.filter(environment_id=environment_id).order_by("entity", "starts_on")
    return found if entity is None else found.filter(entity=entity)


def period(environment_id: int | None, period_id: int) -> Period:
    """One period. Raises NotFound."""
    found = periods(environment_id).filter(pk=period_id).select_related("figures").first()
    if found is None:
        raise NotFound(f"There is no accounting period {period_id} in this environment.", period=period_id)
    return found


def find(environment_id: int | None, entity: str, label: str) -> Period:
    """The entity's period of that label. Raises NotFound."""
    found = periods(environment_id, entity).filter(label=label).select_related("figures").first()
    if found is None:
        whose = entity or "the company"
        raise NotFound(f"There is no accounting period {label} of {whose}.", entity=entity, period=label)
    return found


def entities(environment_id: int | None) -> list[str]:
    """The entities that have periods, in order; `''` is the company as a whole."""
    return list(
        Period.objects.filter(environment_id=environment_id)
        .order_by("entity")
        .values_list("entity", flat=True)
        .distinct()
    )


def any_set(environment_id: int | None) -> bool:
    """Whether conversion is over: some entity has periods."""
    return Period.objects.filter(environment_id=environment_id).exists()


def open_first(environment_id: int | None, entity: str) -> Period | None:
    """The first period that is neither frozen nor closed: where late data lands."""
    return periods(environment_id, entity).exclude(state__in=FROZEN).first()


def current(environment_id: int | None, entity: str) -> Period | None:
    """The period to be closed next: the closing one, else the first open one."""
    return periods(environment_id, entity).exclude(state=State.CLOSED).first()


def last_closed(environment_id: int | None, entity: str) -> Period | None:
    """The only period that can be reopened."""
    return periods(environment_id, entity).filter(state=State.CLOSED).last()


def before(period: Period) -> Period | None:
    """The period just before, of the same entity."""
    return periods(period.environment_id, period.entity).filter(starts_on__lt=period.starts_on).last()


def after(period: Period) -> Period | None:
    """The period just after, of the same entity."""
    return periods(period.environment_id, period.entity).filter(starts_on__gt=period.starts_on).first()


def fiscal_calendar(environment_id: int | None, entity: str) -> FiscalCalendar:
    """How the entity divides its years. Raises NoPeriods."""
    found = FiscalYears.objects.filter(environment_id=environment_id, entity=entity).first()
    if found is None:
        raise NoPeriods(f"{entity or 'The company'} has no accounting periods.", entity=entity)
    return FiscalCalendar(found.kind, found.month, found.weekday, found.rule)


def waiting(environment_id: int | None) -> QuerySet[Batch]:
    """Conversion data that the first set-up lets in, oldest first."""
    return Batch.objects.filter(environment_id=environment_id, state=Batch.State.WAITING).order_by("pk")


def engine_periods(environment_id: int | None, first: date, until: date) -> list[EnginePeriod]:
    """The engine's calendar for every entity that has periods, without a gap over `[first, until)` and all periods set.

    History before the first accounting period stands in periods of its own, as its calendar names them. They are open until
    the first one is frozen, so that the first close takes history with it; then closed, with what that set of figures holds.
    """
    rows: list[EnginePeriod] = []
    for entity in entities(environment_id):
        own = list(periods(environment_id, entity))
        calendar = fiscal_calendar(environment_id, entity)
        early, late = calendar.spans(first, own[0].starts_on), calendar.spans(own[-1].ends_on, until)
        rows += [_engine_period(entity, each, own[0].state) for each in early]
        rows += [_engine_period(entity, Span(each.label, each.starts_on, each.ends_on), each.state) for each in own]
        rows += [_engine_period(entity, each, State.OPEN) for each in late]
    return rows


def set_up(
    actor: Actor,
    *,
    entity: str,
    first: date,
    calendar: str = MONTHS,
    years: int = 1,
    now: datetime,
    year_end: tuple[int, int, str] | None = None,
) -> list[Period]:
    """Make the periods of an entity from the one that holds `first`; it opens, the others are future.

    `year_end` is (month, weekday with Monday as 0, nearest or last) for a calendar of weeks; without it a fiscal year begins
    on `first`. May be repeated while nothing was prepared for a close. Raises UnknownCalendar, TooManyYears, PeriodsInUse.
    """
    actor.require(Permission.SET_UP_ACCOUNTING)
    chosen = FiscalCalendar(calendar, *year_end) if year_end else FiscalCalendar.starting(calendar, first)
    spans = chosen.from_day(first, 12 * _years(years))
    with transaction.atomic():
        _clear(actor.environment_id, entity)
        FiscalYears.objects.update_or_create(
            environment_id=actor.environment_id,
            entity=entity,
            defaults={"kind": chosen.kind, "month": chosen.month, "weekday": chosen.weekday, "rule": chosen.rule},
        )
        made = _add(actor.environment_id, entity, spans, opened=1)
        details = {"calendar": chosen.kind, "first": spans[0].label, "last": spans[-1].label, "at": now.isoformat()}
        audit.record(actor=actor, action="set up periods", subject=f"entity:{entity}", details=details)
    return made


def extend(actor: Actor, *, entity: str, years: int = 1, now: datetime) -> list[Period]:
    """Add the next years to the entity's periods. Raises NoPeriods, TooManyYears."""
    actor.require(Permission.SET_UP_ACCOUNTING)
    with transaction.atomic():
        made = _extend(actor.environment_id, entity, 12 * _years(years))
        details = {"last": made[-1].label, "at": now.isoformat()}
        audit.record(actor=actor, action="extend periods", subject=f"entity:{entity}", details=details)
    return made


def lock(environment_id: int | None, entity: str) -> list[Period]:
    """The entity's periods in order, locked until the caller's transaction ends: moves of one entity stand in a queue."""
    return list(periods(environment_id, entity).select_for_update())


def check_freezable(period: Period) -> None:
    """Raises OutOfOrder naming the period that is closed first, or the state that is not open."""
    earlier = before(period)
    if earlier and earlier.state != State.CLOSED:
        raise OutOfOrder(
            f"{earlier.label} is {earlier.state}; it is closed before {period.label}.", period=earlier.label
        )
    if period.state != State.OPEN:
        raise _not(period, State.OPEN)


def freeze(period: Period, figures: FigureSet) -> None:
    """Open → closing with these figures; the next period opens. In the caller's transaction. Raises OutOfOrder."""
    check_freezable(period)
    _move(period, State.OPEN, State.CLOSING, figures)
    following = after(period) or _extend(period.environment_id, period.entity, 1)[0]
    Period.objects.filter(pk=following.pk, state=State.FUTURE).update(state=State.OPEN)


def thaw(period: Period) -> None:
    """Closing → open; what was opened for late data stays open. In the caller's transaction. Raises OutOfOrder."""
    _move(period, State.CLOSING, State.OPEN, None)


def close(period: Period) -> None:
    """Closing → closed, with the figures that it was frozen with. In the caller's transaction. Raises OutOfOrder."""
    _move(period, State.CLOSING, State.CLOSED, period.figures)


def check_reopenable(period: Period) -> None:
    """Raises OutOfOrder naming the period that is reopened first, or the state that is not closed."""
    following = after(period)
    if following and following.state in FROZEN:
        raise OutOfOrder(
            f"{following.label} is {following.state}; it is reopened before {period.label}.", period=following.label
        )
    if period.state != State.CLOSED:
        raise _not(period, State.CLOSED)


def reopen(period: Period) -> None:
    """Closed → open; only the last closed one. In the caller's transaction. Raises OutOfOrder."""
    check_reopenable(period)
    _move(period, State.CLOSED, State.OPEN, None)


def _move(period: Period, before: str, after: str, figures: FigureSet | None) -> None:
    moved = Period.objects.filter(pk=period.pk, state=before).update(state=after, figures=figures)
    if not moved:
        period.refresh_from_db(fields=["state"])
        raise _not(period, before)
    period.state, period.figures = after, figures


def _not(period: Period, wanted: str) -> OutOfOrder:
    return OutOfOrder(
        f"{period.label} is {period.state}, not {wanted}.",
        remedy="Reload the page: somebody else was faster, or the period is not at this step.",
        period=period.label,
        state=period.state,
    )


def _years(years: int) -> int:
    if not 1 <= years <= MOST_YEARS:
        raise TooManyYears(field="years")
    return years


def _clear(environment_id: int | None, entity: str) -> None:
    try:
        if any(each.state in FROZEN for each in lock(environment_id, entity)):
            raise PeriodsInUse(entity=entity)
        periods(environment_id, entity).delete()
    except ProtectedError:
        raise PeriodsInUse(entity=entity) from None


def _extend(environment_id: int | None, entity: str, count: int) -> list[Period]:
    calendar = fiscal_calendar(environment_id, entity)
    last = lock(environment_id, entity)[-1]
    return _add(environment_id, entity, calendar.from_day(last.ends_on, count), opened=0)


def _add(environment_id: int | None, entity: str, spans: list[Span], opened: int) -> list[Period]:
    return Period.objects.bulk_create(
        Period(
            environment_id=environment_id,
            entity=entity,
            label=span.label,
            starts_on=span.starts_on,
            ends_on=span.ends_on,
            state=State.OPEN if number < opened else State.FUTURE,
        )
        for number, span in enumerate(spans)
    )


def _engine_period(entity: str, span: Span, state: str) -> EnginePeriod:
    closed = "closed" if state in FROZEN else "open"
    return EnginePeriod(entity, span.label, span.starts_on, span.ends_on, closed)
