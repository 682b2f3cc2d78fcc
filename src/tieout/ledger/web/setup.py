"""The wizard for a new process: kind, connections, mapping, schedule, review. What is said so far waits in the session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from tieout.connect import queries as connect
from tieout.ledger import proposals, reference
from tieout.ledger.mapping_files import LAYOUTS
from tieout.ledger.web.editors import EDITORS
from tieout.ledger.web.mapping import EditorPage, asked_before, read_lists
from tieout.ledger.web.mapping_forms import Editor
from tieout.people.actors import Actor, Permission
from tieout.people.queries import site_clock
from tieout.sync import kinds
from tieout.sync import operations as sync
from tieout.sync.kinds import Kind
from tieout.sync.models import Process
from tieout.sync.operations import Draft
from tieout.sync.schedule import Schedule
from tieout.sync.web import forms
from tieout.sync.web.processes import runs_of, upcoming
from tieout.web.forms import FormPage
from tieout.web.pages import Action, Crumb, Page, may

STEPS = (
    ("process_new", "Kind"),
    ("process_new_connections", "Connections"),
    ("process_new_mapping", "Mapping"),
    ("process_new_schedule", "Schedule"),
    ("process_new_review", "Review"),
)
CONNECTIONS = ("source_id", "target_id")
USUAL: dict[str, dict[str, Any]] = {
    "receipts": {"every": "daily", "at": "06:00"},
    "gl_reports": {"every": "working_day", "n": 2, "at": "06:00"},
    "revenue_data": {"every": "daily", "at": "05:00"},
}
"""The schedule that a kind begins with."""


@dataclass(frozen=True, slots=True)
class StepLink:
    """One step of the wizard: done (and open again), here, or ahead."""

    label: str
    url: str
    mark: str


class Said:
    """What was said so far about a process of one kind. A page that needs more than that leads to where it is asked."""

    permission: ClassVar[Any]
    after: ClassVar[tuple[str, ...]] = ()
    """What must have been said before this page makes sense."""
    request: Any
    kwargs: Any
    actor: Actor
    now: datetime

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        known = request.user.is_authenticated and may(self.request.actor, self.permission)
        if known and any(name not in self.sketch for name in self.after):
            return redirect("process_new_connections", kind=self.kwargs["kind"])
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    @cached_property
    def kind(self) -> Kind:
        return kinds.get(self.kwargs["kind"])

    @property
    def sketch(self) -> dict[str, Any]:
        found: dict[str, Any] = self.request.session.get(_key(self.kwargs["kind"]), {})
        return found

    def remember(self, **said: Any) -> None:
        """Keep more of it."""
        self.request.session[_key(self.kwargs["kind"])] = {**self.sketch, **said}

    @cached_property
    def process(self) -> Process:
        """The process as it would be, not saved."""
        said = self.sketch
        source, target = (self._connection(said[part]) for part in CONNECTIONS)
        proposed = self.kind.default_settings(source, target, timezone.localdate(self.now))
        return Process(
            environment_id=self.actor.environment_id,
            kind=self.kind.slug,
            name=said["name"],
            description=said["description"],
            source=source,
            target=target,
            settings=said.get("settings") or dict(proposed),
        )

    def _connection(self, connection_id: int | None) -> Any:
        return connect.connection(self.actor.environment_id, connection_id) if connection_id else None


class Step(Said, Page):
    """A step, and the way through the steps."""

    permission = Permission.EDIT_PROCESS
    step: ClassVar[str] = ""

    def heading(self) -> str:
        return "New process"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Processes", reverse("processes"))

    def next_url(self) -> str:
        names = [name for name, _ in STEPS]
        return reverse(names[names.index(self.step) + 1], args=[self.kwargs["kind"]])

    def cancel_url(self) -> str:
        return reverse("processes")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(steps=self._steps(), **kwargs)

    def _steps(self) -> list[StepLink]:
        names = [name for name, _ in STEPS]
        here = names.index(self.step)
        return [
            StepLink(
                label,
                reverse(name, args=[self.kwargs["kind"]] if index else []) if index < here else "",
                "done" if index < here else "here" if index == here else "ahead",
            )
            for index, (name, label) in enumerate(STEPS)
        ]


class ChooseKind(Step):
    """What the process is to do."""

    permission = Permission.EDIT_PROCESS
    step = "process_new"
    template_name = "ledger/setup_kind.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kinds=[each for each in kinds.all_kinds() if each.source_capability], **kwargs)


class Connections(FormPage, Step):
    """Its name, and between which systems."""

    permission = Permission.EDIT_PROCESS
    step = "process_new_connections"
    template_name = "ledger/setup_connections.html"
    form_class = forms.ProcessForm
    verb = "Next: mapping"
    busy = "Checking…"
    cancel_url = Step.cancel_url
    next_url = Step.next_url

    @cached_property
    def parts(self) -> forms.Parts:
        return forms.fitting(self.actor.environment_id, self.kind.slug)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "parts": self.parts, "kind": self.kind}

    def get_initial(self) -> dict[str, Any]:
        said = self.sketch
        return {
            "name": said.get("name", self.kind.label[:120]),
            "description": said.get("description", ""),
            "source": said.get("source_id"),
            "target": said.get("target_id"),
        }

    def save(self, form: forms.ProcessForm) -> str:
        self.remember(**form.values())
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**kwargs, "kind": self.kind, "missing": self._missing()})

    def _missing(self) -> str:
        """What none of the connected systems can do; empty when all is there."""
        if self.kind.source_capability and not self.parts.sources:
            return "deliver the records"
        return "receive the postings" if self.kind.target_capability and not self.parts.targets else ""


class Mapping(EditorPage, Step):
    """What goes where."""

    permission = Permission.EDIT_PROCESS
    step = "process_new_mapping"
    after = CONNECTIONS
    verb = "Next: schedule"
    cancel_url = Step.cancel_url

    def lists_url(self) -> str:
        return reverse("process_new_lists", args=[self.kind.slug])

    def editor(self, data: Any = None) -> Editor:
        process = self.process
        seen = proposals.seen(process.origin) | asked_before(self.request, process.origin.pk)
        return EDITORS[self.kind.slug](self.kind.slug, process.settings, reference.chart(process.target), seen, data)

    def save(self, settings: dict[str, Any]) -> HttpResponse:
        self.process.settings = settings
        self.remember(settings=dict(self.kind.check(self.process)))
        return redirect(self.next_url())


class ReadLists(Said, Action):
    """Read the lists of both sides for the mapping."""

    permission = Permission.EDIT_PROCESS
    after = CONNECTIONS

    def next_url(self) -> str:
        return reverse("process_new_mapping", args=[self.kind.slug])

    def act(self) -> str:
        return read_lists(self, self.process)


class PlanSchedule(FormPage, Step):
    """When it runs."""

    permission = Permission.EDIT_PROCESS
    step = "process_new_schedule"
    after = (*CONNECTIONS, "settings")
    template_name = "ledger/setup_schedule.html"
    form_class = forms.ScheduleForm
    verb = "Next: review"
    cancel_url = Step.cancel_url
    next_url = Step.next_url

    def get_initial(self) -> dict[str, Any]:
        return {
            **(self.sketch.get("schedule") or USUAL.get(self.kind.slug, {})),
            "catch_up": self.sketch.get("catch_up", "once"),
        }

    def save(self, form: forms.ScheduleForm) -> str:
        self.remember(**form.values())
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        return {**shown, **upcoming(shown["form"], self.now)}


class Review(Step):
    """Everything at a glance; creating it posts nothing yet."""

    permission = Permission.EDIT_PROCESS
    step = "process_new_review"
    after = (*CONNECTIONS, "settings", "schedule")
    template_name = "ledger/setup_review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        schedule = Schedule.parse(self.sketch["schedule"])
        rows = self.sketch["settings"].get(LAYOUTS[self.kind.slug].setting, [])
        shown = {
            "process": self.process,
            "kind": self.kind,
            "schedule_label": schedule.label(),
            "catch_up": Process.CatchUp(self.sketch["catch_up"]).label,
            "runs": runs_of(schedule, self.now),
            "row_count": len(rows),
            "settings": self.sketch["settings"],
        }
        return super().get_context_data(**{**kwargs, **shown})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        names = ("name", "source_id", "target_id", "description", "schedule", "catch_up", "settings")
        draft = Draft(**{name: self.sketch[name] for name in names})
        made = sync.create_process(actor=self.actor, kind=self.kind.slug, draft=draft, now=self.now, site=site_clock())
        del request.session[_key(self.kind.slug)]
        messages.success(request, f"{made} is created. Nothing has run yet.")
        return redirect("process", pk=made.pk)


def _key(kind: str) -> str:
    return f"new_process_{kind}"
