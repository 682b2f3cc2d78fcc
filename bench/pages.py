"""Time of pages over a database with a million payments, through gunicorn as `tieout web` runs it, one request at a time."""

from __future__ import annotations

import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx2
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from bench import site
from bench.figures import Figure, Group
from bench.grounds import PATIENCE, TODAY, free_port
from bench.sizes import Size
from tieout.demo import mappings
from tieout.kernel.period import Period
from tieout.ledger.models import Posting
from tieout.records.models import Payment

FILL = Path(__file__).with_name("pages.sql")
P95_MS = 150.0
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOW = """\
{payments} payments with raw versions, lines and sources in {postings} receipts (a receipt a day and method, {lines} lines
each), 25 processes with {jobs} jobs. Whole answers of gunicorn as `tieout web` starts it, {requests} requests a page, one at a
time, after {uncounted} that are not counted."""


def measure(size: Size, say: Callable[[str], None]) -> Group:
    """All rows about pages."""
    say(f"Pages: filling a database with {size.payments:,} payments")
    _fill(size.payments)
    posting = Posting.objects.order_by("day", "pk")[Posting.objects.count() // 2]
    with served() as client:
        figures = []
        for what, path, limited in _addresses(posting):
            say(f"Pages: {path}")
            figures.append(figure(what, times(client, path, size), P95_MS if limited else None))
    return Group("Pages", _how(size, posting), figures)


def _fill(payments: int) -> None:
    process = site.process("receipts", "Process 1", mappings.receipts(Period.parse_month("2024-11").start))
    values: Mapping[str, Any] = {
        "payments": payments,
        "process": process.pk,
        "environment": process.environment_id,
        "source": process.source_id,
        "target": process.target_id,
        "last_day": TODAY,
        "body": zlib.compress(b"{}"),
    }
    with connection.cursor() as cursor:
        cursor.execute("truncate sync_inputpage, sync_sourcerecord, records_payment, ledger_posting, sync_job cascade")
    for statement in FILL.read_text().split(";\n"):
        if statement.strip():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, values)
    _check(payments)


def _check(payments: int) -> None:
    """What the triggers would have refused is not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), count(*) filter (where total <> total_minor) from (select posting.total_minor,"
            " sum(line.amount_minor) as total from ledger_posting posting join ledger_line line on line.posting_id = posting.id"
            " group by posting.id) sums"
        )
        receipts, unbalanced = cursor.fetchone()
    if unbalanced or not receipts or Payment.objects.count() != payments:
        raise RuntimeError(f"{unbalanced} of {receipts} receipts do not balance")


def _addresses(posting: Posting) -> Iterator[tuple[str, str, bool]]:
    """What is shown, where, and whether the goal is about it."""
    line = posting.lines.first()
    assert line is not None
    yield "Process list", reverse("processes"), True
    yield f"A posting with {posting.lines.count()} lines", reverse("posting", args=[posting.pk]), True
    yield "The record behind a line", reverse("posting_line", args=[posting.pk, line.pk]), False
    yield "Postings", reverse("postings"), False
    yield "Postings, searched", f"{reverse('postings')}?q=wire&show=100", False
    yield "Postings of a process", reverse("process_postings", args=[posting.process_id]), False
    yield "A process", reverse("process", args=[posting.process_id]), False
    yield "Jobs", reverse("jobs"), False
    yield "Findings", reverse("findings"), False


@contextmanager
def served() -> Iterator[httpx2.Client]:
    """A signed-in client of the site under gunicorn."""
    browser = Client()
    browser.force_login(site.user(), backend=BACKEND)
    name = settings.SESSION_COOKIE_NAME
    port = free_port()
    command = [sys.executable, "-m", "tieout", "web", "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        base, cookies = f"http://127.0.0.1:{port}", {name: browser.cookies[name].value}
        with httpx2.Client(base_url=base, cookies=cookies, timeout=PATIENCE, trust_env=False) as client:
            _wait_for(client)
            yield client
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def _wait_for(client: httpx2.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            client.get(reverse("account_login"))
            return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the site does not answer")


def times(client: httpx2.Client, paths: str | Sequence[str], size: Size) -> list[float]:
    """Milliseconds of each counted request; of several addresses, asked in turn."""
    taken, turns = [], cycle([paths] if isinstance(paths, str) else paths)
    for path in islice(turns, size.uncounted + size.requests):
        started = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}")
    return taken[size.uncounted :]


def figure(what: str, taken: list[float], limit: float | None) -> Figure:
    """Milliseconds as their median and 95th percentile, which shall stay below the limit."""
    cuts = quantiles(taken, n=20, method="inclusive")
    middle, p95 = cuts[9], cuts[18]
    goal, met = (f"p95 under {limit:.0f} ms", p95 < limit) if limit else ("", None)
    return Figure(what, f"p50 {middle:.0f} ms, p95 {p95:.0f} ms", goal=goal, met=met)


def _how(size: Size, posting: Posting) -> str:
    return HOW.format(
        payments=f"{size.payments:,}",
        postings=f"{Posting.objects.count():,}",
        lines=posting.lines.count(),
        jobs=f"{25 * 730:,}",
        requests=size.requests,
        uncounted=size.uncounted,
    )
