"""The mapping of a process: read as tables, changed by forms, exported to and imported from a spreadsheet."""

from __future__ import annotations

import base64
from abc import abstractmethod
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from tieout.kernel.errors import Forbidden, InvalidInput, NotFound, TieoutError
from tieout.ledger import mapping_import, operations, proposals, reference
from tieout.ledger.mapping_files import LAYOUTS, MOST_BYTES
from tieout.ledger.proposals import Seen
from tieout.ledger.web.editors import EDITORS
from tieout.ledger.web.mapping_forms import Editor
from tieout.ledger.web.revenue_forms import facts
from tieout.people.actors import Actor, Permission
from tieout.people.queries import site_clock
from tieout.sync import kinds
from tieout.sync import operations as sync
from tieout.sync.models import Process
from tieout.sync.web.pages import OfProcess, ProcessPage, UnderProcess
from tieout.web.forms import INVALID, FormPage
from tieout.web.pages import Action, Guarded, Page

ASKED = ("methods", "codes", "products")
"""Names of the source that a session keeps."""


class MappingTab(ProcessPage):
    """What goes where, readable."""

    permission = Permission.READ
    tab = "process_mapping"
    template_name = "ledger/mapping.html"

    def instead(self) -> HttpResponseBase | None:
        return _elsewhere(self.process, self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind, settings = kinds.get(self.process.kind), self.process.settings
        layout = LAYOUTS[self.process.kind]
        rules = [
            (rule.label, dict(rule.choices).get(settings.get("rules", {}).get(rule.name, rule.choices[0][0])))
            for rule in kind.rules
            if rule.choices
        ]
        rows = settings.get(layout.setting, [])
        shown = {
            "kind": kind,
            "settings": settings,
            "columns": [column for column in layout.columns if any(row.get(column.name) for row in rows)],
            "rows": rows,
            "rules": rules,
            "sales": [] if self.process.target_id else facts(settings),
            "targets": [(name, settings.get(name)) for name in ("receivable", "tax", "bad_debt", "clearing")],
        }
        return super().get_context_data(**shown, **kwargs)


class EditorPage(Page):
    """A page with an Editor: shown, grown by rows, checked and saved."""

    permission = Permission.EDIT_PROCESS
    template_name = "ledger/mapping_form.html"
    verb = "Save"

    @abstractmethod
    def editor(self, data: Any = None) -> Editor:
        """The forms, as stored or as sent."""

    @abstractmethod
    def save(self, settings: dict[str, Any]) -> HttpResponse:
        """Keep the settings. Raises what the domain refuses."""

    @abstractmethod
    def cancel_url(self) -> str:
        """Where Cancel leads."""

    @abstractmethod
    def lists_url(self) -> str:
        """Where the lists of both sides are read again."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        editor = self.editor(request.POST)
        if "more" in request.POST:
            return self.answer(editor)
        if not editor.is_valid():
            return self.answer(editor, status=INVALID)
        try:
            return self.save(editor.values())
        except (Forbidden, NotFound):
            raise
        except TieoutError as error:
            return self.answer(editor, problem=error, status=INVALID)

    def answer(self, editor: Editor, *, problem: TieoutError | None = None, status: int = 200) -> HttpResponse:
        """The page with these forms."""
        return self.render_to_response(self.get_context_data(editor=editor, problem=problem), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        editor = kwargs.pop("editor", None) or self.editor()
        shown = {"editor": editor, "verb": self.verb, "cancel": self.cancel_url(), "lists_url": self.lists_url()}
        return super().get_context_data(**shown, invalid=_invalid(editor), **kwargs)


class EditMapping(EditorPage, UnderProcess):
    """Change the mapping of a process."""

    permission = Permission.EDIT_PROCESS

    def instead(self) -> HttpResponseBase | None:
        return _elsewhere(self.process, self.actor)

    def heading(self) -> str:
        return "Mapping"

    def cancel_url(self) -> str:
        return reverse("process_mapping", args=[self.process.pk])

    def lists_url(self) -> str:
        return reverse("process_lists", args=[self.process.pk])

    def editor(self, data: Any = None) -> Editor:
        process = self.process
        seen = proposals.seen(process.origin) | asked_before(self.request, process.origin.pk)
        return EDITORS[process.kind](process.kind, process.settings, reference.chart(process.target), seen, data)

    def save(self, settings: dict[str, Any]) -> HttpResponse:
        draft = sync.draft_of(self.process, settings=settings)
        sync.change_process(actor=self.actor, process_id=self.process.pk, draft=draft, now=self.now, site=site_clock())
        messages.success(self.request, "The mapping is saved. It takes effect with the next run.")
        return redirect(self.cancel_url())


class ReadLists(OfProcess, Action):
    """Read the ledger's lists and the source's own names again, for the mapping."""

    permission = Permission.EDIT_PROCESS

    def next_url(self) -> str:
        return reverse("process_mapping_edit", args=[self.process.pk])

    def act(self) -> str:
        return read_lists(self, self.process)


class ExportMapping(OfProcess, Guarded):
    """The mapping as a file for a spreadsheet."""

    permission = Permission.READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponse(
            mapping_import.export(self.process),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="mapping-{pk}.csv"'},
        )


class FileForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label="CSV file", help_text="Export the mapping, change it in a spreadsheet, and give it back here."
    )

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > MOST_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_BYTES:,} bytes.")
        return given


class NoFile(InvalidInput):
    """The file is not here any more."""

    code = "ledger.no_file"
    remedy = "Give the file again; nothing was changed."


class ImportMapping(FormPage, UnderProcess):
    """Look at what a file would change; the file waits in the session until it is applied."""

    permission = Permission.EDIT_PROCESS
    form_class = FileForm
    template_name = "ledger/mapping_import.html"
    verb = "Look at it"
    busy = "Reading…"

    def heading(self) -> str:
        return "Import mapping"

    def cancel_url(self) -> str:
        return reverse("process_mapping", args=[self.process.pk])

    def form_valid(self, form: FileForm) -> HttpResponse:  # type: ignore[override]
        data = form.cleaned_data["file"].read()
        found = mapping_import.look_at(actor=self.actor, process_id=self.process.pk, data=data)
        self.request.session[_waiting(self.process.pk)] = base64.b64encode(data).decode()
        return self.render_to_response(self.get_context_data(form=form, found=found))


class ApplyImport(OfProcess, Action):
    """Replace the mapping by the file that was looked at."""

    permission = Permission.EDIT_PROCESS

    def next_url(self) -> str:
        return reverse("process_mapping", args=[self.process.pk])

    def act(self) -> str:
        data = self.request.session.pop(_waiting(self.process.pk), None)
        if data is None:
            raise NoFile
        done = mapping_import.apply(
            actor=self.actor, process_id=self.process.pk, data=base64.b64decode(data), now=self.now, site=site_clock()
        )
        return f"The mapping is imported: {len(done.changes)} rows changed."


def read_lists(view: Any, process: Process) -> str:
    """Read both sides' lists now; the source's names stay in the session, because nothing else keeps them."""
    seen = proposals.ask(actor=view.actor, source_id=process.origin.pk)
    view.request.session[_asked(process.origin.pk)] = {name: getattr(seen, name) for name in ASKED}
    if process.target_id is None:
        return f"{len(seen.products)} products are here."
    rows = operations.refresh_lists(actor=view.actor, connection_id=process.target_id, now=view.now)
    return f"{rows} rows of the ledger's lists, {len(seen.methods)} payment methods and {len(seen.codes)} ledger codes are here."


def asked_before(request: HttpRequest, source_id: int) -> Seen:
    """What `read_lists` brought in this session."""
    return Seen(**{name: tuple(values) for name, values in request.session.get(_asked(source_id), {}).items()})


def _elsewhere(process: Process, actor: Actor) -> HttpResponse | None:
    """Kinds without a mapping of their own are set up under Settings › Accounting."""
    if process.kind in LAYOUTS:
        return None
    return redirect("accounting" if actor.may(Permission.SET_UP_ACCOUNTING) else "journals")


def _asked(source_id: int) -> str:
    return f"names_of_{source_id}"


def _waiting(process_id: int) -> str:
    return f"mapping_file_{process_id}"


def _invalid(editor: Editor) -> int:
    """How many fields or rows are wrong, for the note above a long page."""
    bound = [part for part in editor.parts() if part.is_bound]
    forms_of = [form for part in bound for form in getattr(part, "forms", [part])]
    return sum(len(form.errors) for form in forms_of)
