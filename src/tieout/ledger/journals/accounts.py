"""Which account plays a role: of the mappings that fit, the most specific one. Pure.

A mapping for the product is more specific than one for the entity, and that more than one for dimensions; of two for
dimensions the one that names more of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One mapping: empty means for any. `dimension` is `class=SaaS`, or several joined by `;`."""

    role: str
    product_id: str
    entity: str
    dimension: str
    account: str

    @property
    def key(self) -> Key:
        return self.role, self.product_id, self.entity, self.dimension

    @property
    def wanted(self) -> frozenset[str]:
        """The dimensions that a line must have."""
        return frozenset(filter(None, self.dimension.split(";")))


class AccountBook:
    """The mappings of an environment, ready to be asked many times."""

    def __init__(self, rows: Iterable[Mapped]) -> None:
        self._rows: dict[tuple[str, str, str], list[tuple[frozenset[str], Mapped]]] = {}
        for row in sorted(rows, key=lambda each: (-len(each.wanted), each.dimension)):
            self._rows.setdefault((row.role, row.product_id, row.entity), []).append((row.wanted, row))

    def find(self, role: str, product_id: str, entity: str, dimensions: str) -> Mapped | None:
        """The most specific mapping for a line; None when there is none, or two of them name different accounts."""
        held = frozenset(dimensions.split(";"))
        for key in _tried(role, product_id, entity):
            fit = [(wanted, row) for wanted, row in self._rows.get(key, ()) if wanted <= held]
            if fit:
                rivals = {row.account for wanted, row in fit if len(wanted) == len(fit[0][0])}
                return fit[0][1] if len(rivals) == 1 else None
        return None


def _tried(role: str, product_id: str, entity: str) -> Iterable[tuple[str, str, str]]:
    keys = [(role, product, where) for product in (product_id, "") for where in (entity, "")]
    return dict.fromkeys(keys)


def as_row(mapped: Mapped) -> Mapping[str, str]:
    """A row of the engine's table `account`."""
    return {
        "role": mapped.role,
        "product_id": mapped.product_id,
        "entity": mapped.entity,
        "dimension": mapped.dimension,
        "account": mapped.account,
    }
