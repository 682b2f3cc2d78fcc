"""Revenue books of one entity whose months are closed from September 2026 on, and the people who close them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tieout.close import operations, queries
from tieout.close.models import Closing
from tieout.close.queries import Checklist
from tieout.connect.models import Connection
from tieout.ledger.journals.tests.books import NOW, RevenueBooks
from tieout.ledger.models import Posting
from tieout.people.actors import Actor, Role
from tieout.revenue import periods
from tieout.revenue.models import Period
from tieout.sync.models import Job

Dying = Callable[[], AbstractContextManager[None]]
AFTER = datetime(2027, 6, 10, 9, tzinfo=UTC)
"""When the stories happen: all months of the year are over."""


@dataclass
class Desk:
    """Somebody who closes months of the entity US. Each act happens a minute after the one before."""

    books: RevenueBooks
    actor: Actor
    now: datetime = AFTER

    def at(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def period(self, label: str) -> Period:
        return periods.find(self.actor.environment_id, "US", label)

    def checklist(self, label: str) -> Checklist:
        return queries.checklist(self.actor.environment_id, self.period(label).pk)

    def freeze(self, label: str) -> Closing:
        return operations.freeze(self.actor, period_id=self.period(label).pk, now=self.at())

    def thaw(self, label: str, reason: str = "Too early") -> Closing:
        return operations.thaw(self.actor, period_id=self.period(label).pk, reason=reason, now=self.at())

    def sign(self, label: str, *steps: str, note: str = "") -> None:
        for step in steps:
            operations.sign(self.actor, period_id=self.period(label).pk, step=step, note=note, now=self.at())

    def post(self, label: str) -> list[Posting]:
        """Plan the journals, and let the ledger take them."""
        planned = self.books.plan()
        self.books.accept(*planned)
        self.end_runs()
        return planned

    def end_runs(self) -> None:
        """No run of the process is under way."""
        Job.objects.update(state=Job.State.SUCCEEDED)

    def close(self, label: str) -> Closing:
        return operations.close(self.actor, period_id=self.period(label).pk, now=self.at())

    def reopen(self, label: str, reason: str = "A contract was wrong", defer: Any = lambda *_: None) -> Closing:
        found = self.period(label)
        return operations.reopen(self.actor, period_id=found.pk, reason=reason, now=self.at(), defer=defer)

    def month(self, label: str) -> list[Posting]:
        """A whole close, from freeze to lock."""
        self.freeze(label)
        self.sign(label, "data", "preview")
        posted = self.post(label)
        self.close(label)
        return posted

    def finish_reversals(self) -> None:
        """As if the ledger had taken the counter-entries."""
        self.books.accept(*Posting.objects.filter(reverses__isnull=False, state="planned"))
        Posting.objects.filter(state="reversing").update(state="reversed")
        self.end_runs()


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Dying:
    """`with dying(): …` is an act whose process dies at its end, before its audit entry is written."""

    def die(**_: object) -> None:
        raise KeyboardInterrupt

    @contextmanager
    def interrupted() -> Iterator[None]:
        with monkeypatch.context() as dead:
            dead.setattr(operations.audit, "record", die)
            with pytest.raises(KeyboardInterrupt):
                yield

    return interrupted


@pytest.fixture
def books(environments: dict[str, Any]) -> RevenueBooks:
    """Empty books in production, with a ledger that is never called."""
    where = environments["production"].pk
    target = Connection.objects.create(environment_id=where, connector="intacct", name="Intacct", created_at=NOW)
    return RevenueBooks(where, target)


@pytest.fixture
def desk(books: RevenueBooks, actor: Callable[..., Actor]) -> Desk:
    """A controller's."""
    return Desk(books, actor(Role.CONTROLLER))
