"""Findings: the list with its bulk acts, one finding with the way to mend it, and the decision about some of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tieout.kernel.errors import InvalidInput
from tieout.people.actors import Permission
from tieout.sync import operations, queries
from tieout.sync.errors import UnknownRule
from tieout.sync.models import Finding
from tieout.sync.tasks import defer
from tieout.sync.web import display, forms, tables
from tieout.sync.web.pages import ReturningAction
from tieout.web.forms import FormPage
from tieout.web.lists import Empty, ListPage
from tieout.web.pages import Crumb, Page

MOST = 1000


class NothingChosen(InvalidInput):
    """No finding was chosen."""

    code = "sync.nothing_chosen"
    remedy = "Tick the findings that you mean, then press the button again."


def chosen(request: HttpRequest) -> list[int]:
    """The findings that the browser names. Raises NothingChosen."""
    asked = request.POST.getlist("finding") or request.GET.getlist("finding")
    ids = sorted({int(each[:18]) for each in asked[:MOST] if each.isascii() and each.isdigit()})
    if not ids:
        raise NothingChosen
    return ids


class Findings(ListPage):
    """Everything about the data that a person should know."""

    permission = Permission.READ
    title = "Findings"
    lead = "Records that could not simply be used: why, who can mend it, and how."
    template_name = "sync/findings.html"
    table_class = tables.FindingTable
    filterset_class = tables.FindingFilters
    empty = Empty("Nothing found", "Every record could be used so far.", icon="circle-check")

    def rows(self) -> QuerySet[Finding]:
        return queries.findings(self.actor.environment_id)


class FindingPage(Page):
    """One finding: record, cause, owner, remedy, and what was decided."""

    permission = Permission.READ
    template_name = "sync/finding.html"

    @cached_property
    def finding(self) -> Finding:
        return queries.finding(self.actor.environment_id, self.kwargs["pk"])

    def heading(self) -> str:
        return self.finding.label

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Findings", reverse("findings"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        choices = display.choices_of(self.finding)
        shown = {
            "finding": self.finding,
            "rule": display.rule_labels().get(self.finding.rule, self.finding.rule),
            "choices": choices,
            "decision": choices.get(self.finding.decision, self.finding.decision),
        }
        return super().get_context_data(**shown, **kwargs)


class Decide(FormPage):
    """Choose what is done about these records only, and say why. Offers what every one of them offers."""

    permission = Permission.DECIDE_FINDING
    title = "Decide"
    template_name = "sync/decide.html"
    form_class = forms.DecisionForm
    verb = "Decide"
    cancel_page = "findings"

    @cached_property
    def findings(self) -> list[Finding]:
        return list(queries.findings(self.actor.environment_id).filter(pk__in=chosen(self.request)))

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Findings", reverse("findings"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (
            super().post(request, *args, **kwargs) if "reason" in request.POST else self.get(request, *args, **kwargs)
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs()
        if "reason" not in self.request.POST:
            given.pop("data", None)
        return {**given, "choices": self._common_choices()}

    def save(self, form: forms.DecisionForm) -> str:
        count = operations.decide(
            actor=self.actor,
            finding_ids=[finding.pk for finding in self.findings],
            decision=form.cleaned_data["decision"],
            reason=form.cleaned_data["reason"],
            now=self.now,
        )
        return f"{count} finding{'s are' if count != 1 else ' is'} decided. It takes effect with the next run, or with Retry."

    def next_url(self) -> str:
        single = self.findings[0] if len(self.findings) == 1 else None
        return reverse("finding", args=[single.pk]) if single else reverse("findings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(findings=self.findings, **kwargs)

    def _common_choices(self) -> dict[str, str]:
        offers = [display.choices_of(finding) for finding in self.findings]
        common = {
            action: label
            for action, label in (offers[0] if offers else {}).items()
            if all(action in each for each in offers)
        }
        if not common:
            raise UnknownRule(
                "Nothing can be decided about these findings together.",
                remedy="Mend what they name, or choose findings of one rule that offers a decision.",
            )
        return common


class Retry(ReturningAction):
    """Run the processes of the chosen findings again, for their records only."""

    permission = Permission.RUN_PROCESS

    def usual_url(self) -> str:
        return reverse("findings")

    def act(self) -> str:
        jobs = operations.retry(actor=self.actor, finding_ids=chosen(self.request), now=self.now, defer=defer)
        return f"{', '.join(map(str, jobs))} {'is' if len(jobs) == 1 else 'are'} queued for these records only."
