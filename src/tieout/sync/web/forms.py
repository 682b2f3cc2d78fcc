"""Forms of a process: what it is called, between which connections, when it runs; and the decision about findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from tieout.connect import queries as connect
from tieout.connect.models import Connection
from tieout.kernel.errors import TieoutError
from tieout.sync import kinds
from tieout.sync.kinds import Kind
from tieout.sync.models import Process
from tieout.sync.schedule import KINDS, Schedule


@dataclass(frozen=True, slots=True)
class Parts:
    """The connections that can play each part of a process."""

    sources: list[Connection]
    targets: list[Connection]


def fitting(environment_id: int | None, kind: str) -> Parts:
    """The connections of the environment that a kind of process can use."""
    wanted = kinds.get(kind)
    found = list(connect.connections(environment_id))
    return Parts(
        [each for each in found if wanted.source_capability and _fits(each, "source", wanted.source_capability)],
        [each for each in found if wanted.target_capability and _fits(each, "target", wanted.target_capability)],
    )


def _fits(connection: Connection, part: str, capability: type) -> bool:
    if connect.connector_of(connection).direction != part:
        return False
    with connect.session(connection) as session:
        return isinstance(session, capability)


def initial_of(process: Process) -> dict[str, Any]:
    """Present values for every form of a process."""
    schedule = {name: value for name, value in process.schedule.items() if value not in ("", 0)}
    return {
        "name": process.name,
        "description": process.description,
        "source": process.source_id,
        "target": process.target_id,
        "catch_up": process.catch_up,
        **schedule,
    }


class ProcessForm(forms.Form):
    """Name, description and the two connections."""

    name = forms.CharField(label="Name", max_length=120, help_text="What it brings where, in a few words.")
    description = forms.CharField(
        label="Description", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    source = forms.TypedChoiceField(label="From", coerce=int)
    target = forms.TypedChoiceField(label="To", coerce=int)

    def __init__(self, *args: Any, parts: Parts, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = {"source": kind.source_capability, "target": kind.target_capability}
        for (part, capability), offered in zip(wanted.items(), (parts.sources, parts.targets), strict=True):
            if capability is None:
                del self.fields[part]
            else:
                self.fields[part].choices = _offered(offered)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The parts of a draft that this form says."""
        said = self.cleaned_data
        return {
            "name": said["name"],
            "description": said["description"],
            "source_id": said.get("source"),
            "target_id": said.get("target"),
        }


class ScheduleForm(forms.Form):
    """When it runs. Which of the fields count depends on the first one; the schedule itself decides what is right."""

    every = forms.ChoiceField(label="Runs", choices=list(KINDS.items()), initial="demand")
    n = forms.IntegerField(label="Number", required=False)
    at = forms.CharField(
        label="At", required=False, initial="06:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    cron = forms.CharField(
        label="Cron expression",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"spellcheck": "false", "placeholder": "0 6 * * 1-5"}),
    )
    catch_up = forms.ChoiceField(label="After downtime", choices=Process.CatchUp.choices, initial=Process.CatchUp.ONCE)

    def schedule(self) -> tuple[Schedule | None, TieoutError | None]:
        """The schedule as the fields stand now, or what is wrong with it."""
        names = ("every", "n", "at", "cron")
        try:
            return Schedule.parse({name: self[name].value() or "" for name in names}), None
        except TieoutError as error:
            return None, error

    def clean(self) -> dict[str, Any] | None:
        if not self.errors:
            _, wrong = self.schedule()
            if wrong:
                raise forms.ValidationError(f"{wrong.message} {wrong.advice}")
        return super().clean()

    def values(self) -> dict[str, Any]:
        """The parts of a draft that this form says."""
        schedule, _ = self.schedule()
        return {"schedule": schedule.as_dict() if schedule else {}, "catch_up": self.cleaned_data["catch_up"]}


class DecisionForm(forms.Form):
    """What is done about the chosen findings, and why."""

    decision = forms.ChoiceField(label="What is to be done", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.TextInput,
        help_text="Kept with each record and in the audit trail.",
    )

    def __init__(self, *args: Any, choices: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].choices = list(choices.items())  # type: ignore[attr-defined]


def _offered(connections: list[Connection]) -> list[tuple[int, str]]:
    return [(each.pk, f"{each.name} · {connect.connector_of(each).label}") for each in connections]
