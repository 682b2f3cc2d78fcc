"""Roll-forwards: what a balance was, what moved it, and what it is; each period opens with what the one before closed with.

A contract's position is net (606-10-45-1), so recognition beyond what was billed moves into the contract asset: that part is
shown as a transfer between the two balances. Flows carry the sign with which they move the balance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from tieout.reports.answers import Chart, Check, Column, Row, Series, Table
from tieout.reports.groups import Group, labels, place
from tieout.reports.narrowing import Narrowed, asked, cheapest, grouping, where
from tieout.reports.questions import FACETS, Question
from tieout.reports.windows import EARLIER, Window, back, periods_of


@dataclass(frozen=True, slots=True)
class Roll:
    """A balance: its flows as SQL sums over a relation, and the balance's own movement that they must come to."""

    name: str
    title: str
    relation: str
    flows: Mapping[str, tuple[str, str]]
    """Name → label and SQL of the signed amount."""
    moved: str
    lead: str


LIABILITY = Roll(
    "liability",
    "Deferred revenue (contract liability)",
    "standing",
    {
        "billed": ("Billed", "billed"),
        "recognised": ("Recognised", "-recognised"),
        "transferred": ("Reclassified", "asset_moved"),
        "fx": ("FX", "0"),
    },
    "liability_moved",
    "Billed above recognised, net per contract.",
)
ASSET = Roll(
    "asset",
    "Contract asset (unbilled)",
    "standing",
    {
        "recognised": ("Recognised", "recognised"),
        "billed": ("Billed", "-billed"),
        "transferred": ("Reclassified", "liability_moved"),
        "fx": ("FX", "0"),
    },
    "asset_moved",
    "Recognised above billed, net per contract.",
)
COMMISSION = Roll(
    "commission",
    "Contract costs (commissions)",
    "cost",
    {"incurred": ("Incurred", "incurred"), "amortised": ("Amortised", "-amortised")},
    "incurred - amortised",
    "What it cost to obtain contracts, less what was amortised (340-40).",
)
_Sums = dict[str, int]


def tables(book: duckdb.DuckDBPyConnection, question: Question, roll: Roll) -> Iterator[Table]:
    """One table: for each group its periods, and one total over all of them for each currency."""
    cheapest(asked(question, question.by), roll.relation)
    assert question.as_of is not None
    found = periods_of(book, question, "commission" if roll is COMMISSION else "revenue")
    window = back(found, as_of=question.as_of, since=question.since, span=question.span)
    sums = _sums(book, roll, where(question), window, grouping(question.by))
    groups, more = _page(sums, question)
    yield Table(
        roll.title,
        list(_columns(question.by, roll)),
        [row for group, flows in groups for row in _rows(question.by, group, flows, roll, window)],
        [_total(currency, flows, roll, window) for currency, flows in sorted(_by_currency(sums).items())],
        lead=roll.lead,
        more=more,
    )


def charts(table: Table) -> Iterator[Chart]:
    """The closing balance by period, for each currency."""
    for total in table.totals:
        closing: dict[str, int] = defaultdict(int)
        for row in table.rows:
            if row.currency == total.currency:
                closing[row.values["period"]] += row.values["closing"]
        if not table.more:
            series = [Series("Closing balance", "past", list(closing.values()))]
            yield Chart(f"{table.title} at the end of each period", total.currency, list(closing), series)


def checks(table: Table) -> Iterator[Check]:
    """The flows come to the balance that the contracts' own positions have, and each opening is the closing before."""
    for total in table.totals:
        yield Check("Opening and flows = closing", total.currency, total.values["rolled"], total.values["closing"])
    before: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        group = tuple(row.place.values())
        if group in before and before[group] != row.values["opening"]:
            yield Check(
                f"Opening of {row.values['period']} = closing before",
                row.currency,
                row.values["opening"],
                before[group],
            )
        before[group] = row.values["closing"]


