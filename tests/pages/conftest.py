"""A site at work: both processes ran once against the vendor sandboxes. Built once, and left as it was by every story."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from tieout.connect import operations as connect
from tieout.connect.models import Connection
from tieout.connectors.kit import registry
from tieout.demo import mappings
from tieout.people import operations as people
from tieout.people import queries
from tieout.people.actors import Actor, Role
from tieout.people.models import Environment
from tieout.sandbox.kit.server import RunningSandbox
from tieout.sync import engine, operations
from tieout.sync.models import Job, Process

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
DAYS = 10
_PARTS = {"#": "//*[@id='{}']", ".": "//*[contains(concat(' ', @class, ' '), ' {} ')]"}
UNMAPPED = "Lockbox"
"""A payment method that the receipts process does not know, so that there is something to mend."""


@dataclass(frozen=True)
class Site:
    """What the stories start from."""

    source: Connection
    target: Connection
    receipts: Process
    journal: Process
    receipts_job: Job
    journal_job: Job


def add_connection(actor: Actor, slug: str, told: dict[str, str]) -> Connection:
    """A tested connection to a vendor sandbox."""
    names = {"base_url": "url", "gateway_url": "url"}
    fields = [field.name for field in registry.get(slug).fields]
    values = {name: told[names.get(name, name)] for name in fields if names.get(name, name) in told}
    made = connect.add(actor=actor, connector=slug, name=slug.capitalize(), values=values, now=NOW)
    assert connect.test(actor=actor, connection_id=made.pk, now=NOW).ok
    made.refresh_from_db()
    return made


def work_off(job: Job) -> Job:
    """Run the job as a worker would, as often as it asks for it."""
    waiting = [job.pk]
    while waiting:
        engine.run_job(waiting.pop(), worker="test", clock=lambda: NOW, defer=lambda pk, when: waiting.append(pk))
    job.refresh_from_db()
    return job


def unmapped() -> dict[str, Any]:
    """The demo's receipts mapping, without one method and with every unusual payment held."""
    settings = mappings.receipts(TODAY - timedelta(days=DAYS))
    rows = [row for row in settings["methods"] if row["method"] != UNMAPPED]
    return {**settings, "methods": rows, "rules": {"unknown_customer": "book"}}


def _process(actor: Actor, kind: str, name: str, ends: tuple[int, int], settings: dict[str, Any]) -> Process:
    draft = operations.Draft(
        name,
        *ends,
        description=f"{name} of the company",
        schedule={"every": "weekdays", "at": "06:00"},
        settings=settings,
    )
    return operations.create_process(actor=actor, kind=kind, draft=draft, now=NOW, site=queries.site_clock())


def _run(actor: Actor, process: Process) -> Job:
    return work_off(operations.run_now(actor=actor, process_id=process.pk, now=NOW, defer=lambda *_: None))


@pytest.fixture(scope="package")
def site(django_db_setup: None, django_db_blocker: Any, vendors: RunningSandbox) -> Iterator[Site]:
    """Committed once for all stories of this folder, because workers post over connections of their own."""
    told = vendors.credentials()
    with django_db_blocker.unblock():
        people.prepare_site()
        where = Environment.objects.get(slug="production")
        actor = Actor(where.pk, None, "Setup", frozenset(Role), "cli")
        source, target = (add_connection(actor, slug, told[slug]) for slug in ("revio", "intacct"))
        ends = (source.pk, target.pk)
        receipts = _process(actor, "receipts", "Payments to receipts", ends, unmapped())
        journal = _process(actor, "gl_reports", "Billing to the ledger", ends, mappings.gl_reports("2026-10"))
        yield Site(source, target, receipts, journal, _run(actor, receipts), _run(actor, journal))
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def controller(site: Site, client_as: Callable[..., Client]) -> Client:
    """A browser of somebody who may post."""
    return client_as(Role.CONTROLLER)


@pytest.fixture
def viewer(site: Site, client_as: Callable[..., Client]) -> Client:
    """A browser of somebody who may only look."""
    return client_as(Role.VIEWER)


@pytest.fixture
def text() -> Callable[..., str]:
    """`text(client.get(…))` is what a page says; `text(page, ".totals")` what a part of it does, by class, `#id` or tag."""
    from lxml import html

    def words(response: Any, part: str = "main") -> str:
        tree = html.document_fromstring(response.content.decode())
        found = tree.xpath(_PARTS.get(part[0], "//{}").format(part.lstrip("#."))) or [tree]
        return " ".join(" ".join(" ".join(each.itertext()).split()) for each in found)

    return words
