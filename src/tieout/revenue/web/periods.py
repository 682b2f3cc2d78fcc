"""Settings › Accounting periods: set them up with a preview, extend them, and let conversion data in when they are there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Min
from django.urls import reverse
from django.utils.formats import date_format

from tieout.kernel.counting import counted
from tieout.kernel.errors import TieoutError
from tieout.people.actors import Permission
from tieout.revenue import periods
from tieout.revenue.batches import operations as batches
from tieout.revenue.fiscal import KINDS, LAST, MONTHS, NEAREST, FiscalCalendar, Span
from tieout.revenue.models import FACTS, Period
from tieout.web.forms import FormPage
from tieout.web.fragments import Fragment
from tieout.web.pages import Action, Button, Crumb, Page

_CALENDARS = [(kind, "Calendar months" if kind == MONTHS else f"{kind} weeks") for kind in KINDS]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_FROM_FIRST = ""
_CRUMB = "Accounting periods"


@dataclass(frozen=True, slots=True)
class Shown:
    """The periods of one entity."""

    entity: str
    calendar: str
    periods: list[Period]


class Periods(Page):
    """Every entity's periods, and conversion data that waits for them."""

    permission = Permission.READ
    template_name = "revenue/periods.html"
    title = _CRUMB
    lead = "Each entity's months are closed one after another. What comes late lands in the first open one, apart."

    def buttons(self) -> Iterable[Button]:
        yield Button("Set up periods", reverse("periods_new"), "plus", Permission.SET_UP_ACCOUNTING)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        where = self.actor.environment_id
        rows = groupby(periods.periods(where), key=lambda each: each.entity)
        shown = [Shown(entity, periods.fiscal_calendar(where, entity).kind, list(found)) for entity, found in rows]
        return super().get_context_data(shown=shown, waiting=periods.waiting(where).count() if shown else 0, **kwargs)


class SetUpForm(forms.Form):
    """First period, calendar, and for how many years."""

    entity = forms.CharField(
        max_length=100, required=False, help_text="As contracts name it; empty for contracts without an entity."
    )
    first = forms.DateField(
        label="A day in the first period",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="For weeks: the first day of a fiscal year, unless you say below when the year ends.",
    )
    calendar = forms.ChoiceField(choices=_CALENDARS)
    rule = forms.ChoiceField(
        label="A year of weeks ends",
        required=False,
        choices=[
            (_FROM_FIRST, "As the day above says"),
            (NEAREST, "On the weekday nearest to the month's end"),
            (LAST, "On the month's last such weekday"),
        ],
    )
    weekday = forms.TypedChoiceField(choices=list(enumerate(_DAYS)), coerce=int, initial=5, required=False)
    month = forms.TypedChoiceField(choices=list(enumerate(_MONTHS, 1)), coerce=int, initial=12, required=False)
    years = forms.IntegerField(min_value=1, max_value=periods.MOST_YEARS, initial=2)

    def year_end(self) -> tuple[int, int, str] | None:
        """Month, weekday and rule, when they were chosen for a calendar of weeks."""
        said = self.cleaned_data
        weeks = said["calendar"] != MONTHS and said["rule"] != _FROM_FIRST
        return (said["month"], said["weekday"], said["rule"]) if weeks else None

    def spans(self) -> list[Span]:
        """The periods that this would make. Raises UnknownCalendar."""
        said, year_end = self.cleaned_data, self.year_end()
        kind = said["calendar"]
        chosen = FiscalCalendar(kind, *year_end) if year_end else FiscalCalendar.starting(kind, said["first"])
        return chosen.from_day(said["first"], 12 * said["years"])


class NewPeriods(FormPage):
    """Set up the periods of an entity, with a preview of them."""

    permission = Permission.SET_UP_ACCOUNTING
    template_name = "revenue/periods_new.html"
    form_class = SetUpForm
    title = "Set up accounting periods"
    lead = "With the first periods, conversion is over: from then on jobs load by themselves."
    cancel_page = "periods"
    verb = "Set up"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb(_CRUMB, reverse("periods"))

    def get_initial(self) -> dict[str, Any]:
        return {"first": self.now.date().replace(month=1, day=1), "entity": self._entity()}

    def get_form(self, form_class: Any = None) -> SetUpForm:
        form: SetUpForm = super().get_form(form_class)
        if begins := self._contracts().aggregate(first=Min("signed_on"))["first"]:
            hint = f"The first contract was signed on {date_format(begins, 'j M Y')}."
            form.fields["first"].help_text = f"{hint} {form.fields['first'].help_text}"
        return form

    def save(self, form: SetUpForm) -> str:
        said = form.cleaned_data
        made = periods.set_up(
            self.actor,
            entity=said["entity"],
            first=said["first"],
            calendar=said["calendar"],
            years=said["years"],
            year_end=form.year_end(),
            now=self.now,
        )
        return f"{len(made)} periods are set up, from {made[0].label} to {made[-1].label}."

    def _entity(self) -> str:
        """The first entity of the contracts that has no periods yet."""
        named = self._contracts().exclude(entity__in=periods.entities(self.actor.environment_id)).order_by("entity")
        return named.values_list("entity", flat=True).first() or ""

    def _contracts(self) -> Any:
        where = self.actor.environment_id
        return FACTS["contract"].objects.filter(environment_id=where, until__isnull=True)  # type: ignore[attr-defined]


class PreviewPeriods(Fragment):
    """What the form would make, while it is filled in."""

    permission = Permission.SET_UP_ACCOUNTING
    template_name = "revenue/periods_preview.html"

    def load(self) -> dict[str, Any]:
        form = SetUpForm(self.request.GET)
        if not form.is_valid():
            return {"spans": []}
        try:
            found = form.spans()
        except TieoutError as problem:
            return {"spans": [], "problem": problem}
        return {"spans": [(each, (each.ends_on - each.starts_on).days) for each in found[:13]], "count": len(found)}

    def finished(self, shown: dict[str, Any]) -> bool:
        return False


class ExtendForm(forms.Form):
    """How many years more."""

    years = forms.IntegerField(min_value=1, max_value=periods.MOST_YEARS, initial=1)


class ExtendPeriods(FormPage):
    """Add years at the end of an entity's periods."""

    permission = Permission.SET_UP_ACCOUNTING
    form_class = ExtendForm
    title = "Extend accounting periods"
    cancel_page = "periods"
    verb = "Extend"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb(_CRUMB, reverse("periods"))

    def save(self, form: ExtendForm) -> str:
        entity = self.request.GET.get("entity", "")
        made = periods.extend(self.actor, entity=entity, years=form.cleaned_data["years"], now=self.now)
        return f"Periods now reach to {made[-1].label}."


class LoadWaiting(Action):
    """Load all conversion data as it is, oldest first."""

    permission = Permission.CHANGE_DATA
    question = "Load the conversion data?"
    consequence = (
        "Every file that waits is loaded as it is, oldest first; each can be undone. One with errors stops there."
    )
    verb = "Load"
    tone = "primary"
    next_page = "periods"

    def subject(self) -> str:
        return counted(periods.waiting(self.actor.environment_id).count(), "file waits", "files wait")

    def act(self) -> str:
        loaded = 0
        for batch in list(periods.waiting(self.actor.environment_id)):
            batches.load(self.actor, batch_id=batch.pk, now=self.now)
            loaded += 1
        return f"{counted(loaded, 'file is', 'files are')} loaded."
