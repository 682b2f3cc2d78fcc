"""A contract with its lines on one page. Lines are added and removed with or without scripts; all of it is entered as one batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tieout.kernel.errors import TieoutError
from tieout.people.actors import Permission
from tieout.revenue import queries
from tieout.revenue.batches import operations as batches
from tieout.revenue.web import entry_forms
from tieout.revenue.web.entry import AlreadyThere
from tieout.revenue.web.entry_forms import FactForm
from tieout.web.forms import FormPage
from tieout.web.pages import Crumb

PREFIX = "lines"
MORE, MOST = 3, 1000
SHOWN = ("line_id", "product_id", "quantity", "price", "list_price", "starts_on", "ends_on", "dimensions")
"""Columns of the grid; the others stand behind More."""


class LineForm(FactForm):
    """One line of the contract that the page is about."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, table="line", **kwargs)
        del self.fields["contract_id"]
        self.fields["line_id"].required = False
        for each in self.fields.values():
            each.widget.attrs["class"] = f"form-control form-control-sm {each.widget.attrs.get('class', '')}".strip()

    def shown(self) -> Iterable[Any]:
        """The fields of the grid."""
        return [self[name] for name in SHOWN]

    def rest(self) -> Iterable[Any]:
        """The other fields."""
        return [each for each in self if each.name not in (*SHOWN, "DELETE")]

    @property
    def opened(self) -> bool:
        """Whether one of the other fields holds something that was entered, or an error."""
        return any(each.errors or each.value() not in (None, "", 0) for each in self.rest())


class Lines(BaseFormSet):  # type: ignore[type-arg]
    """Lines of which any may be left empty; what is sent is the whole list."""

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else super().initial_form_count()

    def kept(self) -> list[LineForm]:
        """The lines that say something and are not to be removed."""
        return [form for form in self.forms if form.has_changed() and not form.cleaned_data.get("DELETE")]


class NewContract(FormPage):
    """A new contract."""

    permission = Permission.CHANGE_DATA
    title = "New contract"
    template_name = "revenue/contract_form.html"
    form_class = FactForm
    verb = "Save"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Contracts", reverse("contracts"))

    @property
    def values(self) -> dict[str, Any]:
        """The contract as it stands; empty for a new one."""
        return {}

    @cached_property
    def lines_before(self) -> dict[str, dict[str, Any]]:
        """The lines in force, by number."""
        number = self.values.get("contract_id", "")
        found = queries.of_contract(self.actor.environment_id, "line", number) if number else ()
        return {line.line_id: queries.values_of(line, "line") for line in found}

    def get_form_kwargs(self) -> dict[str, Any]:
        fixed = ("contract_id",) if self.values else ()
        return {**super().get_form_kwargs(), "table": "contract", "currency": self.currency, "fixed": fixed}

    def get_initial(self) -> dict[str, Any]:
        return {"signed_on": self.request.GET.get("signed_on", ""), **self.values}

    def currency(self, _said: Mapping[str, Any]) -> str:
        """The contract's currency, as it was sent or as it stands."""
        return str(self.request.POST.get("currency") or self.values.get("currency", ""))

    @cached_property
    def lines(self) -> Lines:
        """The lines as sent, or as they stand."""
        factory = formset_factory(
            LineForm, formset=Lines, extra=MORE, can_delete=True, max_num=MOST, absolute_max=MOST + MORE
        )
        custom = entry_forms.custom_of(self.actor.environment_id, "line")
        told: dict[str, Any] = {"prefix": PREFIX, "form_kwargs": {"currency": self.currency, "custom": custom}}
        if self.request.method == "POST":
            return cast(Lines, factory(self._with_room(), **told))
        shown = [entry_forms.shown("line", line, self.currency({})) for line in self.lines_before.values()]
        return cast(Lines, factory(initial=shown, **told))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if "more" in request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        valid = all((form.is_valid(), self.lines.is_valid()))
        return self.form_valid(form) if valid else self.form_invalid(form)

    def save(self, form: FactForm) -> str:
        head = form.row(self.values)
        self.number = head["contract_id"]
        self._refuse_second()
        rows = self._rows()
        gone = [self._key(line) for line in self.lines_before if line not in {row["line_id"] for row in rows}]
        batches.enter(
            self.actor,
            title=f"Contract {self.number}",
            rows={"contract": [head], "line": rows},
            ends={"line": gone} if gone else {},
            now=self.now,
        )
        return f"Contract {self.number} is entered."

    def refused(self, form: forms.Form, error: TieoutError) -> HttpResponse:
        """A fault of a line stands at its field."""
        kept, number = self.lines.kept(), error.facts.get("row", 0)
        if error.facts.get("table") != "line" or not 0 < number <= len(kept):
            return super().refused(form, error)
        line, field = kept[number - 1], error.facts.get("field")
        line.add_error(field if field in line.fields else None, f"{error.message} {error.advice}")
        return self.form_invalid(form)

    def cancel_url(self) -> str:
        return reverse("contract", args=[self.values["contract_id"]]) if self.values else reverse("contracts")

    def next_url(self) -> str:
        return reverse("contract", args=[self.number])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(lines=self.lines, **kwargs)
        offered = entry_forms.lists(self.actor.environment_id, shown["form"])
        products = ("list-product_id", queries.proposals(self.actor.environment_id, "product"))
        return {**shown, "lists": [*offered, products]}

    def _rows(self) -> list[dict[str, Any]]:
        kept = self.lines.kept()
        taken = {form.cleaned_data["line_id"] for form in kept} | set(self.lines_before)
        free = (str(number) for number in range(1, MOST * 2) if str(number) not in taken)
        rows = []
        for form in kept:
            line = form.cleaned_data["line_id"] or next(free)
            rows.append({**form.row(self.lines_before.get(line)), **self._key(line)})
        return rows

    def _key(self, line: str) -> dict[str, str]:
        return {"contract_id": self.number, "line_id": line}

    def _refuse_second(self) -> None:
        found = queries.rows(self.actor.environment_id, "contract").filter(contract_id=self.number)
        if not self.values and found.exists():
            raise AlreadyThere(f"There is a contract {self.number} already", field="contract_id")

    def _with_room(self) -> Any:
        """What was sent, with more rows when they are asked for."""
        data = self.request.POST.copy()
        count = data.get(f"{PREFIX}-TOTAL_FORMS", "")
        if "more" in data and count.isascii() and count.isdigit():
            data[f"{PREFIX}-TOTAL_FORMS"] = str(min(int(count), MOST) + MORE)
        return data


class EditContract(NewContract):
    """A contract and its lines as they stand, to be corrected: new versions of what differs."""

    verb = "Save as new version"

    @cached_property
    def contract(self) -> Any:
        return queries.keyed(self.actor.environment_id, "contract", self.kwargs["number"])

    @property
    def values(self) -> dict[str, Any]:
        return queries.values_of(self.contract, "contract")

    def heading(self) -> str:
        return f"Contract {self.kwargs['number']}"
