"""Postings: lists with totals, one posting with its lines down to the raw records, and the acts that people may do."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tieout.kernel.errors import NotFound
from tieout.ledger import operations, queries
from tieout.ledger.drafts import OPEN_STATES
from tieout.ledger.models import Line, Posting
from tieout.ledger.web import tables
from tieout.ledger.web.words import steps
from tieout.people.actors import Permission
from tieout.sync.tasks import defer
from tieout.sync.web.pages import JobPage, ProcessPage, process_heading
from tieout.web.forms import FormPage
from tieout.web.lists import Empty, ListPage
from tieout.web.pages import Action, Crumb, Guarded, Page

State = Posting.State
LINES = 100
SOURCES = 100
HELD = (State.SENT, State.VERIFIED)
UNDER_WAY = (State.SENDING, State.UNKNOWN, State.REVERSING)


class PostingList(ListPage):
    """A list of postings with what they come to, by state and currency."""

    permission = Permission.READ
    table_class = tables.PostingTable
    filterset_class = tables.PostingFilters
    empty = Empty(
        "Nothing is posted yet", "Receipts and entries appear here as soon as a process has run.", icon="receipt"
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        return {**shown, "totals": queries.totals(shown["filterset"].qs)}


class Postings(PostingList):
    """Every receipt and journal entry of the environment."""

    permission = Permission.READ
    title = "Postings"
    lead = "Every receipt and journal entry, from plan to proof."
    template_name = "ledger/postings.html"

    def rows(self) -> QuerySet[Posting]:
        return queries.postings(self.actor.environment_id)


class ProcessPostings(PostingList, ProcessPage):
    """The postings of one process."""

    permission = Permission.READ
    tab = "process_postings"
    template_name = "ledger/process_postings.html"
    filterset_class = tables.PostingsOfOne

    def rows(self) -> QuerySet[Posting]:
        return queries.postings(self.actor.environment_id).filter(process=self.process)

    def poll_seconds(self) -> int | None:
        return 3 if process_heading(self.process)["active"] else None


class JobPostings(PostingList, JobPage):
    """The postings that a job planned last."""

    permission = Permission.READ
    tab = "job_postings"
    template_name = "ledger/job_postings.html"
    filterset_class = tables.PostingsOfOne

    def rows(self) -> QuerySet[Posting]:
        return queries.postings_of_job(self.job).select_related("process")


class OnePosting(Page):
    """A page about one posting."""

    permission = Permission.READ

    @cached_property
    def posting(self) -> Posting:
        return queries.posting(self.actor.environment_id, self.kwargs["pk"])

    def heading(self) -> str:
        return self.posting.group

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Postings", reverse("postings"))


class PostingPage(OnePosting):
    """States, lines, the way to the records behind them, and every request with its answer."""

    permission = Permission.READ
    template_name = "ledger/posting.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        posting = self.posting
        lines = page_of(queries.lines(posting).order_by("number"), self.request.GET.get("lines"), LINES)
        shown = {
            "posting": posting,
            "steps": steps(posting),
            "lines": lines,
            "rows": with_records(posting, list(lines.object_list)),
            "attempts": list(posting.attempts.all()),
            "counter": posting.reversed_by.first(),
            "may_post": posting.state in OPEN_STATES,
            "may_reverse": posting.state in HELD and not posting.reverses_id,
            "may_check": posting.state in HELD,
            "under_way": posting.state in UNDER_WAY,
        }
        return super().get_context_data(**shown, **kwargs)


class InLedger(Guarded):
    """Leads to the record in the ledger itself."""

    permission = Permission.READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        posting = queries.posting(self.actor.environment_id, pk)
        if not posting.record_url:
            raise NotFound(f"The ledger gave no address for {posting.key}.", posting=pk)
        return redirect(posting.record_url)


class LineSources(OnePosting):
    """The records behind one line: a part of the posting's page, or a page of its own."""

    permission = Permission.READ

    def get_template_names(self) -> list[str]:
        return ["ledger/sources.html" if self.request.htmx else "ledger/sources_page.html"]

    def crumbs(self) -> Iterable[Crumb]:
        yield from super().crumbs()
        yield Crumb(self.posting.group, reverse("posting", args=[self.posting.pk]))

    def heading(self) -> str:
        return "Records behind the line"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = self.kwargs["line"]
        sources = page_of(queries.sources(self.posting, line), self.request.GET.get("page"), SOURCES)
        shown = {"posting": self.posting, "line_id": line, "target": f"#sources-{line}", "sources": sources}
        return super().get_context_data(**shown, **kwargs)


class Reason(forms.Form):
    """Why."""

    reason = forms.CharField(label="Reason", max_length=500, help_text="Kept in the audit trail.")


class Reverse(FormPage, OnePosting):
    """Take a receipt out of the ledger again, or book an entry's exact counterpart."""

    permission = Permission.REVERSE
    template_name = "ledger/reverse.html"
    form_class = Reason
    verb = "Reverse"
    busy = "Queueing…"

    def heading(self) -> str:
        return "Reverse"

    def crumbs(self) -> Iterable[Crumb]:
        yield from super().crumbs()
        yield Crumb(self.posting.group, self.cancel_url())

    def cancel_url(self) -> str:
        return reverse("posting", args=[self.posting.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(posting=self.posting, **kwargs)

    def save(self, form: Reason) -> str:
        job = operations.reverse(
            actor=self.actor,
            posting_id=self.kwargs["pk"],
            reason=form.cleaned_data["reason"],
            now=self.now,
            defer=defer,
        )
        return f"{job} is queued: it reverses this posting."


class _OnPosting(Action):
    permission = Permission.POST

    def next_url(self) -> str:
        return reverse("posting", args=[self.kwargs["pk"]])


class Post(_OnPosting):
    """Post exactly this planned or refused posting."""

    permission = Permission.POST

    def act(self) -> str:
        jobs = operations.post_now(actor=self.actor, posting_ids=[self.kwargs["pk"]], now=self.now, defer=defer)
        return f"{jobs[0]} is queued: it posts this posting."


class CheckAgain(_OnPosting):
    """Read the posting back from the ledger now."""

    permission = Permission.POST

    def act(self) -> str:
        posting = operations.check_again(actor=self.actor, posting_id=self.kwargs["pk"], now=self.now)
        if posting.problem is None:
            return "The ledger holds exactly what was planned."
        messages.error(self.request, posting.problem["message"])
        return ""


def page_of(rows: QuerySet[Any], asked: str | None, size: int) -> Any:
    """One page of a long part of a page."""
    return Paginator(rows, size).get_page(asked)


def with_records(posting: Posting, lines: list[Line]) -> list[Line]:
    """The lines, each with `record`: its one source record, or None when there are none or several."""
    single = [line.pk for line in lines if line.record_count == 1]  # type: ignore[attr-defined]
    found = {source.line_id: source for source in posting.sources.filter(line_id__in=single)} if single else {}
    for line in lines:
        line.record = found.get(line.pk)  # type: ignore[attr-defined]
    return lines
