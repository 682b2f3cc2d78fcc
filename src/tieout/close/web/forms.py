"""Forms of the close: signing with a note, thawing and reopening with a reason, owners of steps and the four-eyes rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.urls import reverse

from tieout.close import operations, queries
from tieout.close.models import StepOwner
from tieout.close.steps import RULE, SIGNABLE, Step
from tieout.close.web.views import LIST
from tieout.kernel.counting import counted
from tieout.ledger.journals.places import pairs
from tieout.people import queries as people
from tieout.people.actors import ALLOWED, Permission
from tieout.revenue import periods
from tieout.sync.tasks import defer
from tieout.web.forms import FormPage
from tieout.web.pages import Crumb

_TEXT = forms.Textarea(attrs={"rows": 3})


class _PeriodForm(FormPage):
    """A form about one period that leads back to its page."""

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb(LIST, reverse("close"))
        yield Crumb(str(periods.period(self.actor.environment_id, self.kwargs["pk"])), self.cancel_url())

    def cancel_url(self) -> str:
        return reverse("close_period", args=[self.kwargs["pk"]])


class NoteForm(forms.Form):
    """What the signer says."""

    note = forms.CharField(
        max_length=1000,
        required=False,
        widget=_TEXT,
        help_text="Needed where something is not clear; it is kept with the signature and in the package.",
    )


class Sign(_PeriodForm):
    """Sign a step as it stands; its facts are shown once more."""

    permission = Permission.SIGN_OFF
    template_name = "close/sign.html"
    form_class = NoteForm
    verb = "Sign"
    busy = "Signing…"

    def heading(self) -> str:
        step = self.kwargs["step"]
        return f"Sign: {RULE[Step(step)].label}" if step in SIGNABLE else "Sign"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = queries.checklist(self.actor.environment_id, self.kwargs["pk"])
        state = found.step(operations.step_of(self.kwargs["step"]))
        return super().get_context_data(state=state, **kwargs)

    def save(self, form: NoteForm) -> str:
        made = operations.sign(
            self.actor,
            period_id=self.kwargs["pk"],
            step=self.kwargs["step"],
            note=form.cleaned_data["note"],
            now=self.now,
        )
        return f"{RULE[Step(made.step)].label} is signed."


class ReasonForm(forms.Form):
    """Why a period is taken back."""

    reason = forms.CharField(max_length=500, widget=_TEXT, help_text="Kept with the closing and in the audit trail.")


class Thaw(_PeriodForm):
    """Open a frozen period again."""

    permission = Permission.CLOSE_PERIOD
    form_class = ReasonForm
    title = "Thaw the period"
    lead = "It opens again; entries that were planned are withdrawn. Signatures stay as long as their facts do."
    verb = "Thaw"
    busy = "Thawing…"

    def save(self, form: ReasonForm) -> str:
        reason = form.cleaned_data["reason"]
        closing = operations.thaw(self.actor, period_id=self.kwargs["pk"], reason=reason, now=self.now)
        return f"{closing.period.label} is open again."


class Reopen(_PeriodForm):
    """Shows what reopening takes back and restates; then does it."""

    permission = Permission.CLOSE_PERIOD
    template_name = "close/reopen.html"
    form_class = ReasonForm
    title = "Reopen the period"
    verb = "Reopen and reverse"
    busy = "Reopening…"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = queries.reopening(self.actor.environment_id, self.kwargs["pk"])
        lines = [(line, pairs(line.dimensions)) for line in told.lines]
        return super().get_context_data(told=told, lines=lines, **kwargs)

    def save(self, form: ReasonForm) -> str:
        reason = form.cleaned_data["reason"]
        closing = operations.reopen(self.actor, period_id=self.kwargs["pk"], reason=reason, now=self.now, defer=defer)
        taken = len(closing.reversals)
        return f"{closing.period.label} is open again; {counted(taken, 'entry is', 'entries are')} being reversed."


class SettingsForm(forms.Form):
    """Who answers for each step, and whether one person is enough."""

    four_eyes = forms.BooleanField(
        required=False,
        label="Four eyes",
        help_text="Whoever froze a period may not be the only one who signs and closes it.",
    )

    def __init__(self, *args: Any, signers: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in SIGNABLE:
            self.fields[step.value] = forms.TypedChoiceField(
                label=f"{RULE[step].label}: owner",
                choices=[("", "Nobody in particular"), *signers],
                coerce=int,
                empty_value=None,
                required=False,
            )


class Settings(FormPage):
    """Owners of the steps and the approval rule, for every close of the environment."""

    permission = Permission.CLOSE_PERIOD
    form_class = SettingsForm
    title = "Owners and approval"
    lead = "Who answers for each step of every close, and whether one person may do it alone."
    cancel_page = "close"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb(LIST, reverse("close"))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "signers": list(self._signers())}

    def get_initial(self) -> dict[str, Any]:
        where = self.actor.environment_id
        owners = StepOwner.objects.filter(environment_id=where).values_list("step", "user_id")
        return {"four_eyes": queries.four_eyes(where), **dict(owners)}

    def save(self, form: SettingsForm) -> str:
        said = defaultdict(lambda: None, form.cleaned_data)
        owners = {step.value: said[step.value] for step in SIGNABLE}
        operations.change_settings(self.actor, owners=owners, four_eyes=bool(said["four_eyes"]), now=self.now)
        return "Owners and approval are saved."

    def _signers(self) -> Iterable[tuple[int, str]]:
        for each in people.people(self.actor.environment_id):
            if each.is_active and ALLOWED[Permission.SIGN_OFF] & set(each.roles):  # type: ignore[attr-defined]
                yield each.pk, str(each)
