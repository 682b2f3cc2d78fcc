"""Pages of reports: the list of them, one report with its restatement, and the contracts behind a figure.

The address holds the whole question, so that what somebody sees can be sent to somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode

from tieout.people.actors import Permission
from tieout.people.queries import site_clock
from tieout.reports import export, queries, questions
from tieout.reports.catalogue import KINDS, Kind
from tieout.reports.errors import NoFigures
from tieout.reports.questions import Question
from tieout.reports.sets import When
from tieout.reports.web import drawing
from tieout.reports.web.forms import QuestionForm
from tieout.web.pages import Button, Crumb, Guarded, Page

FORMATS = {
    "csv": ("text/csv; charset=utf-8", export.as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", export.as_xlsx),
}

ICONS = {
    "waterfall": "stairs-down",
    "deferred-revenue": "hourglass",
    "contract-assets": "coins",
    "remaining-obligations": "clock",
    "disaggregated-revenue": "chart-pie",
    "ssp-allocation": "arrows-split",
    "commissions": "users",
}


class Asking(Guarded):
    """A view that reads its question from the address."""

    @cached_property
    def question(self) -> Question:
        return questions.read(dict(self.request.GET.lists()))

    @cached_property
    def when(self) -> When:
        return When(timezone.localdate(self.now), site_clock().zone)


class Reports(Page):
    """The reports that there are."""

    permission = Permission.READ
    title = "Reports"
    lead = "Every figure as of any day and as known on any day; every amount opens the contracts behind it."
    template_name = "reports/reports.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kinds=[(kind, ICONS[kind.name]) for kind in KINDS.values()], **kwargs)


class ReportPage(Asking, Page):
    """One report."""

    permission = Permission.READ
    template_name = "reports/report.html"

    @cached_property
    def kind(self) -> Kind:
        return queries.kind(self.kwargs["name"])

    def heading(self) -> str:
        return self.kind.title

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Reports", reverse("reports"))

    def buttons(self) -> Iterable[Button]:
        asked = self.request.GET.urlencode()
        for form in FORMATS:
            url = f"{reverse(f'report_{form}', args=[self.kind.name])}?{asked}"
            yield Button(form.upper(), url, "download", tone="")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {"lead": self.kind.lead}
        try:
            found = queries.answer(self.actor.environment_id, self.kind.name, self.question, self.when)
            choices = queries.choices(self.actor.environment_id, self.question, self.when)
        except NoFigures as error:
            return {**super().get_context_data(**kwargs), **shown, "buttons": [], "missing": error}
        shown |= {
            "form": QuestionForm(self.kind, found.question, choices),
            **drawn(found),
            **self._pages(found.question),
        }
        return {**super().get_context_data(**kwargs), **shown}

    def _pages(self, question: Question) -> dict[str, str]:
        before = question.address(page=question.page - 1) if question.page > 1 else ""
        return {"earlier_rows": before, "later_rows": question.address(page=question.page + 1)}


class Export(Asking):
    """A report as a file: all its rows, not only those of a page."""

    permission = Permission.READ
    form = "csv"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        report = queries.whole(self.actor.environment_id, self.kwargs["name"], self.question, self.when)
        return as_file(report, self.form)


class Behind(Asking, Page):
    """The contracts that a figure is the sum of."""

    permission = Permission.READ
    template_name = "reports/behind.html"
    title = "Behind the figure"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Reports", reverse("reports"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = queries.behind(self.actor.environment_id, self.kwargs["measure"], self.question, self.when)
        rows = [(row, _opened(row.values["contract"], found)) for row in found.table.rows]
        shown = {
            "behind": found,
            "rows": rows,
            "places": [(questions.FACETS[facet], value or "none") for facet, value in found.question.only],
            "earlier_rows": found.question.address(page=found.question.page - 1) if found.question.page > 1 else "",
            "later_rows": found.question.address(page=found.question.page + 1) if found.table.more else "",
        }
        return {**super().get_context_data(**kwargs), **shown, "title": found.table.title}


def drawn(found: queries.Answer) -> dict[str, Any]:
    """An answer as its template shows it."""
    report = found.report
    return {
        "report": report,
        "question": found.question,
        "tables": [drawing.table(each, found.question) for each in report.tables],
        "charts": [drawing.chart(each) for each in report.charts],
        "failed": [check for check in report.checks if check.difference],
        "before": found.before,
        "restated": [drawing.table(each, None) for each in found.restated],
        "seal": export.digest(report),
    }


def as_file(report: Any, form: str) -> HttpResponse:
    """A report as an attachment."""
    media, write = FORMATS[form]
    name = f"{report.name}-{report.basis.as_of}.{form}"
    return HttpResponse(
        write(report), content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _opened(contract: str, found: queries.Behind) -> str:
    """Where a contract's share is explained: its period when there is one, else its page."""
    question, asked = found.question, {"contract": contract}
    try:
        if question.first and question.first == question.last and found.period:
            return f"{reverse('explain')}?{urlencode(asked | {'period': found.period})}"
        return reverse("contract", args=[contract])
    except NoReverseMatch:  # a number that no address can hold
        return f"{reverse('explain')}?{urlencode(asked)}"
