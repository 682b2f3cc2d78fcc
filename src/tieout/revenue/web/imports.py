"""Import data: upload, template and export, the batches that came in, and conversion data that waits."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import django_filters
import django_tables2
from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.urls import reverse

from tieout.people.actors import Permission
from tieout.revenue import periods
from tieout.revenue.batches import exporting, operations, queries
from tieout.revenue.batches.sources import ENCODINGS
from tieout.revenue.models import Batch
from tieout.revenue.tasks import defer_reading
from tieout.revenue.web.batch import MOVING
from tieout.web.columns import ActionsColumn, LinkColumn, StatusColumn, TemplateColumn, TimeColumn
from tieout.web.faults import PageMissing
from tieout.web.forms import FormPage
from tieout.web.lists import DayFilter, Empty, Filters, KeysetPage, ListTable
from tieout.web.pages import Button, Crumb, Guarded

KINDS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "zip": "application/zip"}
POLL = 2
WHOLE = {"td": {"class": "whole"}}


class BatchTable(ListTable):
    """Batches, newest first."""

    title = LinkColumn("batch", verbose_name="What")
    origin = TemplateColumn("revenue/batch_origin.html", verbose_name="From", attrs=WHOLE)
    state = StatusColumn(orderable=False)
    rows = TemplateColumn("revenue/batch_counts.html", verbose_name="Rows")
    created_at = TimeColumn(verbose_name="Received", orderable=False)
    created_by = django_tables2.Column(verbose_name="By", orderable=False, attrs=WHOLE)
    input = TemplateColumn("revenue/batch_input.html", verbose_name="Original input")


class WaitingTable(ListTable):
    """Conversion data: what a job delivered and nobody loaded yet."""

    title = LinkColumn("batch", verbose_name="What")
    job = django_tables2.Column(accessor="job__process__name", verbose_name="Process", orderable=False)
    created_at = TimeColumn(verbose_name="Delivered", orderable=False)
    input = TemplateColumn("revenue/batch_input.html", verbose_name="Original input")
    acts = ActionsColumn("revenue/waiting_acts.html")


class BatchFilters(Filters):
    """Narrow batches down."""

    searched = ("title", "file_name", "created_by")
    origin = django_filters.ChoiceFilter(label="From", choices=Batch.Origin.choices)
    state = django_filters.ChoiceFilter(label="State", choices=Batch.State.choices)
    since = DayFilter(label="From the day", field_name="created_at", lookup_expr="date__gte")

    class Meta:
        model = Batch
        fields: list[str] = []


class Imports(KeysetPage):
    """Recent jobs: every batch, whatever it came from."""

    permission = Permission.READ
    title = "Import data"
    lead = "Bring revenue data in by file. Nothing is applied before you have seen what it changes."
    template_name = "revenue/imports.html"
    table_class: type[ListTable] = BatchTable
    filterset_class = BatchFilters
    empty = Empty(
        "Nothing has come in yet",
        "Upload a workbook or a zip of CSV files; the template shows what to put into them.",
        icon="upload",
    )

    def rows(self) -> QuerySet[Batch]:
        return queries.batches(self.actor.environment_id).exclude(state=Batch.State.WAITING)

    def poll_seconds(self) -> int | None:
        return POLL if self.rows().filter(state__in=MOVING).exists() else None

    def buttons(self) -> Iterable[Button]:
        yield Button("Upload a file", reverse("import_upload"), "upload", Permission.CHANGE_DATA)
        yield Button("Template", reverse("import_template", args=["xlsx"]), "download", tone="")
        yield Button("Current data", reverse("import_export", args=["xlsx"]), "download", tone="")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = queries.waiting(self.actor.environment_id).count()
        closing = periods.any_set(self.actor.environment_id)
        return super().get_context_data(waiting=waiting, conversion=waiting or not closing, set_up=closing, **kwargs)


class Conversion(Imports):
    """Conversion data: jobs' files that wait while no accounting period is set."""

    permission = Permission.READ
    table_class = WaitingTable
    empty = Empty(
        "No conversion data waits",
        "While no accounting period is set, what jobs deliver waits here, to be edited or loaded as it is.",
        icon="clock",
    )

    def rows(self) -> QuerySet[Batch]:
        return queries.waiting(self.actor.environment_id)

    def poll_seconds(self) -> int | None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(converting=True, **kwargs)


class UploadForm(forms.Form):
    """A file, and how it is to be read if it does not say so itself."""

    file = forms.FileField(label="File", help_text="XLSX, a zip of CSV files, or one CSV file; up to 512 MiB.")
    encoding = forms.ChoiceField(
        label="Encoding of CSV files",
        required=False,
        choices=[("", "UTF-8, or as the file says"), *((each, each) for each in ENCODINGS[2:])],
    )


class Upload(FormPage):
    """Give a file; it is read and shown, and nothing is applied."""

    permission = Permission.CHANGE_DATA
    title = "Upload a file"
    lead = "It is read and checked first. You see what would change before anything does."
    form_class = UploadForm
    verb = "Read it"
    busy = "Reading…"
    cancel_page = "imports"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Import data", reverse("imports"))

    def replaced(self) -> Batch | None:
        """The conversion data that the file is an edited form of, when the address names it. Raises NotFound."""
        number = self.request.GET.get("instead", "")
        return queries.batch(self.actor.environment_id, int(number)) if number.isdecimal() else None

    def heading(self) -> str:
        replaced = self.replaced()
        return f"Upload {replaced.title}, edited" if replaced else self.title

    def save(self, form: UploadForm) -> str:
        given: Any = form.cleaned_data["file"]
        path, replaced = getattr(given, "temporary_file_path", None), self.replaced()
        self.batch = operations.receive(
            self.actor,
            name=str(given.name),
            source=Path(path()) if path else given.read(),
            encoding=form.cleaned_data["encoding"],
            replaces=replaced.pk if replaced else None,
            now=self.now,
            defer=defer_reading,
        )
        return ""

    def next_url(self) -> str:
        return reverse("batch", args=[self.batch.pk])


class Template(Guarded):
    """The template made from this site's configuration: `xlsx` or `zip`."""

    permission = Permission.READ
    write = staticmethod(exporting.write_template)
    name = "revenue-template"

    def get(self, request: HttpRequest, form: str) -> FileResponse:
        if form not in KINDS:
            raise PageMissing
        with tempfile.TemporaryDirectory(prefix="tieout-export-") as folder:
            made = self.write(self.actor.environment_id, form, Path(folder) / f"{self.name}.{form}")
            content = made.open("rb")  # stays readable after the folder is gone, until it is sent
        return FileResponse(content, as_attachment=True, filename=made.name, content_type=KINDS[form])


class Export(Template):
    """Everything in force, in the form of the template."""

    permission = Permission.READ
    write = staticmethod(exporting.write_export)
    name = "revenue-data"
