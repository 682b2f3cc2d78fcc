"""The tie-out of a process: source records, what was planned of them, and what the ledger holds now, to the cent.

Reading the ledger takes a moment, so the page comes first and the figures follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from tieout.kernel.money import Money
from tieout.kernel.period import Period
from tieout.ledger import tie_out
from tieout.ledger.tie_out import MonthRow, ReceiptRow
from tieout.people.actors import Permission
from tieout.sync.web.pages import ProcessPage

DAYS = 31
MOST_DAYS = 400
PARTS = ("source", "left_out", "planned", "held", "difference")


class PeriodForm(forms.Form):
    """From when to when, both included."""

    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}))
    until = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}))

    def clean(self) -> dict[str, Any] | None:
        said = self.cleaned_data
        if not self.errors and not 0 <= (said["until"] - said["since"]).days < MOST_DAYS:
            raise forms.ValidationError(f"Choose at most {MOST_DAYS} days, the first before the last.")
        return super().clean()

    def period(self) -> Period:
        """The days chosen."""
        return Period(self.cleaned_data["since"], self.cleaned_data["until"] + timedelta(days=1))


class TieOut(ProcessPage):
    """Whether everything is where it belongs."""

    permission = Permission.READ
    tab = "process_tie_out"
    template_name = "ledger/tie_out.html"

    def instead(self) -> HttpResponseBase | None:
        """Journals of revenue tie out against figures, not against a source."""
        if self.process.target_id is None:
            return redirect("process", pk=self.process.pk)
        return redirect("journals") if self.process.source_id is None else None

    def get_template_names(self) -> list[str]:
        return ["ledger/tie_out_content.html" if self.request.htmx else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = PeriodForm(self.request.GET if "since" in self.request.GET else self._usual())
        read = form.is_valid() and (bool(self.request.htmx) or "read" in self.request.GET)
        shown = {"form": form, "read": read, "receipts": self.process.kind == "receipts"}
        return super().get_context_data(**shown, **(self._content(form.period()) if read else {}), **kwargs)

    def _usual(self) -> dict[str, date]:
        today = timezone.localdate(self.now)
        days = DAYS if self.process.kind == "receipts" else 3 * DAYS
        return {"since": today - timedelta(days=days), "until": today - timedelta(days=1)}

    def _content(self, period: Period) -> dict[str, Any]:
        if self.process.kind == "receipts":
            rows = tie_out.receipts(self.process, period)
            return {"rows": rows, "totals": receipt_totals(rows), "tied": _tied(rows)}
        months = tie_out.months(self.process, period)
        return {"rows": months, "totals": month_totals(months), "tied": _tied(months)}


def receipt_totals(rows: Sequence[ReceiptRow]) -> list[dict[str, Money]]:
    """Sums by currency."""
    return _totals(rows, PARTS, lambda row: row.source.currency)


def month_totals(rows: Sequence[MonthRow]) -> list[dict[str, Money]]:
    """Sums by currency."""
    return _totals(rows, ("report", "planned", "held", "difference"), lambda row: row.report.currency)


def _totals(rows: Sequence[Any], parts: Sequence[str], currency_of: Any) -> list[dict[str, Money]]:
    currencies = sorted({currency_of(row) for row in rows})
    return [
        {
            part: Money.total((getattr(row, part) for row in rows if currency_of(row) == currency), currency)
            for part in parts
        }
        for currency in currencies
    ]


def _tied(rows: Sequence[Any]) -> bool:
    return not any(row.difference for row in rows)
