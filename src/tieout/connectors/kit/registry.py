"""Which connectors exist. Each registers by entry point, built-ins too, and is imported on first use."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from tieout.connectors.kit.capabilities import Connector
from tieout.kernel.errors import NotFound


class UnknownConnector(NotFound):
    """There is no connector of that name."""

    code = "connectors.unknown_connector"
    remedy = "Choose one of the connectors listed by `tieout connect kinds`."


@cache
def _registered() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group="tieout.connectors"):
        if point.name in found and found[point.name].value != point.value:
            raise TypeError(f"two connectors are registered as '{point.name}'")
        found[point.name] = point
    return found


def slugs() -> tuple[str, ...]:
    """Names of all connectors, sorted; nothing is imported."""
    return tuple(sorted(_registered()))


@cache
def get(slug: str) -> Connector:
    """The connector of that name, imported now if it was not. Raises UnknownConnector."""
    try:
        point = _registered()[slug]
    except KeyError:
        raise UnknownConnector(f"There is no connector '{slug}'", connector=slug) from None
    connector = point.load()
    assert isinstance(connector, Connector)
    return connector


def all_connectors() -> tuple[Connector, ...]:
    """Every connector, loaded, by slug."""
    return tuple(get(slug) for slug in slugs())
