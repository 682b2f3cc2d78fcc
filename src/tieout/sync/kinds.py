"""Which kinds of process there are. Rooms to the right register theirs when they are ready; the set is closed after that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel

from tieout.sync.errors import UnknownKind

if TYPE_CHECKING:
    from tieout.connect.models import Connection
    from tieout.people.queries import SiteClock
    from tieout.sync.models import Process
    from tieout.sync.runs import Run


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that a kind may find, and what may be done about it. The first choice is the default."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    """Action and its label; empty when only mending the cause helps."""


class Kind(Protocol):
    """One kind of process: what it needs, how its mapping is checked and how it runs."""

    slug: str
    label: str
    summary: str
    source_capability: type | None
    """Nothing for kinds that post what this site computed itself; their processes have no source."""
    target_capability: type | None
    """Nothing for kinds that bring records into this site; their processes have no target."""
    rules: Sequence[Rule]
    settings_model: type[BaseModel]
    """The shape of the settings that `check` takes."""

    def check(self, process: Process) -> Mapping[str, Any]:
        """The settings of a process that is about to be saved, cleaned. Raises InvalidInput with the reason."""

    def default_settings(self, source: Connection, target: Connection, today: date) -> Mapping[str, Any]:
        """A mapping to start from. A side that the kind does not have comes as None."""

    def run(self, run: Run, site: SiteClock) -> None:
        """Do the work of one job, resumable at any point. Raises the errors of the kernel."""


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind. Two kinds of one name are a programming mistake."""
    if _KINDS.setdefault(kind.slug, kind) is not kind:
        raise TypeError(f"two kinds of process are registered as '{kind.slug}'")


def get(slug: str) -> Kind:
    """The kind of that name. Raises UnknownKind."""
    try:
        return _KINDS[slug]
    except KeyError:
        raise UnknownKind(f"There is no kind of process '{slug}'.", kind=slug) from None


def all_kinds() -> tuple[Kind, ...]:
    """Every kind, in the order registered."""
    return tuple(_KINDS.values())
