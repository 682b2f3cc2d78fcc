"""A small language for stories about one contract: amounts in dollars as text, terms as `2026-01-01..2026-03-31`.

The last day of a term is written as people write it and is part of it; the engine's half-open end is the day after.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from tieout.kernel.money import Money
from tieout.recognition import engine
from tieout.recognition.tables import MICRO, NANO

EVER = date(2000, 1, 1)
Amounts = dict[str, str]


def cents(text: str | int) -> int:
    """`12.34` as minor units of the dollar."""
    return Money.parse(text, "USD").minor


def dollars(minor: int) -> str:
    """Minor units as the cases print them."""
    return f"{Decimal(minor).scaleb(-2):.2f}"


def day(text: str) -> date:
    return date.fromisoformat(text)


def term(text: str) -> dict[str, date]:
    """First and last day, both inside, as the half-open columns."""
    first, last = text.split("..")
    return {"starts_on": day(first), "ends_on": day(last) + timedelta(days=1)}


class Story:
    """Input of the engine, told step by step; the first question computes it."""

    def __init__(self, contract: str = "C", **contract_columns: Any) -> None:
        self.inputs: dict[str, list[dict[str, Any]]] = {}
        self.contract = contract
        self.signed = contract_columns.pop("signed", "2019-01-01")
        self._book: duckdb.DuckDBPyConnection | None = None
        self.add("contract", contract_id=contract, currency="USD", signed_on=day(self.signed), **contract_columns)

    def add(self, table: str, **columns: Any) -> Story:
        """Any row of any input table."""
        self.inputs.setdefault(table, []).append(columns)
        return self

    def sells(self, line: str, price: str, over: str = "", **columns: Any) -> Story:
        """A line with a product and a rule of its own; what is no column of the line describes these."""
        dates = term(over) if over else {"starts_on": day(self.signed)}
        product = {name: columns.pop(name) for name in ("allocation",) if name in columns}
        names = ("method", "trigger", "convention", "residual", "upfront", "progress_step")
        rule = {name: columns.pop(name) for name in names if name in columns}
        self.add("rule", rule_id=line, **({"method": "ratable" if over else "point_in_time"} | rule))
        self.add("product", product_id=line, rule_id=line, **product)
        if "ssp" in columns:
            columns |= {"ssp": cents(columns["ssp"]), "override_reason": "given by the case"}
        row = {"line_id": line, "product_id": line, "price": cents(price), **dates, **columns}
        return self.add("line", contract_id=self.contract, **row)

    def priced(self, line: str, ssp: str, **columns: Any) -> Story:
        """An entry of the SSP book."""
        entry = {"currency": "USD", "starts_on": EVER, "basis": "amount", "amount": cents(ssp)} | columns
        return self.add("ssp", product_id=line, **entry)

    def happens(self, kind: str, line: str, on: str, **columns: Any) -> Story:
        """An event."""
        number = f"E{len(self.inputs.get('event', ()))}"
        row = {"event_id": number, "line_id": line, "kind": kind, "happened_on": day(on), **columns}
        return self.add("event", contract_id=self.contract, **row)

    def changes(self, line: str, on: str, treatment: str, price: str = "0", **columns: Any) -> Story:
        """A modification."""
        number = f"M{len(self.inputs.get('change', ()))}"
        row = {"change_id": number, "line_id": line, "effective_on": day(on), "treatment": treatment, **columns}
        return self.add("change", contract_id=self.contract, price=cents(price), **row)

    def invoices(self, line: str, on: str, amount: str, **columns: Any) -> Story:
        """A billed amount; `kind="credit_memo"` takes it back."""
        number = f"I{len(self.inputs.get('invoice', ()))}"
        row = {"invoice_id": number, "line_id": line, "issued_on": day(on), "amount": cents(amount), **columns}
        return self.add("invoice", contract_id=self.contract, **row)

    def credits(self, line: str, on: str, amount: str, treatment: str = "billing_correction") -> Story:
        """A credit memo, and what it does to revenue."""
        return self.invoices(line, on, amount, kind="credit_memo", treatment=treatment)

    def pays(self, on: str, amount: str, kind: str = "cash") -> Story:
        """A payment, credit applied, or a refund paid out."""
        number = f"P{len(self.inputs.get('payment', ()))}"
        row = {"payment_id": number, "kind": kind, "paid_on": day(on), "amount": cents(amount)}
        return self.add("payment", contract_id=self.contract, **row)

    def rate(self, on: str, rate: str, pair: str = "EUR/USD", kind: str = "spot") -> Story:
        """An exchange rate in force from a day."""
        one, other = pair.split("/")
        row = {"from_currency": one, "to_currency": other, "starts_on": day(on), "kind": kind}
        return self.add("rate", rate=int(Decimal(rate) * NANO), **row)

    def months(self, first: str, last: str, closed: int = 0) -> Story:
        """Calendar months from `first` to `last`; the first ones of them closed."""
        start = day(f"{first}-01")
        number = 0
        while f"{start:%Y-%m}" <= last:
            end = (start + timedelta(days=32)).replace(day=1)
            state = "closed" if number < closed else "open"
            self.add("period", period=f"{start:%Y-%m}", starts_on=start, ends_on=end, state=state)
            start, number = end, number + 1
        return self

    def booked(self, line: str, amounts: Mapping[str, str]) -> Story:
        """What closed months hold."""
        for period, amount in amounts.items():
            row = {"line_id": line, "period": period, "amount": cents(amount)}
            self.add("booked", contract_id=self.contract, **row)
        return self

    @property
    def book(self) -> duckdb.DuckDBPyConnection:
        """The computed book."""
        if self._book is None:
            self._book = engine.new_book()
            for table, given in self.inputs.items():
                engine.put(self._book, table, given)
            engine.compute(self._book)
        return self._book

    def rows(self, table: str) -> list[dict[str, Any]]:
        return engine.rows(self.book, table)

    def allocation(self) -> Amounts:
        """Allocated amount by line."""
        return {row["line_id"]: dollars(row["allocated"]) for row in sorted(self.rows("allocation"), key=_by_line)}

    def revenue(self, line: str = "", column: str = "amount", kind: str = "revenue") -> Amounts:
        """Recognised by period, of a line or of all; periods without any are left out."""
        found: dict[str, int] = {}
        for row in self.rows("schedule"):
            if row["kind"] == kind and line in ("", row["line_id"]):
                found[row["period"]] = found.get(row["period"], 0) + row[column]
        return {period: dollars(found[period]) for period in sorted(found) if found[period]}

    def journal(self, period: str, column: str = "amount") -> Amounts:
        """Debits less credits by account, in one period; `column="functional"` in the functional currency."""
        found: dict[str, int] = {}
        for row in self.rows("journal"):
            if row["period"] == period:
                found[row["account"]] = found.get(row["account"], 0) + row[column]
        return {account: dollars(amount) for account, amount in sorted(found.items()) if amount}


def units(count: int | str) -> int:
    """A quantity or share as the tables hold it."""
    return int(Decimal(count) * MICRO)


def _by_line(row: Mapping[str, Any]) -> str:
    return str(row["line_id"])
