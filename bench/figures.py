"""What is measured, as values; printed as a table and written as a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `ratio` compares with a baseline of the same run; `met` is None where no goal is set."""

    what: str
    value: str
    baseline: str = ""
    ratio: str = ""
    goal: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that belong together, and how they were taken."""

    title: str
    how: str
    figures: Sequence[Figure] = field(default_factory=tuple)


HEADINGS = ("Figure", "Value", "Baseline", "Ratio", "Goal", "Met")


def table(group: Group) -> Table:
    """For the screen."""
    shown = Table(title=group.title, caption=group.how.replace("\n", " "), title_justify="left", caption_justify="left")
    for heading in HEADINGS:
        shown.add_column(heading, justify="left" if heading in ("Figure", "Met") else "right")
    for figure in group.figures:
        shown.add_row(*_cells(figure))
    return shown


def page(groups: Iterable[Group], machine: str) -> str:
    """For `docs/benchmarks.md`."""
    lines = ["# Benchmarks", "", "Written by `make bench`. Every ratio compares figures of one run.", "", machine, ""]
    for group in groups:
        lines += [f"## {group.title}", "", group.how, "", _row(HEADINGS), _row(["---"] * len(HEADINGS))]
        lines += [_row(_cells(figure)) for figure in group.figures] + [""]
    return "\n".join(lines)


def spread(values: Sequence[float], unit: str) -> str:
    """The median, with the lowest and highest when there are several: `21,300 records/s (19,800 to 22,100)`."""
    middle = f"{_short(median(values))} {unit}"
    return f"{middle} ({_short(min(values))} to {_short(max(values))})" if len(values) > 1 else middle


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _cells(figure: Figure) -> list[str]:
    met = {None: "", True: "yes", False: "no"}[figure.met]
    return [figure.what, figure.value, figure.baseline, figure.ratio, figure.goal, met]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
