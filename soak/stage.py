"""One strike after the other on one stage: play it, then prove what the ledger holds, and write the row."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from soak import proof
from soak.children import Crew, Sandboxes
from soak.moments import NeverCame
from soak.proof import Expected, Finding, Mark
from soak.site import Site, TookTooLong, yesterday
from soak.vendors import Books, Controls

if TYPE_CHECKING:
    from tieout.sync.models import Process

GOOD = ("verified", "reversed", "withdrawn")


@dataclass
class Stage:
    """Everything that a strike needs."""

    site: Site
    sandboxes: Sandboxes
    crew: Crew
    controls: Controls
    books: Books
    start: date
    """First day of the receipts; a day of at least 300 payments."""
    month: str

    @property
    def expected(self) -> Expected:
        return Expected(self.start, yesterday(self.site.today))


@dataclass
class Played:
    """What a strike did: how often it struck, and what only it knows about the end."""

    fired: int
    process: Process
    help: int = 0
    """What a person had to do: nothing, but for a period that somebody closed."""
    problems: list[str] = field(default_factory=list)
    finding: Finding | None = None
    """Proven by the strike itself, where the plain proof does not fit."""
    note: str = ""
    posts: bool = True
    """False when the strike is over before anything is to be posted."""


@dataclass(frozen=True)
class Strike:
    """A row to be."""

    group: str
    name: str
    kind: str
    play: Callable[[Stage], Played]


@dataclass
class Row:
    """What came of it."""

    group: str
    name: str
    fired: int = 0
    documents: int = 0
    duplicates: int = 0
    missing: int = 0
    difference: Decimal = Decimal(0)
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def clean(self) -> bool:
        wrong = self.duplicates or self.missing or self.difference or self.problems
        return not wrong and self.fired > 0

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self) | {"difference": str(self.difference), "clean": self.clean}


def perform(stage: Stage, strike: Strike) -> Row:
    """Play one strike and prove it."""
    row = Row(strike.group, strike.name)
    stage.crew.man(1)
    stage.controls.good_weather()
    before, begun = proof.mark(stage.books), time.monotonic()
    try:
        played = strike.play(stage)
    except (TookTooLong, NeverCame, AssertionError) as error:
        row.problems.append(str(error) or repr(error))
        stage.crew.dismiss()
        return row
    row.seconds = time.monotonic() - begun
    stage.controls.good_weather()
    found = played.finding or _prove(stage, strike.kind, before)
    row.fired, row.note = played.fired, played.note
    row.documents, row.duplicates, row.missing = found.documents, found.duplicates, found.missing
    row.difference = found.difference
    row.problems += [*played.problems, *_troubles(stage, played)]
    return row


def _prove(stage: Stage, kind: str, before: Mark) -> Finding:
    if kind == "receipts":
        return proof.receipts(stage.books, stage.controls, before, stage.expected)
    return proof.journal(stage.books, stage.controls, before, stage.month)


def _troubles(stage: Stage, played: Played) -> list[str]:
    postings = stage.site.postings(played.process) if played.posts else []
    undone = [f"{each.group} is {each.state}" for each in postings if each.state not in GOOD]
    helped = stage.site.help_given(played.process) - played.help
    return [*undone[:3], *([f"a person helped {helped} times"] if helped else [])]
