"""A site of the soak's own: its home and PostgreSQL, its connections with short waits, and one fresh process per strike.

Every process reads the same days or the same month; the ledger is told apart by record number, so each proof stands alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tieout.sync.models import Job, Process

TIMEOUT, DEADLINE, SETTLE = 2, 3.5, 3
"""Seconds: we wait for an answer, the ledger works on a request, an absent posting is sent again."""
PATIENCE = 150.0


class TookTooLong(Exception):
    """A job did not end; the message says where it stood."""


class Site:
    """Everything here goes through the operations that pages and commands call."""

    def __init__(self, port: int, today: date, concurrency: int = 2) -> None:
        _prepare()
        from tieout.demo import site as demo
        from tieout.people import operations as people
        from tieout.people.models import User
        from tieout.people.queries import actor_for, environment

        self.today, self._numbers, self._concurrency = today, count(1), concurrency
        self.credentials = _credentials(port)
        people.create_first_admin(email="soak@example.com", password="correct horse battery 9", name="Soak")  # noqa: S106
        self.actor = actor_for(User.objects.get(), environment("sandbox"), "cli")
        ledger = demo.intacct_values(self.credentials) | {"timeout": str(TIMEOUT), "settle_seconds": str(SETTLE)}
        self.source = demo.connection(self.actor, "revio", "Rev.io", demo.revio_values(self.credentials), _now())
        self.ledger = demo.connection(self.actor, "intacct", "Sage Intacct", ledger, _now())

    def receipts(self, start: date, methods: Sequence[str] | None = None, **settings: Any) -> Process:
        """A process for the payments from `start` on, of all methods or of these."""
        from tieout.demo import mappings

        rules = {"refunded": "leave_out", "bounced": "leave_out", "unknown_customer": "book"}
        mapping = mappings.receipts(start) | {"rules": rules} | settings
        if methods is not None:
            mapping["methods"] = [
                row if row["method"] in methods else {"method": row["method"], "treatment": "no_money"}
                for row in mapping["methods"]
            ]
        return self._process("receipts", mapping)

    def journal(self, month: str) -> Process:
        """A process for the billing of one month. What the first of its kind read, later ones find and read no more."""
        from tieout.demo import mappings
        from tieout.sync.models import Process, StreamPosition

        made = self._process("gl_reports", mappings.gl_reports(month) | {"reread_months": 1})
        first = Process.objects.filter(kind="gl_reports").order_by("pk").first()
        if first is not None and first.pk != made.pk:
            for position in StreamPosition.objects.filter(process=first, position__isnull=True):
                position.pk, position.process = None, made
                position.synced_until += timedelta(days=31)  # the month that is read again by default
                position.save(force_insert=True)
        return made

    def start(self, process: Process, **parameters: Any) -> Job:
        """Run now."""
        from tieout.sync import operations
        from tieout.sync.tasks import defer

        return operations.run_now(
            actor=self.actor, process_id=process.pk, now=_now(), defer=defer, parameters=parameters
        )

    def stop(self, job: Job) -> None:
        """Ask the run to stop."""
        from tieout.sync import operations

        operations.stop(actor=self.actor, job_id=job.pk, now=_now())

    def reverse(self, posting: Any) -> Job:
        """Take it out of the ledger again."""
        from tieout.ledger import operations
        from tieout.sync.tasks import defer

        return operations.reverse(actor=self.actor, posting_id=posting.pk, reason="Soak", now=_now(), defer=defer)

    def retry(self, process: Process) -> Job:
        """Post again what was refused."""
        from tieout.ledger import operations
        from tieout.sync.tasks import defer

        refused = [posting.pk for posting in self.postings(process) if posting.state == "failed"]
        return operations.post_now(actor=self.actor, posting_ids=refused, now=_now(), defer=defer)[0]

    def wait(self, job: Job) -> Job:
        """Until it has ended, however often it is taken up. Raises TookTooLong."""
        from tieout.sync.models import ACTIVE

        deadline = time.monotonic() + PATIENCE
        while (now := self.look(job)).state in ACTIVE:
            if time.monotonic() > deadline:
                raise TookTooLong(
                    f"{now} is {now.state} in '{now.phase}' (attempt {now.attempt}, {now.retries} retries)"
                )
            time.sleep(0.1)
        return now

    def look(self, job: Job) -> Job:
        """The job as it stands; a database that is away is waited for."""
        from django.db import connection

        from tieout.sync.models import Job
        from tieout.sync.runs import DATABASE_AWAY

        for _ in range(600):
            try:
                return Job.objects.get(pk=job.pk)
            except DATABASE_AWAY:
                connection.close()
                time.sleep(0.1)
        raise TookTooLong("The database does not come back.")

    def postings(self, process: Process) -> list[Any]:
        """Everything that the process planned, as it stands."""
        from tieout.ledger.models import Posting

        return list(Posting.objects.filter(process=process).order_by("pk"))

    def help_given(self, process: Process) -> int:
        """How often a person did something about the process."""
        from tieout.sync.models import Job

        return Job.objects.filter(process=process).exclude(trigger="schedule").count() - 1

    def forget_lists(self) -> None:
        """Have the next run read the ledger's lists again."""
        from tieout.ledger.models import ReferenceItem

        ReferenceItem.objects.all().delete()

    def taken_out(self, posting: Any) -> dict[tuple[str, str], tuple[int, Decimal]]:
        """The payments of one receipt, as the proof leaves them out."""
        from tieout.ledger.models import Source

        amounts = Source.objects.filter(posting=posting).values_list("amount_minor", flat=True)
        day, method = posting.group.split(" · ")[:2]
        return {(day, method): (len(amounts), Decimal(sum(amounts)) / 100)}

    def writings(self, process: Process) -> Counter[str]:
        """How much was written about a process: rows by table, and every posting with its state."""
        from tieout.ledger.models import Attempt
        from tieout.sync.models import Event, InputPage

        said = Counter(f"{posting.key} {posting.state} {posting.record_no}" for posting in self.postings(process))
        said["attempts"] = Attempt.objects.filter(posting__process=process).count()
        said["events"] = Event.objects.filter(job__process=process).count()
        said["pages"] = InputPage.objects.filter(job__process=process).count()
        return said

    def _process(self, kind: str, settings: dict[str, Any]) -> Process:
        """Switched off for the schedule, so that processes over the same records may stand side by side."""
        from tieout.people.queries import site_clock
        from tieout.sync import operations as sync

        draft = sync.Draft(
            name=f"Strike {next(self._numbers)}",
            source_id=self.source.pk,
            target_id=self.ledger.pk,
            enabled=False,
            settings=settings,
        )
        return sync.create_process(actor=self.actor, kind=kind, draft=draft, now=_now(), site=site_clock())


def yesterday(today: date) -> date:
    """The last day whose payments are grouped."""
    return today - timedelta(days=1)


def end_database() -> None:
    """Stop the site's own PostgreSQL."""
    from django.conf import settings

    from tieout.database.embedded import EmbeddedPostgres

    if settings.DATABASE_ADDRESS.embedded:
        with suppress(Exception):
            EmbeddedPostgres(settings.HOME).stop()


def _prepare() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tieout.config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from tieout.people.operations import prepare_site

    call_command("migrate", verbosity=0, interactive=False)
    prepare_site()


def _credentials(port: int) -> dict[str, dict[str, str]]:
    command = [sys.executable, "-m", "tieout", "sandbox", "credentials", "--json", "--port", str(port)]
    found: dict[str, dict[str, str]] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603
    return found


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()
