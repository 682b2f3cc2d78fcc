"""One batch: what it would change or changed, what is wrong with it, how its columns were understood, and its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from tieout.people.actors import Permission
from tieout.recognition.errors import Refusal
from tieout.revenue import words
from tieout.revenue.batches import matching, operations, queries, reading
from tieout.revenue.batches.errors import HasProblems
from tieout.revenue.batches.marking import write_marked
from tieout.revenue.batches.sources import ENCODINGS
from tieout.revenue.batches.vocabulary import KINDS, columns_of
from tieout.revenue.figures.gaps import foreseen
from tieout.revenue.models import Batch
from tieout.revenue.tasks import defer_applying, defer_reading
from tieout.revenue.web.gaps import mend_url
from tieout.web.details import DetailPage, Tab
from tieout.web.forms import FormPage
from tieout.web.fragments import Fragment
from tieout.web.pages import Action, Crumb, Guarded

MOVING = (Batch.State.READING, Batch.State.APPLYING)
SURE = matching.SURE
_FIGURES = (
    ("revenue", "Revenue", "What applying changes in each period, prior-period adjustments in the first open one."),
    ("deferred", "Deferred revenue", "The contract liability at each period's end."),
)


def of_request(view: Any) -> Batch:
    """The batch that the address names. Raises NotFound."""
    return queries.batch(view.actor.environment_id, view.kwargs["pk"])


class BatchPage(DetailPage):
    """A batch from its reception to its undoing."""

    permission = Permission.READ
    template_name = "revenue/batch.html"
    context_name = "batch"

    def load(self) -> Batch:
        return of_request(self)

    def heading(self) -> str:
        return self.object.title

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Import data", reverse("imports"))

    def tabs(self) -> Iterable[Tab]:
        counts = self.object.counts
        yield Tab("preview", "Changes")
        yield Tab("problems", "Problems", counts.get("problems", 0) + counts.get("warnings", 0))
        if self.object.matching.get("sheets"):
            yield Tab("matching", "Sheets and columns")
        yield Tab("timeline", "Timeline")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        batch = self.object
        own: dict[str, Any] = {
            "preview": lambda: shown_impact(batch),
            "problems": lambda: {"problems": list(shown_problems(batch))},
            "matching": lambda: shown_matching(batch),
            "timeline": lambda: {"entries": list(queries.timeline(batch))},
        }
        told = own[shown["tab"]]() if shown["tab"] in own else {}
        return {**shown, **told, **states(batch), "undone_by": getattr(batch, "undone_by", None)}


class BatchLive(Fragment):
    """How far the reading is."""

    permission = Permission.READ
    renews_page = True
    template_name = "revenue/batch_progress.html"

    def load(self) -> dict[str, Any]:
        return {"batch": of_request(self)}

    def finished(self, shown: dict[str, Any]) -> bool:
        return not is_moving(shown["batch"])


def is_moving(batch: Batch) -> bool:
    """Whether a worker still has something to do for it."""
    weighing = batch.state == Batch.State.READY and not batch.impact and "failed" not in batch.progress
    return batch.state in MOVING or weighing


def states(batch: Batch) -> dict[str, bool]:
    """What can be done with a batch."""
    state = Batch.State
    return {
        "moving": is_moving(batch),
        "can_apply": batch.state == state.READY,
        "can_load": batch.state == state.WAITING,
        "can_discard": batch.state in (state.WAITING, state.READING, state.READY, state.REFUSED),
        "can_undo": batch.state == state.APPLIED,
        "can_match": batch.state in (state.READY, state.REFUSED) and batch.origin != Batch.Origin.FORM,
    }


def shown_impact(batch: Batch) -> dict[str, Any]:
    """Revenue, deferred revenue and journals by period, with what they change by."""
    return {
        "tables": words.in_order(batch.counts.get("tables", {})),
        "figures": _by_figure([_with_difference(each) for each in batch.impact.get("periods", ())]),
        "journals": [_with_difference(each | {"figure": _role(each)}) for each in batch.impact.get("journals", ())],
        "refused": [_refused(batch, each) for each in batch.impact.get("refused", ())[:50]],
    }


def _refused(batch: Batch, refusal: Mapping[str, Any]) -> dict[str, Any]:
    gap = foreseen(batch.environment_id, Refusal(**refusal))
    return {"gap": gap, "mend_url": mend_url(batch.environment_id, gap)}


def _role(change: Mapping[str, Any]) -> str:
    return str(change["figure"]).removeprefix("account ")


def _by_figure(rows: list[dict[str, Any]]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Rows by what they are figures of, with its title and lead."""
    parted = [(title, lead, [row for row in rows if row["figure"] == name]) for name, title, lead in _FIGURES]
    return [each for each in parted if each[2]]


def _with_difference(change: Mapping[str, Any]) -> dict[str, Any]:
    return {**change, "difference": change["after"] - change["before"]}


