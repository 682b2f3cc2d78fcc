"""The dry run of a month in which as many journal lines move: each contract has a class of its own, and a month is posted."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from bench import revenue_data, site
from bench.figures import Figure
from bench.sizes import Size
from tieout.ledger.journals import planning
from tieout.ledger.journals.dry_run import difference
from tieout.ledger.journals.posted import KIND
from tieout.ledger.journals.settings import JournalSettings
from tieout.ledger.models import AccountMapping
from tieout.people.actors import Actor, Role
from tieout.revenue import figures, periods
from tieout.sync.models import Process

SECONDS = 5.0
ACCOUNTS = {"receivable": "12000", "contract_liability": "23000", "contract_asset": "12150", "revenue": "40100"}
FIRST, SECOND = "2026-09", "2026-10"
ACCEPT = """
    update ledger_posting set state = 'sending' where process_id = {process};
    update ledger_posting set state = 'sent' where process_id = {process};
    update ledger_posting set state = 'verified' where process_id = {process};
"""


def measure(size: Size, say: Callable[[str], None]) -> Figure:
    """Seconds from the question to every line's holds now, to post and holds after; the lowest of the rounds is not chosen."""
    place = site.environment("wide")
    say(f"Revenue: posting a month of {size.journal_lines:,} lines")
    _close_first(place.pk, size.journal_lines // 2)
    made, seconds = figures.make(place.pk, cause="data", now=timezone.now()), []
    for _ in range(size.rounds):
        say("Revenue: the dry run")
        started = time.perf_counter()
        found = difference(place.pk, made, entity="", period=SECOND)
        seconds.append(time.perf_counter() - started)
    if len(found.moves) < size.journal_lines or found.missing or not any(line.holds_now for line in found.lines):
        raise RuntimeError(f"{len(found.moves)} lines move, and {len(found.missing)} have no account")
    worst = max(seconds)
    what = f"Dry run of a month: {len(found.moves):,} lines move, of {len(found.lines):,}"
    return Figure(what, f"{worst:.1f} s at worst", goal=f"under {SECONDS:.0f} s", met=worst < SECONDS)


def _close_first(environment: int, contracts: int) -> None:
    """The first month posted as the ledger would have taken it, and closed."""
    with revenue_data.wide(contracts) as given:
        revenue_data.bring(environment, given)
    for role, account in ACCOUNTS.items():
        AccountMapping.objects.create(environment_id=environment, role=role, account=account)
    told = {"journal": "APJ", "most_lines": 2000}
    ledger = site.connection("intacct")
    values = {"environment_id": environment, "kind": KIND, "name": "Journals", "created_at": timezone.now()}
    process = Process.objects.create(target=ledger, settings=told, **values)
    actor = Actor(environment, None, "Bench", frozenset({Role.CONTROLLER}), "cli")
    periods.set_up(actor, entity="", first=date(2026, 9, 1), years=1, now=timezone.now())
    made = figures.make(environment, cause="close", now=timezone.now())
    with transaction.atomic():
        periods.freeze(periods.find(environment, "", FIRST), made)
    planning.plan(site.run_of(process), JournalSettings.model_validate(told))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ACCEPT.format(process=process.pk))
    with transaction.atomic():
        periods.close(periods.find(environment, "", FIRST))
    with connection.cursor() as cursor:
        cursor.execute("analyze")
