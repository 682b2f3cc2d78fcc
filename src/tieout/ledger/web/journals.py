"""Post journals: entries of revenue with filters, preview and posting; the dry run of a period; and the exports."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

import django_filters
import django_tables2
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import TextInput
from django.urls import reverse

from tieout.kernel.counting import counted
from tieout.kernel.errors import InvalidInput
from tieout.kernel.money import Money
from tieout.ledger import operations
from tieout.ledger.journals import operations as journals
from tieout.ledger.journals import queries as journal_queries
from tieout.ledger.journals.posted import journal_process
from tieout.ledger.models import Posting
from tieout.ledger.web import tables
from tieout.people.actors import Permission
from tieout.revenue import periods
from tieout.revenue.models import Period
from tieout.sync.models import ACTIVE, Job
from tieout.sync.tasks import defer
from tieout.sync.web.tables import CountColumn, HistoryFilters, JobTable
from tieout.web.columns import LinkColumn, MoneyColumn, TemplateColumn
from tieout.web.fragments import Fragment
from tieout.web.lists import Empty, KeysetPage, ListPage, ListTable
from tieout.web.pages import Action, Button, Crumb, Page

MOST = 1000
LINES = 200
MOST_FAILED = 10
OUTCOME = (("posted", "Posted"), ("failed", "Failed"), ("reversed", "Reversed"), ("differences", "Not as planned"))


class NoJournalChosen(InvalidInput):
    """No journal entry was chosen."""

    code = "ledger.no_journal_chosen"
    remedy = "Tick the entries that you mean, then press the button again."


class JournalTable(ListTable):
    """Entries with how far they have come; Success means read back and as planned."""

    chosen = TemplateColumn(
        "ledger/journal_box.html", verbose_name="", attrs={"td": {"class": "box"}, "th": {"class": "box"}}
    )
    day = django_tables2.DateColumn(format="j M Y", attrs={"td": {"class": "moment"}})
    group = LinkColumn("posting", verbose_name="Entry")
    entity = django_tables2.Column()
    state = TemplateColumn("ledger/journal_status.html", verbose_name="Status", orderable=True)
    record_no = TemplateColumn("ledger/journal_record.html", verbose_name="In Intacct")
    total_minor = MoneyColumn(verbose_name="Total")


class JournalFilters(tables.PostingFilters):
    """By period, entity, account and state."""

    searched = ("group", "key", "record_no")
    process = None
    kind = None
    period = django_filters.CharFilter(
        label="Period", field_name="header__period", widget=TextInput(attrs={"placeholder": "Period", "size": 9})
    )
    entity = django_filters.CharFilter(
        label="Entity", field_name="header__books", widget=TextInput(attrs={"placeholder": "Entity", "size": 9})
    )
    account = django_filters.CharFilter(
        label="Account",
        field_name="lines__account",
        distinct=True,
        widget=TextInput(attrs={"placeholder": "Account", "size": 9}),
    )

    class Meta:
        model = Posting
        fields: ClassVar[list[str]] = []


class ExportTable(JobTable):
    """Runs of the one process that posts journals: it reads nothing, so only what it posted is told."""

    failed = CountColumn("failed", "Failed")
    reversed = CountColumn("reversed", "Reversed")

    class Meta:
        sequence = ("id", "state", "trigger", "started_at", "posted", "failed", "reversed", "findings", "duration")
        exclude = ("process", "read", "new", "changed", "unchanged", "skipped", "rate")


class Journals(ListPage):
    """Entries of revenue, planned and posted."""

    permission = Permission.READ
    title = "Post journals"
    lead = "Entries of frozen periods: what accounts should hold, less what was posted."
    template_name = "ledger/journals.html"
    list_template = "ledger/journals_list.html"
    table_class = JournalTable
    filterset_class = JournalFilters
    empty = Empty(
        "No journals yet", "Freeze an accounting period on its close page; then prepare its journals here.", icon="send"
    )

    def rows(self) -> QuerySet[Posting]:
        return journal_queries.journal_postings(self.actor.environment_id)

    def buttons(self) -> Iterable[Button]:
        if journal_process(self.actor.environment_id):
            yield Button(
                "Prepare journals", reverse("journals_prepare"), "refresh", Permission.RUN_PROCESS, confirm=True
            )

    def poll_seconds(self) -> int | None:
        return 3 if journal_queries.exports(self.actor.environment_id).filter(state__in=ACTIVE).exists() else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        where = self.actor.environment_id
        return super().get_context_data(process=journal_process(where), due=journal_queries.due(where), **kwargs)


class UnderJournals(Page):
    """A page that is reached from Post journals."""

    permission = Permission.READ

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Post journals", reverse("journals"))


class Preview(UnderJournals):
    """What the chosen entries come to, by account and dimensions."""

    permission = Permission.POST
    title = "Preview"
    template_name = "ledger/journals_preview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.request.back = lambda: reverse("journals")
        wanted = chosen(self.request.GET.getlist("posting"))
        found = list(journal_queries.journal_postings(self.actor.environment_id).filter(pk__in=wanted))
        if not found:
            raise NoJournalChosen
        rows = journal_queries.sums(found)
        totals: dict[str, int] = {}
        for each in found:
            totals[each.currency] = totals.get(each.currency, 0) + each.total_minor
        shown = {
            "postings": found,
            "rows": rows,
            "line_count": len(rows),
            "totals": [Money(minor, currency) for currency, minor in sorted(totals.items())],
            "foreseen": journal_queries.foreseen(found),
        }
        return super().get_context_data(**shown, **kwargs)


class PostJournals(Action):
    """Post exactly the chosen entries."""

    permission = Permission.POST
    next_page = "journal_exports"

    def act(self) -> str:
        wanted = chosen(self.request.POST.getlist("posting"))
        jobs = operations.post_now(actor=self.actor, posting_ids=wanted, now=self.now, defer=defer)
        return f"{jobs[0]} is queued: it posts {counted(len(wanted), 'entry', 'entries')}."


class Prepare(Action):
    """Plan the journals of frozen periods; nothing is posted."""

    permission = Permission.RUN_PROCESS
    question = "Prepare the journals of frozen periods?"
    consequence = "Entries are planned or brought up to date. Nothing is posted."
    verb = "Prepare"
    tone = "primary"
    next_page = "journals"

    def act(self) -> str:
        job = journals.prepare(actor=self.actor, now=self.now, defer=defer)
        return f"{job} is queued: it plans the journals."


class DryRunPage(UnderJournals):
    """What the ledger holds now, what is to be posted, and what it will hold after."""

    permission = Permission.READ
    template_name = "ledger/journal_dry_run.html"

    @cached_property
    def period(self) -> Period:
        return periods.period(self.actor.environment_id, self.kwargs["pk"])

    def heading(self) -> str:
        return f"Dry run of {self.period}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        made, found = journal_queries.dry_run(self.actor.environment_id, self.period)
        lines = found.lines if found else ()
        moved: dict[str, int] = {}
        for line in lines:
            moved[line.currency] = moved.get(line.currency, 0) + max(line.to_post, 0)
        shown = {
            "figures": made,
            "missing": found.missing if found else (),
            "line_count": len(lines),
            "totals": [Money(minor, currency) for currency, minor in sorted(moved.items())],
            "page": Paginator(lines, LINES).get_page(self.request.GET.get("lines")),
        }
        return super().get_context_data(**shown, **kwargs)


class Exports(KeysetPage):
    """Runs that post journals: the one under way, and those before."""

    permission = Permission.READ
    title = "Export journals"
    lead = "Journals on their way into the ledger, and what came of them."
    template_name = "ledger/journal_exports.html"
    table_class = ExportTable
    filterset_class = HistoryFilters
    empty = Empty("Nothing was exported yet", "Choose entries under Post journals.", icon="send")

    def rows(self) -> QuerySet[Job]:
        return journal_queries.exports(self.actor.environment_id)

    def buttons(self) -> Iterable[Button]:
        yield Button("Post journals", reverse("journals"), "send", Permission.READ)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**_latest(self.actor.environment_id), **kwargs)


class ExportLive(Fragment):
    """Progress and result of the latest export; the list below tells the result too."""

    permission = Permission.READ
    renews_page = True
    template_name = "ledger/journal_export_live.html"

    def load(self) -> dict[str, Any]:
        return _latest(self.actor.environment_id)

    def finished(self, shown: dict[str, Any]) -> bool:
        return not shown["active"]


def chosen(asked: Iterable[str]) -> list[int]:
    """The entries that the browser names. Raises NoJournalChosen."""
    ids = sorted({int(each[:18]) for each in list(asked)[:MOST] if each.isascii() and each.isdigit()})
    if not ids:
        raise NoJournalChosen
    return ids


def _latest(environment_id: int | None) -> dict[str, Any]:
    job = journal_queries.exports(environment_id).order_by("-pk").first()
    counts = job.counts if job else {}
    return {
        "job": job,
        "active": bool(job and job.state in ACTIVE),
        "outcome": [(label, int(counts.get(name, 0))) for name, label in OUTCOME],
        "failed": journal_queries.failed(environment_id)[:MOST_FAILED] if counts.get("failed") else (),
    }
