"""The process list, which is where people start, and the pages and acts of one process that need no ledger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from tieout.connect import queries as connect
from tieout.kernel.calendar import Calendar
from tieout.people.actors import Permission
from tieout.people.queries import site_clock
from tieout.sync import kinds, operations, queries
from tieout.sync.models import ACTIVE, Finding, Job, Process
from tieout.sync.operations import Draft
from tieout.sync.schedule import Schedule, next_runs
from tieout.sync.tasks import defer
from tieout.sync.web import forms, tables
from tieout.sync.web.pages import LiveHeading, ProcessPage, ReturningAction, UnderProcess, process_heading
from tieout.web.forms import FormPage
from tieout.web.fragments import Fragment
from tieout.web.lists import Empty, KeysetPage, ListPage
from tieout.web.pages import Action, Button, may

POLL = 2
NEXT_STEPS = (
    ("source", "Connect a source", "First connect the system that holds your payments and bills.", "connection_choose"),
    (
        "target",
        "Connect a ledger",
        "Now connect the Sage Intacct company that receives the postings.",
        "connection_choose",
    ),
    ("", "New process", "Both systems are connected. Say what is to be brought over, and when.", "process_new"),
)
NOT_YOURS = "Others connect the systems that it works between. Revenue needs none: contracts and bills come in by file."


class Processes(ListPage):
    """Every process of the environment; refreshes itself while one of them is at work."""

    permission = Permission.READ
    title = "Processes"
    lead = "What is brought from where to where, when, and how it stands."
    table_class = tables.ProcessTable
    filterset_class = tables.ProcessFilters
    empty = Empty("No process yet", "A process brings records from one system into another.", icon="refresh")

    def rows(self) -> QuerySet[Process]:
        return queries.processes(self.actor.environment_id)

    def poll_seconds(self) -> int | None:
        return POLL if self.rows().filter(job_state__in=ACTIVE).exists() else None

    def buttons(self) -> Iterable[Button]:
        yield Button("New process", reverse("process_new"), "plus", Permission.EDIT_PROCESS)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        return shown if shown["table"].page.object_list else {**shown, **self._next_step()}

    def _next_step(self) -> dict[str, Any]:
        there = {connect.connector_of(each).direction for each in connect.connections(self.actor.environment_id)}
        part, label, text, page = next(step for step in NEXT_STEPS if step[0] not in there)
        needed = {"source": Permission.CONNECT_SOURCE, "target": Permission.CONNECT_TARGET}
        button = Button(label, reverse(page), "plus", needed.get(part, Permission.EDIT_PROCESS))
        if not may(self.actor, button.permission):
            text, button = NOT_YOURS, Button("Import data", reverse("imports"), "file-import")
        return {"empty": Empty(self.empty.title, text, self.empty.icon), "empty_button": button}


class ProcessHeading(LiveHeading):
    """Status, progress and acts of a process."""

    permission = Permission.READ
    template_name = "sync/process_heading.html"

    def load(self) -> dict[str, Any]:
        return process_heading(queries.process(self.actor.environment_id, self.kwargs["pk"]))


class ScheduleTab(ProcessPage):
    """When the process runs next."""

    permission = Permission.READ
    tab = "process_schedule"
    template_name = "sync/process_schedule.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        runs = runs_of(Schedule.parse(self.process.schedule), self.now) if self.process.enabled else []
        return super().get_context_data(runs=runs, **kwargs)


class History(KeysetPage, ProcessPage):
    """The jobs of one process."""

    permission = Permission.READ
    tab = "process_history"
    template_name = "sync/process_list.html"
    table_class = tables.JobTable
    filterset_class = tables.HistoryFilters
    empty = Empty("It has not run yet", "Start it with Run now, or wait for its schedule.", icon="history")

    def rows(self) -> QuerySet[Job]:
        return queries.jobs(self.actor.environment_id).filter(process=self.process)

    def poll_seconds(self) -> int | None:
        return POLL if process_heading(self.process)["active"] else None


class ProcessFindings(ListPage, ProcessPage):
    """The findings of one process."""

    permission = Permission.READ
    tab = "process_findings"
    template_name = "sync/process_findings.html"
    table_class = tables.FindingTable
    filterset_class = tables.FindingsOfOne
    empty = Empty("Nothing found", "Every record of this process could be used.", icon="circle-check")

    def rows(self) -> QuerySet[Finding]:
        return queries.findings(self.actor.environment_id).filter(process=self.process)


class RunNow(ReturningAction):
    """Queue a run."""

    permission = Permission.RUN_PROCESS

    def usual_url(self) -> str:
        return reverse("process", args=[self.kwargs["pk"]])

    def act(self) -> str:
        job = operations.run_now(actor=self.actor, process_id=self.kwargs["pk"], now=self.now, defer=defer)
        return f"{job} is queued."


class ReadOnly(RunNow):
    """Queue a run that reads and plans, and posts nothing: what a preview needs."""

    permission = Permission.RUN_PROCESS

    def act(self) -> str:
        asked = {"plan_only": True}
        job = operations.run_now(
            actor=self.actor, process_id=self.kwargs["pk"], now=self.now, defer=defer, parameters=asked
        )
        return f"{job} is queued. It reads and plans; nothing is posted."


class Switch(ReturningAction):
    """Switch a process on or off; what runs already goes on."""

    permission = Permission.EDIT_PROCESS
    enabled = False

    def usual_url(self) -> str:
        return reverse("process", args=[self.kwargs["pk"]])

    def act(self) -> str:
        process = queries.process(self.actor.environment_id, self.kwargs["pk"])
        draft = operations.draft_of(process, enabled=self.enabled)
        operations.change_process(actor=self.actor, process_id=process.pk, draft=draft, now=self.now, site=site_clock())
        return f"{process.name} is switched {'on' if self.enabled else 'off'}."


class Delete(Action):
    """Delete a process that has posted nothing."""

    permission = Permission.EDIT_PROCESS
    question = "Delete this process?"
    consequence = "Its schedule, mapping, jobs and findings are deleted. A process that has postings cannot be deleted."
    verb = "Delete"

    def subject(self) -> str:
        return queries.process(self.actor.environment_id, self.kwargs["pk"]).name

    def next_url(self) -> str:
        return reverse("processes")

    def act(self) -> str:
        operations.delete_process(actor=self.actor, process_id=self.kwargs["pk"])
        return "The process is deleted."


class EditProcess(FormPage, UnderProcess):
    """Name, description and connections."""

    permission = Permission.EDIT_PROCESS
    form_class: type[Any] = forms.ProcessForm

    def heading(self) -> str:
        return "Edit"

    def cancel_url(self) -> str:
        return reverse("process", args=[self.process.pk])

    def get_form_kwargs(self) -> dict[str, Any]:
        parts = forms.fitting(self.actor.environment_id, self.process.kind)
        return {**super().get_form_kwargs(), "parts": parts, "kind": kinds.get(self.process.kind)}

    def get_initial(self) -> dict[str, Any]:
        return forms.initial_of(self.process)

    def draft(self, form: Any) -> Draft:
        """The process with what the form says."""
        return operations.draft_of(self.process, **form.values())

    def save(self, form: Any) -> str:
        saved = operations.change_process(
            actor=self.actor, process_id=self.process.pk, draft=self.draft(form), now=self.now, site=site_clock()
        )
        return f"{saved} is saved."


class EditSchedule(EditProcess):
    """When it runs, and what happens after downtime."""

    permission = Permission.EDIT_PROCESS
    form_class = forms.ScheduleForm
    template_name = "sync/schedule_form.html"

    def heading(self) -> str:
        return "Schedule"

    def cancel_url(self) -> str:
        return reverse("process_schedule", args=[self.process.pk])

    def get_form_kwargs(self) -> dict[str, Any]:
        return super(EditProcess, self).get_form_kwargs()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        return {**shown, **upcoming(shown["form"], self.now)}


class NextRuns(Fragment):
    """The next five runs of the schedule that a form shows right now."""

    permission = Permission.EDIT_PROCESS
    template_name = "sync/next_runs.html"

    def load(self) -> dict[str, Any]:
        return upcoming(forms.ScheduleForm(self.request.GET), self.now)

    def finished(self, shown: dict[str, Any]) -> bool:
        return False


def runs_of(schedule: Schedule, now: Any) -> list[Any]:
    """The next five runs, in UTC."""
    site = site_clock()
    return next_runs(schedule, now, site.zone, Calendar(site.country))


def upcoming(form: forms.ScheduleForm, now: Any) -> dict[str, Any]:
    """The next runs of a form, or why there are none."""
    schedule, wrong = form.schedule()
    return {"runs": runs_of(schedule, now) if schedule else [], "schedule": schedule, "wrong": wrong}