def from_opening(book: duckdb.DuckDBPyConnection, question: Question, table: Table) -> dict[str, int]:
    """By currency, revenue of the periods shown that was in the liability when they began (606-10-50-8b)."""
    if not table.rows:
        return {}
    narrowed = where(question).also("starts_on <= $as_of", as_of=question.as_of)
    first = min(row.values["starts_on"] for row in table.rows)
    return dict(
        book.execute(
            f"""
            SELECT currency, sum(least(opening, greatest(recognised, 0)))::BIGINT FROM (
                SELECT currency, contract_id, coalesce(sum(liability_moved) FILTER (starts_on < $first), 0) AS opening,
                    coalesce(sum(recognised) FILTER (starts_on >= $first), 0) AS recognised
                FROM standing WHERE {narrowed.sql} GROUP BY currency, contract_id
            ) GROUP BY currency
            """,  # noqa: S608
            {**narrowed.values, "first": first},
        ).fetchall()
    )


def _columns(by: Sequence[str], roll: Roll) -> Iterator[Column]:
    yield from (Column(facet, FACETS[facet], "text") for facet in by)
    yield Column("period", "Period", "text")
    yield Column("opening", "Opening")
    for name, (label, sql) in roll.flows.items():
        yield Column(name, label, opens=f"{roll.name}.{name}" if sql != "0" else "")
    yield Column("closing", "Closing", opens=f"{roll.name}.closing")


def _sums(
    book: duckdb.DuckDBPyConnection, roll: Roll, narrowed: Narrowed, window: Window, columns: Sequence[str]
) -> dict[Group, dict[str, _Sums]]:
    """By group and column of the window, the sum of each flow and of the balance's own movement."""
    listed = ", ".join(columns)
    flows = ", ".join(f"sum({sql})::BIGINT" for _, sql in roll.flows.values())
    rows = book.execute(
        f"SELECT {listed}, {window.bucket()} AS bucket, sum({roll.moved})::BIGINT, {flows}"  # noqa: S608
        f" FROM {roll.relation} WHERE {narrowed.sql} AND starts_on <= $last GROUP BY ALL",
        {**narrowed.values, **window.values()},
    ).fetchall()
    found: dict[Group, dict[str, _Sums]] = {}
    for row in rows:
        group, bucket, sums = row[: len(columns)], row[len(columns)], row[len(columns) + 1 :]
        found.setdefault(group, {})[window.column_of(bucket)] = dict(zip(("moved", *roll.flows), sums, strict=True))
    return found


def _by_currency(found: Mapping[Group, dict[str, _Sums]]) -> dict[str, dict[str, _Sums]]:
    """The groups added up for each currency, which is the last of a group's columns."""
    sums: dict[str, dict[str, _Sums]] = {}
    for group, columns in found.items():
        for column, flows in columns.items():
            into = sums.setdefault(str(group[-1]), {}).setdefault(column, dict.fromkeys(flows, 0))
            for name, amount in flows.items():
                into[name] += amount
    return sums


def _page(
    found: Mapping[Group, dict[str, _Sums]], question: Question
) -> tuple[list[tuple[Group, dict[str, _Sums]]], bool]:
    start = (question.page - 1) * question.size
    ordered = sorted(found.items())
    return ordered[start : start + question.size], len(ordered) > start + question.size


def _rows(by: Sequence[str], group: Group, sums: Mapping[str, _Sums], roll: Roll, window: Window) -> Iterator[Row]:
    placed = place(by, group)
    balance = sums.get(EARLIER, {}).get("moved", 0)
    for each in window.periods:
        here = sums.get(each.label, {})
        flows = {name: here.get(name, 0) for name in roll.flows}
        opening, balance = balance, balance + here.get("moved", 0)
        values = {**labels(by, placed), "period": each.label, "starts_on": each.starts_on}
        amounts = {"opening": opening, **flows, "closing": balance}
        yield Row(placed["currency"], values | amounts, placed, days=(each.starts_on, each.starts_on))


def _total(currency: str, sums: Mapping[str, _Sums], roll: Roll, window: Window) -> Row:
    shown = {bucket: flows for bucket, flows in sums.items() if bucket != EARLIER}
    opening = sums.get(EARLIER, {}).get("moved", 0)
    flows = {name: sum(each[name] for each in shown.values()) for name in roll.flows}
    closing = opening + sum(each["moved"] for each in shown.values())
    values = {"period": "All", "opening": opening, **flows, "closing": closing, "rolled": opening + sum(flows.values())}
    return Row(currency, values, {"currency": currency}, days=(window.first, window.last))
