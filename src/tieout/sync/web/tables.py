"""Tables and filters of processes, jobs, findings and received pages."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tieout.sync.models import Finding, InputPage, Job, Process
from tieout.sync.schedule import Schedule
from tieout.sync.web import display
from tieout.web.columns import LinkColumn, NumberColumn, StatusColumn, TemplateColumn, TimeColumn
from tieout.web.lists import DayFilter, Filters, ListTable

_NUMERIC = {"th": {"class": "numeric"}, "td": {"class": "numeric"}}
STATUSES = ("IDLE", "QUEUED", "RUNNING", "STOPPING", "FAILED", "NEEDS ATTENTION")


def processes_here(request: HttpRequest | None) -> QuerySet[Process]:
    """The processes that a filter offers."""
    environment = request.actor.environment_id if request else None  # type: ignore[attr-defined]
    return Process.objects.filter(environment_id=environment)


def process_filter() -> django_filters.ModelChoiceFilter:
    """Narrow a list down to one process."""
    return django_filters.ModelChoiceFilter(
        field_name="process", label="Process", empty_label="Process: any", queryset=processes_here
    )


class ProcessTable(ListTable):
    """What runs when, and how it stands."""

    actions = TemplateColumn(
        "sync/process_acts.html",
        verbose_name="Action",
        attrs={"td": {"class": "row-acts"}, "th": {"class": "row-acts"}},
    )
    name = LinkColumn("process", verbose_name="Process name")
    description = django_tables2.Column()
    schedule = django_tables2.Column(orderable=False)
    last_sync_at = TimeColumn(verbose_name="Last sync date")
    next_run_at = TimeColumn(verbose_name="Next run")
    status = TemplateColumn("sync/process_state.html", orderable=True)

    def render_schedule(self, value: Any) -> str:
        return Schedule.parse(value).label()


class ProcessFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("name", "description", "source__name", "target__name")
    status = django_filters.ChoiceFilter(label="Status", choices=[(name, name.capitalize()) for name in STATUSES])

    class Meta:
        model = Process
        fields: ClassVar[list[str]] = []


class CountColumn(django_tables2.Column):
    """One of a job's counts; zero is quiet, and what its process does not count is left out."""

    def __init__(self, name: str, label: str) -> None:
        self._count = name
        super().__init__(
            accessor=f"counts__{name}", verbose_name=label, orderable=False, attrs=_NUMERIC, default="", empty_values=()
        )

    def render(self, value: Any, record: Job) -> str:
        if not display.is_counted(record, self._count):
            return ""
        number = int(value or 0)
        return format_html('<span class="{}">{}</span>', "count" if number else "nothing", f"{number:,}")


class JobTable(ListTable):
    """Runs, newest first."""

    id = LinkColumn("job", verbose_name="Job", orderable=False)
    process = django_tables2.Column(linkify=("process", {"pk": django_tables2.A("process_id")}), orderable=False)
    state = TemplateColumn("sync/job_state.html")
    trigger = django_tables2.Column(orderable=False, attrs={"td": {"class": "moment"}})
    started_at = TimeColumn(verbose_name="Started", orderable=False)
    read = CountColumn("read", "Read")
    new = CountColumn("new", "New")
    changed = CountColumn("changed", "Changed")
    unchanged = CountColumn("unchanged", "Unchanged")
    skipped = CountColumn("skipped", "Skipped")
    posted = CountColumn("posted", "Posted")
    findings = CountColumn("findings", "Findings")
    duration = django_tables2.Column(empty_values=(), orderable=False, attrs=_NUMERIC)
    rate = django_tables2.Column(verbose_name="Records/s", empty_values=(), orderable=False, attrs=_NUMERIC)

    def render_duration(self, record: Job) -> str:
        return display.duration_text(display.duration(record, self.request.now))

    def render_rate(self, record: Job) -> str:
        found = display.rate(record, self.request.now)
        return f"{found:,}" if found else "—"


class JobFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("process__name", "requested_by")
    process = process_filter()
    state = django_filters.ChoiceFilter(label="State", choices=Job.State.choices)
    trigger = django_filters.ChoiceFilter(label="Started by", choices=Job.Trigger.choices)

    class Meta:
        model = Job
        fields: ClassVar[list[str]] = []


class HistoryFilters(JobFilters):
    """Within one process, whose name says nothing."""

    searched = ("requested_by",)
    process = None


class FindingTable(ListTable):
    """What people should look at."""

    chosen = TemplateColumn(
        "sync/finding_box.html", verbose_name="", attrs={"td": {"class": "box"}, "th": {"class": "box"}}
    )
    label = LinkColumn("finding", verbose_name="Record")
    rule = django_tables2.Column()
    cause = django_tables2.Column(orderable=False)
    owner = django_tables2.Column(verbose_name="To be mended")
    process = django_tables2.Column(linkify=("process", {"pk": django_tables2.A("process_id")}))
    last_seen_at = TimeColumn(verbose_name="Last seen")
    state = StatusColumn()

    def render_rule(self, value: str) -> str:
        return display.rule_labels().get(value, value)


class FindingFilters(Filters):
    searched = ("label", "cause", "record_id")
    process = process_filter()
    state = django_filters.ChoiceFilter(label="State", choices=Finding.State.choices)
    rule = django_filters.ChoiceFilter(label="Rule", choices=lambda: list(display.rule_labels().items()))
    owner = django_filters.ChoiceFilter(label="To be mended", choices=Finding.Owner.choices)

    class Meta:
        model = Finding
        fields: ClassVar[list[str]] = []


class FindingsOfOne(FindingFilters):
    """Within one process or job."""

    process = None


class InputTable(ListTable):
    """Pages as received, oldest first."""

    stream = django_tables2.Column(orderable=False)
    number = NumberColumn(verbose_name="Page", orderable=False)
    request = TemplateColumn("sync/request_cell.html")
    received_at = TimeColumn(verbose_name="Received", orderable=False)
    size = NumberColumn(verbose_name="Bytes", orderable=False)
    sha256 = django_tables2.Column(verbose_name="SHA-256", orderable=False, attrs={"td": {"class": "hash"}})
    download = TemplateColumn("sync/page_acts.html", verbose_name="", attrs={"td": {"class": "row-actions"}})

    def render_sha256(self, value: Any) -> SafeString:
        digest = bytes(value).hex()
        return format_html('<code title="{}">{}…</code>', digest, digest[:12])


class InputFilters(Filters):
    searched = ("stream", "request")
    since = DayFilter(label="From", field_name="received_at", lookup_expr="date__gte")

    class Meta:
        model = InputPage
        fields: ClassVar[list[str]] = []
