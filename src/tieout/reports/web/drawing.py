"""Tables and charts of a report as a page draws them: texts, addresses and coordinates. Nothing is summed here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse

from tieout.kernel.currency import exponent
from tieout.kernel.money import Money
from tieout.reports.answers import Chart, Column, Row, Table
from tieout.reports.drill import measure_of, opening
from tieout.reports.questions import Question
from tieout.web.display import shortened

WORDS = {"over_time": "Over time", "point_in_time": "At a point in time", "alone": "On its own", "": "—"}
TOTAL = "Total"
STEP, HEIGHT = 14, 102


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `url` leads to what is behind it."""

    text: str
    css: str = ""
    url: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A table as text."""

    title: str
    lead: str
    headers: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Sequence[Cell]]
    more: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One colour of one column, in the units of the drawing."""

    tone: str
    y: float
    height: float


@dataclass(slots=True)
class Point:
    """One column of a chart; `title` says its amounts."""

    x: int
    title: str
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """A chart in a box of `width` by HEIGHT with its zero line at `zero`."""

    title: str
    currency: str
    width: int
    zero: float
    points: Sequence[Point]
    labels: Sequence[str]
    top: str
    bottom: str
    """What the upper and the lower edge stand for, shortened: `1.2M`."""
    legend: Sequence[tuple[str, str]]


def amount(minor: int, currency: str) -> str:
    """Minor units with separators and the currency's decimals, without its code."""
    places = exponent(currency)
    whole, part = divmod(abs(minor), 10**places)
    sign = "−" if minor < 0 else ""
    return f"{sign}{whole:,}.{part:0{places}d}" if places else f"{sign}{whole:,}"


def table(found: Table, question: Question | None) -> Drawn:
    """A table whose amounts lead to the contracts behind them; without a question they lead nowhere."""
    currencies = {row.currency for row in (*found.rows, *found.totals)}
    extra = [Cell("Currency")] if len(currencies) > 1 else []
    headers = [Cell(column.label, _css(column)) for column in found.columns]
    return Drawn(
        found.title,
        found.lead or ("" if extra or not currencies else f"Amounts in {currencies.copy().pop()}."),
        [*headers, *extra],
        [_row(found.columns, row, question, bool(extra)) for row in found.rows],
        [_row(found.columns, _named(found, row), question, bool(extra)) for row in found.totals],
        found.more,
    )


def chart(found: Chart) -> DrawnChart:
    """Stacked columns: what is positive above the zero line, what is negative below."""
    ups = [sum(max(each.amounts[place], 0) for each in found.series) for place in range(len(found.points))]
    downs = [sum(min(each.amounts[place], 0) for each in found.series) for place in range(len(found.points))]
    span = (max(ups, default=0) - min(downs, default=0)) or 1
    scale = (HEIGHT - 2) / span
    zero = 1 + max(ups, default=0) * scale
    points = [_point(found, place, zero, scale) for place in range(len(found.points))]
    used = [each for each in found.series if any(each.amounts)]
    return DrawnChart(
        found.title,
        found.currency,
        max(len(points) * STEP, 1),
        zero,
        points,
        found.points,
        shortened(Money(max(ups, default=0), found.currency)),
        shortened(Money(min(downs, default=0), found.currency)),
        [(each.label, each.tone) for each in used],
    )


def _point(found: Chart, place: int, zero: float, scale: float) -> Point:
    said = [
        f"{each.label} {amount(each.amounts[place], found.currency)}" for each in found.series if each.amounts[place]
    ]
    point = Point(place * STEP, f"{found.points[place]}: {', '.join(said) or '0'} {found.currency}")
    up = down = zero
    for each in found.series:
        height = abs(each.amounts[place]) * scale
        if each.amounts[place] > 0:
            up -= height
            point.bars.append(Bar(each.tone, up, height))
        elif each.amounts[place] < 0:
            point.bars.append(Bar(each.tone, down, height))
            down += height
    return point


def _named(found: Table, row: Row) -> Row:
    first = found.columns[0].name
    return (
        row
        if row.values.get(first)
        else Row(row.currency, {**row.values, first: TOTAL}, row.place, row.tone, row.opens, row.days)
    )


def _row(columns: Sequence[Column], row: Row, question: Question | None, with_currency: bool) -> list[Cell]:
    cells = [_cell(column, row, question) for column in columns]
    return [*cells, Cell(row.currency, label="Currency")] if with_currency else cells


def _cell(column: Column, row: Row, question: Question | None) -> Cell:
    value = row.values.get(column.name)
    if column.kind != "money":
        text = f"{value:,}" if isinstance(value, int) else WORDS.get(str(value), str(value))
        url = _contract(value) if column.name == "contract" and value else ""
        return Cell("" if value is None else text, _css(column), url, column.label)
    if value is None:
        return Cell("—", "numeric nothing", "", column.label)
    css = " ".join(_tones(column, row, value))
    measure = measure_of(column, row) if value else ""
    url = f"{reverse('report_behind', args=[measure])}?{opening(question, column, row)}" if question and measure else ""
    return Cell(amount(value, row.currency), css, url, column.label)


def _contract(number: str) -> str:
    """The contract's page; none for a number that no address can hold, and for the word Total."""
    try:
        return reverse("contract", args=[number]) if number != TOTAL else ""
    except NoReverseMatch:
        return ""


def _tones(column: Column, row: Row, value: int) -> Iterator[str]:
    yield "numeric"
    if column.tone:
        yield f"tone-{column.tone}"
    if row.tone:
        yield f"tone-{row.tone}"
    if column.tone == "difference":
        yield "difference" if value else "zero"
    elif value < 0:
        yield "negative"
    elif not value:
        yield "zero"


def _css(column: Column) -> str:
    tone = f" tone-{column.tone}" if column.tone else ""
    return f"numeric{tone}" if column.kind in ("money", "number") else ""
