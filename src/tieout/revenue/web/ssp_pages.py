"""SSP from history: choose product, currency and time, look at the sales and their middle, and enter it with the sample kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tieout.kernel.errors import NotFound
from tieout.people.actors import Permission
from tieout.revenue import queries, ssp_history
from tieout.revenue.batches import queries as batch_queries
from tieout.revenue.store import store
from tieout.revenue.web.fields import DayField, LastDayField
from tieout.web.forms import FormPage
from tieout.web.pages import Crumb, Guarded, require

_METHODS = [
    ("median", "Median of the unit prices"),
    ("mean", "Mean of the unit prices"),
    ("weighted", "Mean, weighted by quantity"),
]
_SHOWN = 200


class Asked(forms.Form):
    """Which sales."""

    product_id = forms.CharField(label="Product", max_length=200)
    currency = forms.CharField(label="Currency", max_length=3)
    since = DayField(label="Sold from")
    before = LastDayField(label="Sold through")


class Adopted(Asked):
    """Which entry of the book follows."""

    method = forms.ChoiceField(label="Method", choices=_METHODS)
    starts_on = DayField(label="In force from")
    ends_on = LastDayField(label="In force through", required=False)
    region = forms.CharField(label="Region", max_length=200, required=False)
    customer_class = forms.CharField(label="Customer class", max_length=200, required=False)


class SspHistory(FormPage):
    """GET with the four questions shows the sample; POST enters the SSP."""

    permission = (Permission.READ, Permission.CHANGE_DATA)  # the operation decides who may enter
    title = "SSP from history"
    lead = "What a product was sold for on its own: observed sales, and contracts with one line only."
    template_name = "revenue/ssp_history.html"
    form_class = Adopted
    verb = "Enter the SSP"
    cancel_page = "ssp_book"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("SSP book", reverse("ssp_book"))

    @cached_property
    def asked(self) -> Asked:
        today = timezone.localdate(self.now)
        usual = {"since": today - timedelta(days=365), "before": today + timedelta(days=1), "currency": "USD"}
        given = self.request.GET
        return Asked(given) if "since" in given else Asked(initial={**usual, **given.dict()})

    def get_initial(self) -> dict[str, Any]:
        today = timezone.localdate(self.now)
        known = self.asked.cleaned_data if self.asked.is_bound and self.asked.is_valid() else {}
        return {"starts_on": today, "method": "median", **known}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(self.actor, Permission.CHANGE_DATA)
        return super().post(request, *args, **kwargs)

    def save(self, form: Adopted) -> str:
        said = dict(form.cleaned_data)
        method, window = said.pop("method"), {name: said.pop(name) for name in ("since", "before")}
        asked = {name: said[name] for name in ("product_id", "currency")}
        sold = ssp_history.sample(self.actor.environment_id, **asked, **window)
        batch = ssp_history.adopt(self.actor, method=method, row=said, sold=sold, now=self.now)
        return f"{batch.title} is entered, with its sample."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(asked=self.asked, **kwargs)
        shown["lists"] = [("list-product_id", queries.proposals(self.actor.environment_id, "product"))]
        if self.asked.is_bound and self.asked.is_valid():
            sold = ssp_history.sample(self.actor.environment_id, **self.asked.cleaned_data)
            middles = ssp_history.middles(sold) if sold else {}
            shown |= {
                "looked": True,
                "sold": sold[:_SHOWN],
                "count": len(sold),
                "middles": [(label, middles[name]) for name, label in _METHODS if sold],
                "currency": self.asked.cleaned_data["currency"],
            }
        return shown


class SspSample(Guarded):
    """The sample that an SSP was taken from."""

    permission = Permission.READ

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:
        found = batch_queries.batch(self.actor.environment_id, self.kwargs["pk"])
        kept = found.files.get(ssp_history.SAMPLE)
        if not kept:
            raise NotFound(f"Batch {found.pk} holds no sample.", batch=found.pk)
        name = f"ssp-sample-{found.pk}.csv"
        return FileResponse(store().path(kept).open("rb"), as_attachment=True, filename=name, content_type="text/csv")
