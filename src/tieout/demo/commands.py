"""`tieout demo`: a whole site over local sandboxes, its main job run by a real worker, and the proof that it ties out."""

from __future__ import annotations

import atexit
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.error import URLError
from urllib.request import urlopen

import typer
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from tieout.cli.setup import prepare
from tieout.database.home import Home
from tieout.demo import closing
from tieout.demo import site as demo_site
from tieout.demo.site import DemoSite
from tieout.kernel.errors import Fatal
from tieout.kernel.period import Period
from tieout.ledger import tie_out
from tieout.people.queries import site_clock
from tieout.sync import operations, queries
from tieout.sync.errors import AlreadyActive
from tieout.sync.models import ACTIVE, Process
from tieout.sync.tasks import defer

Rows = Sequence[Any]
console = Console(width=None if sys.stdout.isatty() else 140)


class DidNotStart(Fatal):
    """A part of the demo did not start."""

    code = "demo.did_not_start"
    remedy = "See whether another program uses the port, or choose others with --port and --sandbox-port."


def demo(
    serve: Annotated[bool, typer.Option(help="Leave the web page running afterwards.")] = True,
    port: Annotated[int, typer.Option(help="Port of the web page.")] = 8000,
    sandbox_port: Annotated[int, typer.Option(help="Port of the vendor sandboxes.")] = 8100,
    scale: Annotated[float, typer.Option(help="Size of the seeded company.")] = 1.0,
    days: Annotated[int, typer.Option(help="How many days back the receipts begin.")] = 31,
) -> None:
    """Set up a demo site, bring a month of Rev.io into Sage Intacct, close months of revenue, and print the tie-outs."""
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda number, _: sys.exit(128 + number))
    for wanted in (sandbox_port, port) if serve else (sandbox_port,):
        _expect_free(wanted)
    prepare()
    base = f"http://127.0.0.1:{sandbox_port}"
    state = Home.from_environment().path / "sandbox"
    sandboxes = _child("sandbox", "serve", "--port", str(sandbox_port), "--scale", str(scale), "--state", str(state))
    _wait_for(base, sandboxes)
    now = timezone.now()
    today = now.astimezone(site_clock().zone).date()
    made = demo_site.set_up(_credentials(base, sandbox_port), now=now, today=today, days=days)
    console.print(
        f"Site made. Sign in as [bold]{demo_site.EMAIL}[/] with the password [bold]{made.password}[/]", highlight=False
    )
    _child("worker", "--concurrency", "2")
    for process in (made.receipts, made.gl_reports):
        _run(made, process)
    tied = _print_tie_out(made, today, days)
    tied = closing.run(made, today, lambda process: _run(made, process), console) and tied
    if serve:
        _serve(port)
    raise typer.Exit(0 if tied else 1)


def _expect_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DidNotStart(f"Port {port} is taken.") from None


def _child(*arguments: str) -> subprocess.Popen[bytes]:
    logs = Home.from_environment().path / "logs"
    logs.mkdir(exist_ok=True)
    with (logs / f"{arguments[0]}.log").open("ab") as log:
        command = [sys.executable, "-m", "tieout", *arguments]
        child = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own commands
    atexit.register(_end, child)
    return child


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=20)
    except subprocess.TimeoutExpired:
        child.kill()


def _wait_for(address: str, child: subprocess.Popen[bytes], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        if child.poll() is not None:
            raise DidNotStart(f"What should answer at {address} ended at once; its log is in the site's logs.")
        try:
            urlopen(address, timeout=5).close()  # noqa: S310 - our own loopback address
            return
        except (URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _credentials(base: str, port: int) -> dict[str, dict[str, str]]:
    command = [sys.executable, "-m", "tieout", "sandbox", "credentials", "--json", "--port", str(port)]
    said = subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    found: dict[str, dict[str, str]] = json.loads(said.stdout)
    assert found["revio"]["url"].startswith(base)
    return found


def _run(made: DemoSite, process: Process) -> None:
    try:
        job: Any = operations.run_now(actor=made.actor, process_id=process.pk, now=timezone.now(), defer=defer)
    except AlreadyActive:
        job = queries.active_job(process.pk)
    columns = (TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(process.name, total=None)
        while job.state in ACTIVE:
            time.sleep(0.3)
            job.refresh_from_db()
            bar.update(task, description=f"{process.name}: {job.phase}", completed=job.done, total=job.total or None)
    counts = ", ".join(f"{value:,} {name}" for name, value in sorted(job.counts.items()) if value)
    console.print(f"{process.name}: [bold]{job.get_state_display()}[/] ({counts})")
    if job.error:
        console.print(f"[red]{job.error['message']}[/] {job.error['remedy']}")


def _print_tie_out(made: DemoSite, today: date, days: int) -> bool:
    receipts = tie_out.receipts(made.receipts, Period(today - timedelta(days=days), today))
    last_month = Period.month_of(today.replace(day=1) - timedelta(days=1))
    months = tie_out.months(made.gl_reports, last_month)
    console.print(_receipts_table(receipts))
    console.print(_months_table(months))
    rows: list[Any] = [*receipts, *months]
    off = [row for row in rows if row.difference]
    empty = not receipts or not months or not any(row.held for row in rows)
    if off or empty:
        console.print(f"[bold red]{len(off)} rows do not tie out.[/]" if off else "[bold red]Nothing was booked.[/]")
        return False
    console.print(f"[bold green]{len(receipts) + len(months)} rows tie out: every difference is 0.00.[/]")
    return True


def _receipts_table(rows: Rows) -> Table:
    table = Table(title="Payments in Rev.io and other receipts in Sage Intacct", show_footer=True)
    for name in ("Day", "Method", "Bank account"):
        table.add_column(name, footer="Total" if name == "Day" else "")
    columns = ("source", "left_out", "planned", "held", "difference")
    titles = ("Rev.io", "Left out (findings)", "Planned", "In Intacct", "Difference")
    for title, column in zip(titles, columns, strict=True):
        total = sum(getattr(row, column).minor for row in rows)
        table.add_column(title, justify="right", footer=f"{total / 100:,.2f}")
    for row in rows:
        table.add_row(str(row.day), row.method, row.bank, *(f"{getattr(row, each).decimal():,}" for each in columns))
    return table


def _months_table(rows: Rows) -> Table:
    table = Table(title="GL report of Rev.io and journal entries in Sage Intacct")
    table.add_column("Month")
    for title in ("Currency", "GL report", "Planned", "In Intacct", "Difference"):
        table.add_column(title, justify="right")
    for row in rows:
        amounts = (row.report, row.planned, row.held, row.difference)
        table.add_row(row.month, row.report.currency, *(f"{amount.decimal():,}" for amount in amounts))
    return table


def _serve(port: int) -> None:
    web = _child("web", "--port", str(port))
    _wait_for(f"http://127.0.0.1:{port}/", web)
    console.print(
        f"\nThe site is at [bold]http://127.0.0.1:{port}/[/]; the sandboxes stay up beside it. Ctrl-C ends all."
    )
    try:
        web.wait()
    except KeyboardInterrupt:
        console.print("Ending.")