def shown_problems(batch: Batch) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each problem with the heading that its column has in the file."""
    sheets = batch.matching.get("sheets", ())
    headings = {(sheet["name"], each["column"]): each["heading"] for sheet in sheets for each in sheet["columns"]}
    for each in batch.problems:
        column = each["column"] or ""
        yield each, headings.get((each["sheet"], column)) or column.replace("_", " ").capitalize()


def shown_matching(batch: Batch) -> dict[str, Any]:
    """Sheets and headings with what they may mean."""
    customs = reading.customs_of(batch.environment_id)
    kinds = [("", "— not used —"), *((kind, label) for kind, (label, _) in KINDS.items())]
    sheets = [{**sheet, "choices": _choices(sheet["kind"], customs)} for sheet in batch.matching.get("sheets", ())]
    choices = batch.matching.get("choices", {})
    return {"sheets": sheets, "kinds": kinds, "choices": choices, "encodings": ENCODINGS, "sure": SURE}


def _choices(kind: str, customs: Sequence[matching.Custom]) -> list[tuple[str, str]]:
    if not kind:
        return []
    tables = columns_of(kind)
    own = {f"fields.{each.api_name}": each.label for each in customs}
    found = [
        (name, own.get(name) or matching.heading(tables[name], name)) for name in matching.spellings(kind, customs)
    ]
    return [("", "— not used —"), *found]


class MatchBatch(Action):
    """Read the file again, with what the person chose."""

    permission = Permission.CHANGE_DATA

    def act(self) -> str:
        batch, sent = of_request(self), self.request.POST
        sheets: dict[str, str] = {}
        columns: dict[str, dict[str, str]] = {}
        for at, sheet in enumerate(batch.matching.get("sheets", ())):
            kind = sent.get(f"kind-{at}", sheet["kind"])
            if kind != sheet["kind"]:
                sheets[sheet["name"]] = kind
                continue
            said = {
                each["heading"]: sent[f"column-{at}-{place}"]
                for place, each in enumerate(sheet["columns"])
                if sent.get(f"column-{at}-{place}", each["column"]) != each["column"]
            }
            columns |= {sheet["name"]: said} if said else {}
        plain = {name: sent[name] for name in ("dates", "decimal", "encoding") if name in sent}
        choices = {"sheets": sheets, "columns": columns, **plain}
        operations.match(self.actor, batch_id=batch.pk, choices=choices, now=self.now, defer=defer_reading)
        return "The file was read again."

    def next_url(self) -> str:
        return reverse("batch", args=[self.kwargs["pk"]])


class OfBatch(Action):
    """An act that ends on the batch's page."""

    permission = Permission.CHANGE_DATA

    def subject(self) -> str:
        return of_request(self).title

    def next_url(self) -> str:
        return reverse("batch", args=[self.kwargs["pk"]])


def told(batch: Batch) -> str:
    """What became of a batch that was to be applied."""
    if batch.state == Batch.State.APPLYING:
        return f"{batch.title} is large: a worker is applying it."
    return f"{batch.title} is applied. The figures are being computed anew."


class ApplyBatch(OfBatch):
    """Apply all of it."""

    permission = Permission.CHANGE_DATA

    def act(self) -> str:
        batch = operations.apply(self.actor, batch_id=self.kwargs["pk"], now=self.now, defer=defer_applying)
        return told(batch)


class LoadBatch(OfBatch):
    """Load conversion data as it is."""

    permission = Permission.CHANGE_DATA

    def act(self) -> str:
        try:
            return told(operations.load(self.actor, batch_id=self.kwargs["pk"], now=self.now, defer=defer_applying))
        except HasProblems:
            return ""  # the batch's page shows them


class DiscardBatch(OfBatch):
    """Put a batch aside that was not applied."""

    permission = Permission.CHANGE_DATA
    question = "Discard this batch?"
    consequence = "Nothing of it is applied. The file stays in the list of batches."
    verb = "Discard"

    def act(self) -> str:
        operations.discard(self.actor, batch_id=self.kwargs["pk"], now=self.now)
        return "The batch is discarded."


class ReasonForm(forms.Form):
    """Why a batch is undone."""

    reason = forms.CharField(label="Reason", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class UndoBatch(FormPage):
    """Undo a batch by a new one that brings back what was known before."""

    permission = Permission.CHANGE_DATA
    title = "Undo the batch"
    lead = (
        "A new batch brings back the rows as they were. Where periods are closed, the difference becomes a prior-period"
        " adjustment in the first open one."
    )
    form_class = ReasonForm
    verb = "Undo it"
    busy = "Undoing…"

    def crumbs(self) -> Iterable[Crumb]:
        batch = of_request(self)
        yield Crumb("Import data", reverse("imports"))
        yield Crumb(batch.title, reverse("batch", args=[batch.pk]))

    def cancel_url(self) -> str:
        return reverse("batch", args=[self.kwargs["pk"]])

    def save(self, form: ReasonForm) -> str:
        made = operations.undo(self.actor, batch_id=self.kwargs["pk"], reason=form.cleaned_data["reason"], now=self.now)
        return f"Undone by batch {made.pk}. The figures are being computed anew."


class Original(Guarded):
    """The exact bytes that were delivered."""

    permission = Permission.READ

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        batch = of_request(self)
        return download(queries.original(batch), batch.file_name)


class Problems(Guarded):
    """Every problem as CSV."""

    permission = Permission.READ

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        batch = of_request(self)
        return download(queries.problems(batch), f"problems-of-batch-{pk}.csv")


class Marked(Guarded):
    """The file as a workbook in which the cells with problems are marked."""

    permission = Permission.READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        batch = of_request(self)
        if not batch.file_sha256:
            return redirect("batch", pk=pk)
        path = write_marked(batch)
        try:
            return download(path, f"batch-{pk}-marked.xlsx")
        finally:
            path.unlink()


def download(path: Path, name: str) -> FileResponse:
    """A file to keep, never to be shown in the browser."""
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")
