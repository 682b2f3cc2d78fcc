"""The site that is measured: an administrator, connections to the sandboxes, processes, and runs of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from tieout.connect.models import Connection
from tieout.demo import site as demo
from tieout.people import operations as people
from tieout.people import queries
from tieout.people.actors import Actor, Role
from tieout.people.models import Environment, Grant, User
from tieout.sync.models import ACTIVE, Job, Process
from tieout.sync.runs import Run

EMAIL = "bench@example.com"
PASSWORD = "correct horse battery staple"  # noqa: S105 - of a site that lives for minutes


def set_up(credentials: demo.Credentials) -> None:
    """Tables, an administrator and both connections."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    people.prepare_site()
    people.create_first_admin(email=EMAIL, password=PASSWORD, name="Bench")
    people.look_at(user=user(), environment=queries.environment("sandbox"))
    connect(credentials)


def connect(credentials: demo.Credentials) -> None:
    """Point both connections at the sandboxes that have these credentials."""
    demo.connection(actor(), "revio", "Rev.io", demo.revio_values(credentials), timezone.now())
    demo.connection(actor(), "intacct", "Sage Intacct", demo.intacct_values(credentials), timezone.now())


def environment(slug: str) -> Environment:
    """An environment of its own for a part that must not see the others' data."""
    return Environment.objects.create(slug=slug, name=slug.title())


@contextmanager
def looked_at(place: Environment) -> Iterator[None]:
    """The user is in that environment, as an administrator, and afterwards in the sandbox again."""
    Grant.objects.get_or_create(user=user(), environment=place, role=Role.ADMIN)
    people.look_at(user=user(), environment=place)
    yield
    people.look_at(user=user(), environment=queries.environment("sandbox"))


def user() -> User:
    return User.objects.get(email=EMAIL)


def actor() -> Actor:
    return queries.actor_for(user(), queries.environment("sandbox"), "cli")


def connection(connector: str) -> Connection:
    return Connection.objects.get(connector=connector)


def process(kind: str, name: str, settings: Mapping[str, Any]) -> Process:
    """The process of that name, made when it is not there."""
    values = {"kind": kind, "settings": dict(settings), "created_at": timezone.now()}
    ends = {"source": connection("revio"), "target": connection("intacct")}
    made, _ = Process.objects.get_or_create(
        environment=queries.environment("sandbox"), name=name, defaults={**values, **ends}
    )
    return made


def run_of(process: Process) -> Run:
    """A run of the process under way in this Python process; the one before it has ended."""
    Job.objects.filter(process=process, state__in=ACTIVE).update(state=Job.State.SUCCEEDED)
    now = timezone.now()
    job = Job.objects.create(
        process=process,
        trigger=Job.Trigger.MANUAL,
        requested_by="Bench",
        state=Job.State.RUNNING,
        attempt=1,
        queued_at=now,
        started_at=now,
        heartbeat_at=now,
        worker="bench",
    )
    return Run(job, process, timezone.now)


def clock() -> queries.SiteClock:
    """The site's time zone and holidays."""
    return queries.site_clock()
