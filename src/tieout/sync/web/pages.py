"""What the pages of a process and of a job share: the live heading, and tabs that are pages of their own.

A tab has an address; the rooms that know more about a process (its mapping, its postings) bring their own tab pages.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tieout.people.actors import Actor, Permission
from tieout.sync import queries
from tieout.sync.models import ACTIVE, Job, Process
from tieout.sync.schedule import Schedule
from tieout.web.fragments import Fragment
from tieout.web.pages import Action, Crumb, Page

PROCESS_TABS = (
    ("process", "Overview"),
    ("process_mapping", "Mapping"),
    ("process_schedule", "Schedule"),
    ("process_history", "History"),
    ("process_findings", "Findings"),
    ("process_postings", "Postings"),
    ("process_tie_out", "Tie-out"),
)
LEDGER_TABS = ("process_postings", "process_tie_out")
"""Tabs of processes that post."""
JOB_TABS = (
    ("job", "Timeline"),
    ("job_input", "Original input"),
    ("job_findings", "Findings"),
    ("job_postings", "Postings"),
)


@dataclass(frozen=True, slots=True)
class TabLink:
    """One tab of a record's pages."""

    label: str
    url: str
    current: bool


def tab_links(pages: Iterable[tuple[str, str]], pk: int, here: str) -> list[TabLink]:
    """The tabs of one record; the one named `here` is current."""
    return [TabLink(label, reverse(page, args=[pk]), page == here) for page, label in pages]


def process_heading(process: Process) -> dict[str, Any]:
    """What the live heading of a process shows."""
    return {
        "process": process,
        "active": process.job_state in ACTIVE,  # type: ignore[attr-defined]
        "schedule_label": Schedule.parse(process.schedule).label(),
    }


class OfProcess:
    """Whatever is about the process that the address names."""

    actor: Actor
    kwargs: Any

    @cached_property
    def process(self) -> Process:
        return queries.process(self.actor.environment_id, self.kwargs["pk"])


class ProcessPage(OfProcess, Page):
    """A page of one process, under its heading and tabs. `tab` is the page's name in PROCESS_TABS."""

    permission = Permission.READ
    template_name = "sync/process.html"
    tab: ClassVar[str] = ""

    def heading(self) -> str:
        return self.process.name

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Processes", reverse("processes"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pages = [each for each in PROCESS_TABS if self.process.target_id or each[0] not in LEDGER_TABS]
        tabs = tab_links(pages, self.process.pk, self.tab)
        return super().get_context_data(**process_heading(self.process), tabs=tabs, **kwargs)


class UnderProcess(OfProcess, Page):
    """A page that is reached from a process and leads back to it."""

    permission = Permission.READ

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Processes", reverse("processes"))
        yield Crumb(self.process.name, reverse("process", args=[self.process.pk]))


class JobPage(Page):
    """A page of one job, under its heading and tabs. `tab` is the page's name in JOB_TABS."""

    permission = Permission.READ
    template_name = "sync/job.html"
    tab: ClassVar[str] = ""

    @cached_property
    def job(self) -> Job:
        return queries.job(self.actor.environment_id, self.kwargs["pk"])

    def heading(self) -> str:
        return str(self.job)

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Jobs", reverse("jobs"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = tab_links(JOB_TABS, self.job.pk, self.tab)
        shown = {"job": self.job, "active": self.job.state in ACTIVE, "tabs": tabs}
        return super().get_context_data(**shown, **kwargs)


class LiveHeading(Fragment):
    """A heading that refreshes itself while something runs, and tells the page when it has ended."""

    permission = Permission.READ

    def finished(self, shown: dict[str, Any]) -> bool:
        return not shown["active"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        if response.status_code != 200:
            response.headers["HX-Trigger"] = "tieout:ended"
        return response


class ReturningAction(Action):
    """An act that leads back to the page where its button stood, else to `usual_url`."""

    @abstractmethod
    def usual_url(self) -> str:
        """Where it leads when the button says nothing."""

    def next_url(self) -> str:
        asked = self.request.POST.get("next") or self.request.GET.get("next") or ""
        own = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
        return asked if own else self.usual_url()
