"""Revenue: the whole engine against its bare parts, what changes cost, ten times as much, the dry run, and reports."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from statistics import median

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from bench import dry_run, pages, revenue_data, site
from bench.contestants.race import Race
from bench.figures import Figure, Group, spread
from bench.racing import BENCH_PYTHON, Result, race
from bench.sizes import Size
from tieout.revenue import figures
from tieout.revenue.figures.making import refresh

WHOLE_SECONDS, WHOLE_MB = 10.0, 1_500.0
OF_BARE, OF_BEANCOUNT = 3.0, 100.0
TENFOLD, TENFOLD_MB = 11.0, 4_000.0
CHANGED_SECONDS = 3.0
WATERFALL_MS, BEHIND_MS = 1_000.0, 300.0
PEERS = ("duckdb_expansion", "duckdb_schedule", "postgres_expansion", "postgres_schedule")
CELL = re.compile(r'href="(/reports/behind/[^"]+)"')
HOW = """\
{lines} lines of 1 to 36 months in {contracts} contracts with five lines each, forty products in one SSP book, one contract in
twenty modified. Tieout reads the tables from PostgreSQL and stores allocation, schedule, positions, waterfall and targets as
Parquet, and draws up the summarised journals; the engine alone starts from the same tables in a DuckDB file. The bare expansion
in DuckDB and `generate_series` spread each line's price over its months by days, store that as schedule, sum it by product,
dimensions and month as journals are summed, and that by product and month as a waterfall; "the schedule alone" leaves out the
sums. beancount reads one ledger with the plugin beancount-periodic, of as many lines as it manages: twice as many each time,
until one takes it {beancount} seconds. Each contestant is a process of its own, timed without
the start of Python, over vacuumed tables; memory is the most that it and its children held, each at its worst moment, without
PostgreSQL's; medians of {rounds} rounds, taking turns. Changes are {changed} contracts spread over all: previewed as an import
is, then applied and the figures brought up to date. Pages are whole answers of gunicorn as `tieout web` starts it, one at a time;
behind a figure means each cell of the waterfall's page in turn."""
Say = Callable[[str], None]


def measure(size: Size, say: Say) -> Group:
    """All rows about revenue. Without an environment for beancount its row is left out."""
    environment = site.environment("revenue")
    lines = size.contracts * revenue_data.LINES
    with _books(environment.pk, size.contracts, say) as task:
        own, shown = _engine(task, lines, size, say)
    with site.looked_at(environment):
        shown += _pages(lines, size, say)
    shown += _changes(environment.pk, size, say)
    shown.append(dry_run.measure(size, say))
    shown += _tenfold(own, size, say)
    return Group("Revenue", _how(size), shown)


@contextmanager
def _books(environment: int, contracts: int, say: Say) -> Iterator[Race]:
    """The same contracts in PostgreSQL and in a DuckDB file."""
    say(f"Revenue: {contracts:,} contracts")
    with tempfile.TemporaryDirectory(prefix="tieout-books-") as name:
        book = Path(name) / "whole.duckdb"
        with revenue_data.book(contracts, path=book) as given:
            revenue_data.bring(environment, given)
        yield Race(settings.DATABASE_ADDRESS.conninfo, environment, str(book), name, 0.0)


def _engine(task: Race, lines: int, size: Size, say: Say) -> tuple[list[Result], list[Figure]]:
    names = ("tieout_figures", "tieout_engine", *PEERS)
    taken: Mapping[str, list[Result]] = {name: [] for name in names}
    for _ in range(size.rounds):
        for name, results in taken.items():
            say(f"Revenue: {name}")
            results.append(race(name, task))
    whole, engine, *peers = taken.values()
    bare, bare_schedule, server, server_schedule = peers
    what = f"{lines:,} lines"
    found = [
        _limited(f"{what}, from PostgreSQL to stored journals", _seconds(whole), WHOLE_SECONDS, "s"),
        _limited("The same, memory", [each.peak_mb for each in whole], WHOLE_MB, "MB"),
        _times(f"{what}, the engine alone, against the bare expansion in DuckDB", engine, bare, OF_BARE),
        _times("The engine alone, against the schedule alone in DuckDB", engine, bare_schedule, None),
        _limited("The engine alone, memory", [each.peak_mb for each in engine], None, "MB"),
        _times(f"{what}, everything from PostgreSQL, against generate_series", whole, server, 1.0),
        _times(
            "Everything from PostgreSQL, against the schedule alone by generate_series", whole, server_schedule, None
        ),
    ]
    if BENCH_PYTHON.exists():
        say("Revenue: beancount_amortize")
        limited = Race(task.conninfo, task.environment, task.book, task.folder, size.beancount_seconds)
        found.append(_per_line(whole, lines, race("beancount_amortize", limited, BENCH_PYTHON)))
    return whole, found


