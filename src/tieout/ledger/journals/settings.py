"""What the process that posts revenue journals is told: the journal, how entries are cut, and where lines belong anyway."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tieout.ledger.journals.places import with_defaults
from tieout.sync.kinds import Rule

MOST_LINES = 500
"""Sage gives no figure; entries of thousands of lines are known to run into its 15 minutes."""
RULES: tuple[Rule, ...] = (
    Rule("unmapped_role", "Events without an account", ()),
    Rule(
        "reversed",
        "Periods whose entry was reversed by hand",
        (("hold", "Hold the period"), ("book", "Book the period again")),
    ),
)
"""What the process may find. A period with an open finding is not posted."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Place(_Strict):
    """An entity of the revenue data in the ledger, and the dimensions of its lines that name none themselves."""

    entity: str = Field("", max_length=100)
    location: str = Field("", max_length=100)
    department: str = Field("", max_length=100)
    class_id: str = Field("", max_length=100)

    def defaults(self) -> dict[str, str]:
        """By the engine's names."""
        given = {"location": self.location, "department": self.department, "class": self.class_id}
        return {name: value for name, value in given.items() if value}


class JournalSettings(_Strict):
    """Everything that the process is told."""

    journal: str = Field(min_length=1, max_length=40)
    detail: Literal["summary", "contract"] = "summary"
    most_lines: int = Field(MOST_LINES, ge=10, le=2000)
    entities: dict[str, Place] = Field(default_factory=dict)
    posts: Literal["automatic", "on_demand"] = "automatic"
    rules: dict[str, str] = Field(default_factory=dict)

    def place(self, entity: str) -> Place:
        """Where an entity of the revenue data belongs; by default the ledger's entity of the same name."""
        return self.entities.get(entity) or Place.model_validate({"entity": entity, "location": entity})

    def books_of(self, name: str) -> str:
        """The entity of the revenue data that stands at this entity or location of the ledger; by default the same name."""
        placed = (books for books, place in self.entities.items() if name and name in (place.entity, place.location))
        return next(placed, name)

    def placed(self, entity: str, dimensions: str) -> str:
        """The dimensions of a line as the ledger will hold them."""
        return with_defaults(dimensions, self.place(entity).defaults())
