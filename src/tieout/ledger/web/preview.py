"""The preview of a process: groups, deposits, entries, findings, refusals and the API call budget, before anything is sent.

The page comes at once and loads its content behind; without JavaScript a link does the same.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from tieout.connectors.kit.documents import Journal
from tieout.kernel.money import Money
from tieout.ledger import operations
from tieout.ledger.models import Posting
from tieout.ledger.preview import Planned, Preview, preview
from tieout.people.actors import Permission
from tieout.people.queries import site_clock
from tieout.sync.tasks import defer
from tieout.sync.web.display import rule_labels
from tieout.sync.web.pages import UnderProcess, process_heading
from tieout.web.pages import Action

MOST_FINDINGS = 200
CALLS = (("lists", "Lists"), ("creates", "Creating"), ("read_back", "Reading back"))


def planned_postings(process_id: int, environment_id: int | None) -> Any:
    """What is planned and was not sent yet."""
    return Posting.objects.filter(
        process_id=process_id, environment_id=environment_id, state=Posting.State.PLANNED, reverses=None
    )


class PreviewPage(UnderProcess):
    """What a run would do."""

    permission = Permission.READ
    template_name = "ledger/preview.html"

    def heading(self) -> str:
        return "Preview"

    def instead(self) -> HttpResponseBase | None:
        """Journals of revenue have a dry run for each period."""
        if self.process.target_id is None:
            return redirect("process", pk=self.process.pk)
        return redirect("journals") if self.process.source_id is None else None

    def get_template_names(self) -> list[str]:
        return ["ledger/preview_content.html" if self.request.htmx else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        read = bool(self.request.htmx) or "read" in self.request.GET
        shown = {**process_heading(self.process), "read": read, **(self._content() if read else {})}
        return super().get_context_data(**shown, **kwargs)

    def _content(self) -> dict[str, Any]:
        found = preview(self.process, now=self.now, site=site_clock())
        return {
            "preview": found,
            "receipts": self.process.kind == "receipts",
            "rows": [_row(each) for each in found.planned],
            "totals": totals(found),
            "findings": found.findings[:MOST_FINDINGS],
            "finding_count": len(found.findings),
            "rule_labels": rule_labels(),
            "refusals": [each for each in found.planned if each.problem],
            "calls": [(label, getattr(found.budget, name)) for name, label in CALLS],
            "planned_count": planned_postings(self.process.pk, self.actor.environment_id).count(),
        }


def totals(found: Preview) -> list[Money]:
    """What the planned documents come to, by currency."""
    sums: dict[str, Money] = {}
    for each in found.planned:
        total = _total(each)
        sums[total.currency] = sums.get(total.currency, Money(0, total.currency)) + total
    return [sums[currency] for currency in sorted(sums)]


def _total(planned: Planned) -> Money:
    document = planned.document
    if isinstance(document, Journal):
        return Money.total((line.amount for line in document.lines if line.side == "debit"), document.currency)
    return document.total


def _row(planned: Planned) -> dict[str, Any]:
    document = planned.document
    journal = isinstance(document, Journal)
    account = (
        document.symbol if isinstance(document, Journal) else document.bank_account or document.undeposited_account
    )
    lines = [(line, line.amount if line.side == "debit" else None) for line in document.lines] if journal else []  # type: ignore[union-attr]
    return {
        "group": planned.group,
        "problem": planned.problem,
        "count": len(document.lines),
        "total": _total(planned),
        "account": account,
        "day": getattr(document, "deposit_day", None) or document.day,
        "lines": lines,
    }


class PostPlanned(Action):
    """Post everything that is planned."""

    permission = Permission.POST
    question = "Post everything that is planned?"
    consequence = "Each receipt or entry is sent to the ledger once, then read back and compared."
    verb = "Post"
    tone = "primary"

    def subject(self) -> str:
        count = planned_postings(self.kwargs["pk"], self.actor.environment_id).count()
        return f"{count} planned posting{'s' if count != 1 else ''}"

    def next_url(self) -> str:
        return reverse("process", args=[self.kwargs["pk"]])

    def act(self) -> str:
        ids = list(planned_postings(self.kwargs["pk"], self.actor.environment_id).values_list("pk", flat=True))
        jobs = operations.post_now(actor=self.actor, posting_ids=ids, now=self.now, defer=defer)
        return f"{jobs[0]} is queued: it posts {len(ids)} postings."