def _pages(lines: int, size: Size, say: Say) -> list[Figure]:
    say("Revenue: pages")
    waterfall = reverse("report", args=["waterfall"])
    with pages.served() as client:
        cells = [unescape(each) for each in CELL.findall(client.get(waterfall).text)]
        shown = pages.times(client, waterfall, size)
        opened = pages.times(client, cells, size)
    return [
        pages.figure(f"Waterfall over {lines:,} lines", shown, WATERFALL_MS),
        pages.figure(f"Behind a figure of it, {len(set(cells)):,} cells", opened, BEHIND_MS),
    ]


def _changes(environment: int, size: Size, say: Say) -> list[Figure]:
    previewed, refreshed = [], []
    for turn in range(size.rounds):
        say(f"Revenue: {size.changed:,} changed contracts")
        with revenue_data.changes(size.contracts, size.changed, turn) as given:
            rows = {"change": revenue_data.rows(given, "change")}
            started = time.perf_counter()
            seen = figures.impact(environment, figures.Staged(rows))
            previewed.append(time.perf_counter() - started)
            if seen.contracts < size.changed:
                raise RuntimeError(f"only {seen.contracts} contracts were previewed")
            revenue_data.bring(environment, given, ["change"])
        started = time.perf_counter()
        made = refresh(environment, now=timezone.now())
        refreshed.append(time.perf_counter() - started)
        if made.base is None:
            raise RuntimeError("everything was computed again")
    both = [first + then for first, then in zip(previewed, refreshed, strict=True)]
    what = f"{size.changed:,} of {size.contracts:,} contracts changed"
    return [
        _limited(f"{what}: previewed and computed again", both, CHANGED_SECONDS, "s"),
        _limited("Of it the preview of revenue and journals", previewed, None, "s"),
        _limited("Of it the new set of figures", refreshed, None, "s"),
    ]


def _tenfold(once: Sequence[Result], size: Size, say: Say) -> list[Figure]:
    with _books(site.environment("many").pk, size.many_contracts, say) as task:
        say("Revenue: tieout_figures")
        many = race("tieout_figures", task)
    ratio = many.seconds / median(_seconds(once))
    what = f"{size.many_contracts * revenue_data.LINES:,} lines, from PostgreSQL to stored journals"
    goal = TENFOLD / 10 * size.many_contracts / size.contracts
    return [
        Figure(
            what,
            spread([many.seconds], "s"),
            spread(_seconds(once), "s"),
            f"{ratio:.1f}",
            f"at most {goal:.1f}",
            ratio <= goal,
        ),
        _limited("The same, memory", [many.peak_mb], TENFOLD_MB, "MB"),
    ]


def _seconds(results: Sequence[Result]) -> list[float]:
    return [each.seconds for each in results]


def _limited(what: str, values: Sequence[float], most: float | None, unit: str) -> Figure:
    if most is None:
        return Figure(what, spread(values, unit))
    return Figure(what, spread(values, unit), goal=f"at most {most:,.0f} {unit}", met=median(values) <= most)


def _times(what: str, own: Sequence[Result], peer: Sequence[Result], most: float | None) -> Figure:
    ratio = median(_seconds(own)) / median(_seconds(peer))
    goal, met = (f"at most {most:.1f}", ratio <= most) if most else ("", None)
    return Figure(what, spread(_seconds(own), "s"), spread(_seconds(peer), "s"), f"{ratio:.2f}", goal, met)


def _per_line(whole: Sequence[Result], lines: int, peer: Result) -> Figure:
    rates = [lines / each.seconds for each in whole]
    ratio = median(rates) * peer.seconds / peer.rows
    what = f"Lines per second, against beancount on a ledger of {peer.rows:,}"
    theirs = spread([peer.rows / peer.seconds], "lines/s")
    return Figure(
        what, spread(rates, "lines/s"), theirs, f"{ratio:,.0f}", f"over {OF_BEANCOUNT:.0f}", ratio > OF_BEANCOUNT
    )


def _how(size: Size) -> str:
    return HOW.format(
        lines=f"{size.contracts * revenue_data.LINES:,}",
        contracts=f"{size.contracts:,}",
        beancount=f"{size.beancount_seconds:.0f}",
        rounds=size.rounds,
        changed=f"{size.changed:,}",
    )
