"""Pages of the close: all periods, one period's checklist with its acts, its entries, and its earlier closings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.urls import NoReverseMatch, reverse

from tieout.close import operations, package, proof, queries
from tieout.close.queries import Checklist
from tieout.close.steps import Fact, Step, StepState
from tieout.close.web.tables import PeriodFilters, PeriodTable
from tieout.people.actors import Permission
from tieout.revenue import periods
from tieout.revenue.models import Period
from tieout.web.details import DetailPage, Tab
from tieout.web.lists import Empty, ListPage
from tieout.web.pages import Action, Button, Crumb, Guarded

LIST = "Close"
_TYPES = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class Closes(ListPage):
    """Every period that was opened, the newest first."""

    permission = Permission.READ
    title = LIST
    lead = "Freeze a month, tie it out, post its journals, lock it. Each step shows its facts and who signed it."
    table_class = PeriodTable
    filterset_class = PeriodFilters
    empty = Empty("No periods yet", "Set up accounting periods first: then each month is closed here.", icon="lock")

    def rows(self) -> Any:
        return queries.opened(self.actor.environment_id)

    def buttons(self) -> Iterable[Button]:
        if not periods.any_set(self.actor.environment_id):
            yield Button("Set up periods", reverse("periods_new"), "plus", Permission.SET_UP_ACCOUNTING)
        yield Button("Owners and approval", reverse("close_settings"), "user-check", Permission.CLOSE_PERIOD, tone="")


@dataclass(frozen=True, slots=True)
class Line:
    """A fact with the address of its page."""

    fact: Fact
    url: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as the checklist draws it."""

    state: StepState
    lines: list[Line]
    mine: bool
    """Whether the person looking signed it."""
    signable: bool
    go: tuple[str, str] | None
    """What the step waits for: the label and address of the page where it is done."""


class ClosePage(DetailPage):
    """One period: its steps, and the next thing to do."""

    permission = Permission.READ
    template_name = "close/period.html"
    context_name = "found"

    def load(self) -> Checklist:
        return queries.checklist(self.actor.environment_id, self.kwargs["pk"])

    def heading(self) -> str:
        return str(self.object.period)

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb(LIST, reverse("close"))

    def tabs(self) -> Iterable[Tab]:
        entries = proof.postings_of(self.object.period).count()
        history = queries.history(self.object.period).count()
        yield Tab("checklist", "Checklist")
        yield Tab("entries", "Entries", entries)
        yield Tab("closings", "Closings", history)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        found: Checklist = self.object
        period = found.period
        return {
            **shown,
            "period": period,
            "rows": list(_rows(found, self.actor.user_id)) if shown["tab"] == "checklist" else (),
            "entries": proof.postings_of(period).order_by("pk") if shown["tab"] == "entries" else (),
            "closings": queries.history(period) if shown["tab"] == "closings" else (),
            "last": len(found.steps),
            "over": self.now.date() >= period.ends_on,
            "reopenable": _is_reopenable(period),
            "following": periods.after(period) if period.state == Period.State.CLOSED else None,
        }


def _rows(found: Checklist, user_id: int | None) -> Iterator[StepRow]:
    closed = found.period.state == Period.State.CLOSED
    for each in found.steps:
        mine = user_id in {signed.who for signed in each.signatures}
        lines = [Line(fact, _url(fact)) for fact in each.facts.lines]
        yield StepRow(each, lines, mine and not closed, each.signable and not mine and not closed, _go(found, each))


def _go(found: Checklist, state: StepState) -> tuple[str, str] | None:
    if state.done or not state.reachable:
        return None
    pages = {
        Step.SSP: ("SSP book", reverse("ssp_book")),
        Step.PREVIEW: ("Dry run", reverse("close_dry_run", args=[found.period.pk])),
        Step.POSTED: ("Post journals", reverse("journals")),
    }
    return pages.get(state.step)


def _url(fact: Fact) -> str:
    """The page that a fact names; none while no room has it."""
    try:
        return reverse(fact.page, args=fact.args) if fact.page else ""
    except NoReverseMatch:
        return ""


def _is_reopenable(period: Period) -> bool:
    last = periods.last_closed(period.environment_id, period.entity)
    following = periods.after(period)
    return last == period and not (following and following.state in periods.FROZEN)


class _PeriodAct(Action):
    """An act on a period that leads back to its page."""

    permission = Permission.CLOSE_PERIOD

    def subject(self) -> str:
        return str(periods.period(self.actor.environment_id, self.kwargs["pk"]))

    def next_url(self) -> str:
        return reverse("close_period", args=[self.kwargs["pk"]])


class Freeze(_PeriodAct):
    """Compute the figures and freeze the period with them."""

    question = "Freeze this period?"
    consequence = (
        "Its figures are computed now and fixed. What comes in afterwards lands in the next period, apart. "
        "It can be thawed as long as nothing of it was posted."
    )
    verb = "Freeze"
    tone = "primary"

    def act(self) -> str:
        closing = operations.freeze(self.actor, period_id=self.kwargs["pk"], now=self.now)
        return f"{closing.period.label} is frozen with the figures of this moment."


class Lock(_PeriodAct):
    """Close the period for good, or rather until it is reopened."""

    question = "Close this period?"
    consequence = (
        "It is locked: nothing more is posted into it, and its figures stay as they are. The close package is kept."
    )
    verb = "Close the period"
    tone = "primary"

    def act(self) -> str:
        closing = operations.close(self.actor, period_id=self.kwargs["pk"], now=self.now)
        return f"{closing.period.label} is closed."


class Withdraw(_PeriodAct):
    """Take one's own signature back."""

    permission = Permission.SIGN_OFF

    def act(self) -> str:
        operations.withdraw(self.actor, period_id=self.kwargs["pk"], step=self.kwargs["step"], now=self.now)
        return "Your signature is taken back."


class Package(Guarded):
    """A file of a closing's package."""

    permission = Permission.READ

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        period = periods.period(self.actor.environment_id, self.kwargs["pk"])
        closing = queries.closing(period, self.kwargs["number"])
        name, place = package.file_of(closing, self.kwargs["ending"])
        kind = _TYPES[self.kwargs["ending"]]
        return FileResponse(place.open("rb"), as_attachment=True, filename=name, content_type=kind)
