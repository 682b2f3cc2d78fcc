"""Posting other receipts: Tieout's outbox against a bare loop that sends the same requests, and the calls that Sage counts."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

import httpx2
from django.db.models import Count, Q

from bench import site
from bench.figures import Figure, Group
from bench.grounds import TODAY, Vendors, vendors
from bench.sizes import Size
from tieout.connect import queries as connect
from tieout.connect.models import Connection
from tieout.connectors.intacct import envelope, receipts
from tieout.connectors.intacct.client import Gateway
from tieout.connectors.intacct.config import Settings
from tieout.connectors.kit.documents import Receipt
from tieout.demo import mappings
from tieout.kernel.calendar import Calendar
from tieout.ledger import delivery
from tieout.ledger.budget import Budget, forecast
from tieout.ledger.drafts import document_of, new_key
from tieout.ledger.models import Line, Posting, ReferenceItem
from tieout.ledger.receipts import planning
from tieout.ledger.receipts.settings import ReceiptSettings
from tieout.sync.models import Process
from tieout.sync.pulling import Wanted, pull

DAYS = 31
LATENCIES = (0.0, 0.2)
CONNECTIONS = (1, 2, 4)
FREE = "getAPISession"
"""Signing in is not counted by Sage."""
HOW = """\
Other receipts into the sandbox, {documents} a row, through the whole delivery: preflight, slot, intent committed, request,
answer recorded. The bare loop sends the same requests over as many connections, signed in beforehand, and keeps nothing. A day's
calls are those that the sandbox counted for posting and reading back every receipt of one day, the ledger's lists included."""


def measure(size: Size, say: Callable[[str], None]) -> Group:
    """All rows about posting."""
    with vendors(size.post_scale) as running:
        site.connect(running.credentials)
        say("Posting: pulling and planning receipts")
        process = _planned()
        calls = _calls_of_a_day(process, running)
        waiting = iter(_waiting(process))
        rows = [
            _row(process, running, latency, connections, _take(waiting, size.documents), say)
            for latency in LATENCIES
            for connections in CONNECTIONS
        ]
    return Group("Post", HOW.format(documents=size.documents), [*rows, calls])


def _planned() -> Process:
    """A process whose receipts of a month are planned."""
    start = date.fromisoformat(TODAY) - timedelta(days=DAYS)
    process = site.process("receipts", "Post", mappings.receipts(start))
    run = site.run_of(process)
    pull(run, [Wanted("customers"), Wanted("payment_methods"), Wanted("payments", None)], site.clock().zone)
    settings = ReceiptSettings.model_validate(process.settings)
    planning.plan(run, settings, date.fromisoformat(TODAY) - timedelta(days=1), Calendar(site.clock().country))
    return process


def _waiting(process: Process) -> list[int]:
    planned = Posting.objects.filter(process=process, state=Posting.State.PLANNED)
    return list(planned.order_by("day", "pk").values_list("pk", flat=True))


def _take(waiting: Iterator[int], count: int) -> list[int]:
    taken = list(islice(waiting, count))
    if len(taken) < count:
        raise RuntimeError(f"only {len(taken)} receipts are left to post; make the company larger")
    return taken


def _row(
    process: Process, running: Vendors, latency: float, connections: int, ids: Sequence[int], say: Callable[[str], None]
) -> Figure:
    say(f"Posting: {latency * 1000:.0f} ms, {connections} connections")
    Connection.objects.filter(pk=process.target_id).update(concurrency=connections)
    documents = [document_of(posting) for posting in Posting.objects.filter(pk__in=ids)]
    running.control("/control/latency", {"seconds": latency})
    bare = len(ids) / _bare(process, documents, connections)
    own = len(ids) / _own(process, ids)
    running.control("/control/latency", {"seconds": 0})
    several = "connections" if connections > 1 else "connection"
    return Figure(
        f"{latency * 1000:.0f} ms latency, {connections} {several}",
        f"{own:,.1f} entries/s",
        f"{bare:,.1f} entries/s",
        f"{own / bare:.2f}",
    )


def _own(process: Process, ids: Sequence[int]) -> float:
    run = site.run_of(Process.objects.get(pk=process.pk))
    started = time.perf_counter()
    delivery.post(run, Q(pk__in=ids))
    seconds = time.perf_counter() - started
    states = Counter(Posting.objects.filter(pk__in=ids).values_list("state", flat=True))
    if states != {Posting.State.SENT: len(ids)}:
        raise RuntimeError(f"not every receipt was sent: {dict(states)}")
    return seconds


def _bare(process: Process, documents: Sequence[object], connections: int) -> float:
    settings = Settings.read(connect.credentials(process.target))
    gateway = Gateway(settings)
    signed = envelope.session(gateway.sign_in().session_id)
    bodies = iter([_body(settings, signed, document) for document in documents if isinstance(document, Receipt)])
    taking = threading.Lock()

    def work() -> None:
        with httpx2.Client(headers={"content-type": "application/xml"}, timeout=60, trust_env=False) as client:
            while True:
                with taking:
                    body = next(bodies, None)
                if body is None:
                    return
                answer = client.post(settings.gateway_url, content=body)
                if b"<status>failure" in answer.content:
                    raise RuntimeError(answer.text)

    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        for done in [pool.submit(work) for _ in range(connections)]:
            done.result()
    gateway.close()
    return time.perf_counter() - started


def _body(settings: Settings, signed: envelope.Element, document: Receipt) -> bytes:
    """The request of the same receipt under a key of its own."""
    key = new_key()
    return envelope.request(settings, signed, receipts.build(replace(document, key=key)), key, once=True)


def _calls_of_a_day(process: Process, running: Vendors) -> Figure:
    days = Posting.objects.filter(process=process).values("day").annotate(count=Count("pk")).order_by("-count", "day")
    ids = list(Posting.objects.filter(process=process, day=days[0]["day"]).values_list("pk", flat=True))
    lines = Line.objects.filter(posting__in=ids).count()
    ReferenceItem.objects.filter(connection=process.target).delete()
    promised = forecast(len(ids), lines, lists_stale=True)
    running.forget_log()
    run = site.run_of(process)
    delivery.post(run, Q(pk__in=ids))
    delivery.verify(run)
    counted = [entry for entry in running.log("intacct") if entry["function"] != [FREE]]
    return _calls(promised, len(counted), len(ids), lines)


def _calls(promised: Budget, counted: int, documents: int, lines: int) -> Figure:
    return Figure(
        f"API calls for a day: {documents} receipts with {lines} payments",
        f"{counted} calls",
        f"{promised.total} forecast",
        f"{counted / promised.total:.2f}",
        "as forecast",
        counted == promised.total,
    )
