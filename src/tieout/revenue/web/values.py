"""How the values of a row look: amounts in the currency, quantities, shares, last days and words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tieout.kernel.money import Money
from tieout.recognition.tables import INPUTS, MICRO, NANO, Kind
from tieout.revenue import words
from tieout.revenue.history import Step
from tieout.revenue.web.columns import day
from tieout.revenue.web.fields import LAST_DAYS, SHARES, written


def said(table: str, column: str, value: Any, currency: str) -> str:
    """One value of a row in the words of its page; a dash for none."""
    declared = INPUTS[table][column]
    if value in (None, ""):
        return "—"
    if declared.kind is Kind.MONEY:
        return str(Money(value, currency)) if currency else str(value)
    if declared.kind is Kind.MICRO:
        return f"{written(value, MICRO // 100)}%" if column in SHARES else written(value, MICRO)
    if declared.kind is Kind.RATE:
        return written(value, NANO)
    if declared.kind is Kind.DATE:
        return day(value - timedelta(days=1) if column in LAST_DAYS else value)
    return words.choice(value) if declared.choices else str(value)


def facts(table: str, row: Any, currency: str) -> Iterator[tuple[str, str]]:
    """The columns of a row that say something, as label and value."""
    for column in INPUTS[table]:
        value = getattr(row, column)
        idle = table == "invoice" and column == "treatment" and row.kind != "credit_memo"
        if value not in (None, "", 0) and not idle:
            yield words.label(table, column), said(table, column, value, currency)


def rule_facts(rule: Any) -> Iterator[tuple[str, str]]:
    """What a version of a rule decides, by its method: settings that its method does not ask are left out."""
    names = {"point_in_time": ("trigger",), "ratable": ("convention", "residual", "upfront")}
    names["percent_complete"] = ("progress_step",)
    for column in ("method", *names.get(rule.method, ())):
        if value := getattr(rule, column):
            yield words.label("rule", column), said("rule", column, value, "")


def differences(step: Step, currency: str) -> list[tuple[str, str, str]]:
    """What a version changed, as label, before and after."""
    return [
        (
            words.label(step.table, each.column),
            said(step.table, each.column, each.before, currency),
            said(step.table, each.column, each.after, currency),
        )
        for each in step.differences
    ]
