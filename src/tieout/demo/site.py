"""Setting up the demo site: an administrator, both connections to running sandboxes, and both processes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tieout.connect import operations as connect
from tieout.connect.models import Connection
from tieout.demo import mappings
from tieout.kernel.period import Period
from tieout.people import operations as people
from tieout.people import queries
from tieout.people.actors import Actor
from tieout.people.models import User
from tieout.sync import operations as sync
from tieout.sync.models import Process

EMAIL = "admin@example.com"
DAYS = 31
Credentials = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class DemoSite:
    """What was set up; the administrator's password is a new one each time."""

    actor: Actor
    password: str
    receipts: Process
    gl_reports: Process


def set_up(credentials: Credentials, *, now: datetime, today: date, days: int = DAYS) -> DemoSite:
    """Make the site in its sandbox environment, or find it as it was made before. Talks to the sandboxes."""
    password = secrets.token_urlsafe(12)
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        user = people.create_first_admin(email=EMAIL, password=password, name="Demo Admin")
    user.set_password(password)
    user.save(update_fields=["password"])
    actor = queries.actor_for(user, queries.environment("sandbox"), "cli")
    people.look_at(user=user, environment=queries.environment("sandbox"))
    source = connection(actor, "revio", "Rev.io", revio_values(credentials), now)
    target = connection(actor, "intacct", "Sage Intacct", intacct_values(credentials), now)
    start = today - timedelta(days=days)
    last_month = Period.month_of(today.replace(day=1) - timedelta(days=1))
    receipts = process(
        actor,
        "receipts",
        sync.Draft(
            name="Rev.io payments to Intacct",
            description="Each day's payments by method, one receipt for one bank deposit",
            source_id=source.pk,
            target_id=target.pk,
            schedule={"every": "daily", "at": "06:30"},
            settings=mappings.receipts(start),
        ),
        now,
    )
    gl_reports = process(
        actor,
        "gl_reports",
        sync.Draft(
            name="Rev.io GL report to Intacct",
            description="A closed month's charges, credits and taxes as one journal entry",
            source_id=source.pk,
            target_id=target.pk,
            schedule={"every": "working_day", "n": 2, "at": "07:00"},
            settings=mappings.gl_reports(last_month.label),
        ),
        now,
    )
    return DemoSite(actor, password, receipts, gl_reports)


def revio_values(credentials: Credentials) -> dict[str, str]:
    """The sandbox's credentials as the fields of a Rev.io connection."""
    given = credentials["revio"]
    names = ("login", "client_code", "password", "subscription_key")
    return {"base_url": given["url"], **{name: given[name] for name in names}}


def intacct_values(credentials: Credentials) -> dict[str, str]:
    """The sandbox's credentials as the fields of a Sage Intacct connection."""
    given = credentials["intacct"]
    names = ("company_id", "sender_id", "sender_password", "user_id", "user_password")
    return {"gateway_url": given["url"], **{name: given[name] for name in names}}


def connection(actor: Actor, connector: str, name: str, values: Mapping[str, str], now: datetime) -> Connection:
    """The tested connection of that name, with these values."""
    found = Connection.objects.filter(environment_id=actor.environment_id, name=name).first()
    if found is None:
        found = connect.add(actor=actor, connector=connector, name=name, values=values, now=now)
    else:
        connect.change(actor=actor, connection_id=found.pk, name=name, values=values)
    connect.test(actor=actor, connection_id=found.pk, now=now)
    return found


def process(actor: Actor, kind: str, draft: sync.Draft, now: datetime) -> Process:
    """The process of that name, made when it is not there."""
    found = Process.objects.filter(environment_id=actor.environment_id, name=draft.name).first()
    return found or sync.create_process(actor=actor, kind=kind, draft=draft, now=now, site=queries.site_clock())
