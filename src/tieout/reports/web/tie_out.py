"""The page of the tie-out. Summing every source takes a moment on large books, so the page comes first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tieout.people.actors import Permission
from tieout.reports import tie_out
from tieout.reports.errors import NoFigures
from tieout.reports.web.views import FORMATS, Asking, as_file, drawn
from tieout.web.pages import Button, Page


class TieOut(Asking, Page):
    """Source = subledger = journals = Intacct."""

    permission = Permission.READ
    title = tie_out.TITLE
    lead = tie_out.LEAD
    template_name = "reports/tie_out.html"

    def get_template_names(self) -> list[str]:
        return ["reports/tie_out_content.html" if self.request.htmx else self.template_name]

    def buttons(self) -> list[Button]:
        asked = self.request.GET.urlencode()
        return [
            Button(form.upper(), f"{reverse(f'revenue_tie_out_{form}')}?{asked}", "download", tone="")
            for form in FORMATS
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frozen = tie_out.frozen_through(self.actor.environment_id)
        as_of = self.question.as_of or frozen
        shown: dict[str, Any] = {"asked": self.question, "as_of": as_of, "later": frozen and as_of and as_of > frozen}
        shown |= {"read": bool(self.request.htmx) or "read" in self.request.GET, "frozen": frozen}
        if shown["read"]:
            try:
                shown |= drawn(tie_out.report(self.actor.environment_id, self.question, self.when))
            except NoFigures as error:
                shown["missing"] = error
        return {**super().get_context_data(**kwargs), **shown}


class ExportTieOut(Asking):
    """The tie-out as a file."""

    permission = Permission.READ
    form = "csv"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = tie_out.report(self.actor.environment_id, self.question, self.when)
        return as_file(found.report, self.form)
