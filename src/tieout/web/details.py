"""The page of one record: heading with state and acts, tabs whose choice stands in the address, panels.

The template extends `web/detail.html` and fills the block `panels`; see docs/how-to/add-a-page.md.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tieout.web.pages import Page


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of the record. `count` is shown beside the label when it is not None."""

    name: str
    label: str
    count: int | None = None


class DetailPage(Page):
    """Shows what `load` returns as `object` (and by `context_name`)."""

    context_name: str = "object"

    @abstractmethod
    def load(self) -> Any:
        """The record, by one domain call. Raises NotFound."""

    def tabs(self) -> Iterable[Tab]:
        """None by default: then everything stands on one page."""
        return ()

    def heading(self) -> str:
        return str(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.object = self.load()
        tabs = list(self.tabs())
        asked = self.request.GET.get("tab", "")
        current = next((tab.name for tab in tabs if tab.name == asked), tabs[0].name if tabs else "")
        shown = {"object": self.object, self.context_name: self.object, "tabs": tabs, "tab": current}
        return super().get_context_data(**shown, **kwargs)
