"""The mapping of each kind of process as forms, made of the settings and read back into them. The same forms set a process
up and change it later."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from tieout.ledger.gl_reports import settings as gl
from tieout.ledger.proposals import Seen
from tieout.ledger.receipts import settings as receipts
from tieout.ledger.reference import Chart
from tieout.ledger.web.rows import SMALL, ChartForm, Code, Dimensions, Rows, as_sent, choice, rows_of, text
from tieout.sync import kinds
from tieout.sync.kinds import Rule

POSTS = [("automatic", "By themselves, as soon as they are planned"), ("on_demand", "When somebody presses Post")]
NOT_MAPPED = ("", "Not mapped")
TREATMENTS = [
    NOT_MAPPED,
    ("bank", "Bank account"),
    ("undeposited", "Undeposited funds"),
    ("no_money", "Moves no money"),
]
PAID_BY = [(word, word) for word in ("EFT", "Printed Check", "Credit Card", "Cash")]
CASH = [
    ("leave_out", "Leave it out: the receipts process books it, or nobody does"),
    ("clearing", "Carry it through the clearing account that the receipts credit, so that it comes to zero there"),
    ("include", "Book it here, by payment method: only when no receipts process does"),
]
_NUMBER = {**SMALL, "class": "form-control form-control-sm numeric"}


class MethodRow(ChartForm):
    """Where the payments of one method go."""

    model = receipts.MethodMapping
    method = text("Method", 200, listed="list-methods", required=True)
    treatment = choice("Goes to", TREATMENTS)
    bank_account = Code("bank_account", "Bank account", max_length=60, hint="bank account")
    undeposited_account = Code("account", "Undeposited funds account", max_length=60, hint="account")
    payment_method = choice("Paid by", PAID_BY, "EFT")
    account = Code("account", "Account", max_length=60)
    account_label = Code("account_label", "or account label", max_length=60, hint="or a label")
    location = Code("location", "Location")
    department = Code("department", "Department")
    class_id = Code("class", "Class")
    deposit_after = forms.IntegerField(
        label="Deposited after (working days)",
        required=False,
        min_value=0,
        max_value=30,
        initial=0,
        widget=forms.NumberInput(attrs=_NUMBER),
    )
    currency = text("Only in currency", 3)
    entity = text("Only for entity", 100)
    custom = Dimensions()

    def counts(self) -> bool:
        return bool(self.cleaned_data.get("treatment"))

    def clean_deposit_after(self) -> int:
        return self.cleaned_data["deposit_after"] or 0

    def clean_payment_method(self) -> str:
        return self.cleaned_data["payment_method"] or "EFT"


class CodeRow(ChartForm):
    """Where one ledger code goes."""

    model = gl.CodeMapping
    component = choice("What", [("charge", "Charges"), ("credit", "Credits"), ("payment", "Payments")], "charge")
    code = text("Ledger code or method", 120, listed="list-codes")
    account = Code("account", "Account", max_length=60)
    location = Code("location", "Location")
    department = Code("department", "Department")
    class_id = Code("class", "Class")
    custom = Dimensions()

    def counts(self) -> bool:
        return bool(self.cleaned_data.get("account"))


class EntityRow(ChartForm):
    """Which ledger entity a word of the source stands for."""

    word = text("In the source", 100)
    entity = Code("entity", "In the ledger")


class TargetForm(ChartForm):
    """An account with its dimensions."""

    model = gl.Target
    account = Code("account", "Account", max_length=60)
    location = Code("location", "Location")
    department = Code("department", "Department")
    class_id = Code("class", "Class")
    custom = Dimensions()

    def counts(self) -> bool:
        return bool(self.cleaned_data.get("account"))


class ReceiptsHead(forms.Form):
    """What the whole receipts process is told."""

    start_on = forms.DateField(
        label="From the payments of", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    posts = forms.ChoiceField(label="Receipts are posted", choices=POSTS)
    include_today = forms.BooleanField(label="Include today's payments", required=False)
    reread_days = forms.IntegerField(
        label="Read again (days)", min_value=0, max_value=400, help_text="Catches changes of older payments."
    )
    max_lines = forms.IntegerField(
        label="Most lines in a receipt", min_value=1, max_value=1000, help_text="A larger deposit is split."
    )
    entity_field = forms.CharField(
        label="Customer's custom field that names the entity",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "list-fields", "autocomplete": "off"}),
        help_text="Leave empty when everything belongs to one entity.",
    )


class GlHead(forms.Form):
    """What the whole GL report process is told."""

    start_month = forms.CharField(
        label="From the month", max_length=7, widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-10"})
    )
    journal = Code("journal", "Journal", required=True, max_length=40)
    posts = forms.ChoiceField(label="Entries are posted", choices=POSTS)
    days_after = forms.IntegerField(
        label="Closed after (days)", min_value=0, max_value=60, help_text="Days after the month's end."
    )
    reread_months = forms.IntegerField(
        label="Read again (months)", min_value=1, max_value=24, help_text="How long charges wait for their bill."
    )
    cash = forms.ChoiceField(label="Payments", choices=CASH, widget=forms.RadioSelect)
    no_money = forms.CharField(
        label="Payment methods that move no money",
        required=False,
        max_length=2000,
        help_text="Separated by commas.",
    )
    entity_field = ReceiptsHead.base_fields["entity_field"]


class RulesForm(forms.Form):
    """What is done about each thing that may be found."""

    def __init__(self, *args: Any, rules: Iterable[Rule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule in rules:
            if len(rule.choices) > 1:
                self.fields[rule.name] = forms.ChoiceField(label=rule.label, choices=rule.choices)


class Editor:
    """The mapping of one process as forms: as stored, or as the browser sent it."""

    template: ClassVar[str] = ""
    asks_ledger: ClassVar[bool] = True
    """Whether the ledger's lists are offered."""
    row_form: ClassVar[type[ChartForm]]
    head_form: ClassVar[type[forms.Form]]
    setting: ClassVar[str]

    def __init__(self, kind: str, settings: Mapping[str, Any], chart: Chart, seen: Seen, data: Any = None) -> None:
        self.settings, self.chart, self.seen = dict(settings), chart, seen
        self.data = data
        found = kinds.get(kind).rules
        usual = {rule.name: rule.choices[0][0] for rule in found if rule.choices}
        self.head = self.head_form(data, initial=self.head_initial(), prefix="head")
        self.rules = RulesForm(data, initial={**usual, **settings.get("rules", {})}, rules=found, prefix="rules")
        self.rows = self._rows(self.row_form, "rows", self.rows_initial())
        entities = [{"word": word, "entity": entity} for word, entity in settings.get("entities", {}).items()]
        self.entities = self._rows(EntityRow, "entities", entities)

    def is_valid(self) -> bool:
        """Whether every form is right by itself; what they mean together the operation decides."""
        found = [part.is_valid() for part in self.parts()]  # each one, so that every error is shown
        return all(found)

    def parts(self) -> Sequence[Any]:
        """Every form and list of rows."""
        return (self.head, self.rules, self.rows, self.entities)

    @abstractmethod
    def head_initial(self) -> dict[str, Any]:
        """Stored values, else the defaults of the settings."""

    @abstractmethod
    def rows_initial(self) -> list[dict[str, Any]]:
        """Stored rows, then one for each name that the source uses and that is not mapped yet."""

    def values(self) -> dict[str, Any]:
        """The settings as the forms say."""
        head = {name: value for name, value in self.head.cleaned_data.items() if name != "no_money"}
        return {
            **self.settings,
            **head,
            "rules": self.rules.cleaned_data,
            "entities": {row["word"]: row["entity"] for row in self.entities.kept() if row["entity"]},
            self.setting: self.rows.kept(),
        }

    def lists(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What the page offers behind its fields: id, and code with name."""
        kinds_used = (
            "bank_account",
            "account",
            "account_label",
            "location",
            "department",
            "class",
            "entity",
            "journal",
        )
        listed = [(f"list-{kind}", [_offer(item) for item in self.chart.of(kind)]) for kind in kinds_used]  # type: ignore[arg-type]
        names = (
            ("list-methods", self.seen.methods),
            ("list-codes", self.seen.codes),
            ("list-fields", self.seen.fields),
        )
        return [*listed, *((name, [(each, "") for each in values]) for name, values in names)]

    def _rows(self, form: type[ChartForm], prefix: str, stored: list[dict[str, Any]]) -> Rows:
        if self.data is not None and "more" in self.data:
            return rows_of(form, prefix, self.chart, initial=as_sent(form, prefix, self.data))
        return rows_of(form, prefix, self.chart, data=self.data, initial=None if self.data is not None else stored)


class ReceiptsEditor(Editor):
    """Payment methods to bank accounts, and the rest of a receipts process."""

    template = "ledger/mapping_receipts.html"
    row_form = MethodRow
    head_form = ReceiptsHead
    setting = "methods"

    def head_initial(self) -> dict[str, Any]:
        return _with_defaults(receipts.ReceiptSettings, self.settings)

    def rows_initial(self) -> list[dict[str, Any]]:
        stored = list(self.settings.get("methods", []))
        known = {row["method"] for row in stored}
        return [*stored, *({"method": each, "treatment": ""} for each in self.seen.methods if each not in known)]

    def values(self) -> dict[str, Any]:
        found = super().values()
        return {**found, "start_on": found["start_on"].isoformat()}


class GlEditor(Editor):
    """Ledger codes to accounts, and the rest of a GL report process."""

    template = "ledger/mapping_gl.html"
    row_form = CodeRow
    head_form = GlHead
    setting = "codes"
    TARGETS = (
        ("receivable", "Receivables", "What customers owe: debited by charges, credited by payments."),
        ("tax", "Taxes", "Sales taxes that were billed."),
        ("bad_debt", "Bad debt", "Credits that write off a debt. Leave empty to treat them as other credits."),
        ("clearing", "Clearing account", "Where payments go through, when they do."),
    )

    def __init__(self, kind: str, settings: Mapping[str, Any], chart: Chart, seen: Seen, data: Any = None) -> None:
        super().__init__(kind, settings, chart, seen, data)
        self.targets = [
            (TargetForm(data, initial=settings.get(name) or {}, chart=chart, prefix=name), label, text)
            for name, label, text in self.TARGETS
        ]

    def parts(self) -> Sequence[Any]:
        return (*super().parts(), *(form for form, _, _ in self.targets))

    def head_initial(self) -> dict[str, Any]:
        return {
            **_with_defaults(gl.GlSettings, self.settings),
            "no_money": ", ".join(self.settings.get("no_money_methods", [])),
        }

    def rows_initial(self) -> list[dict[str, Any]]:
        stored = list(self.settings.get("codes", []))
        known = {(row["component"], row["code"]) for row in stored}
        wanted = [("charge", code) for code in self.seen.codes]
        wanted += (
            [("payment", method) for method in self.seen.methods] if self.settings.get("cash") == "include" else []
        )
        return [*stored, *({"component": part, "code": code} for part, code in wanted if (part, code) not in known)]

    def is_valid(self) -> bool:
        valid = super().is_valid()
        for form, label, _ in self.targets[:2]:
            if form.is_valid() and not form.counts():
                form.add_error("account", f"{label} need an account.")
                valid = False
        return valid

    def values(self) -> dict[str, Any]:
        targets = {str(form.prefix): form.values() if form.counts() else None for form, _, _ in self.targets}
        methods = [each.strip() for each in self.head.cleaned_data["no_money"].split(",") if each.strip()]
        return {**super().values(), **targets, "no_money_methods": methods}


def _with_defaults(model: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {name: field.default for name, field in model.model_fields.items() if not field.is_required()}
    return {**defaults, **settings}


def _offer(item: Any) -> tuple[str, str]:
    return item.code, item.name if item.active else f"{item.name} (inactive)"
