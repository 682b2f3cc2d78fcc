"""The page of a raw record with the way forward: which postings took how much from it, in any of its versions."""

from __future__ import annotations

from typing import Any

from tieout.ledger import queries
from tieout.sync.web import records


class RecordPage(records.RecordPage):
    """A raw record and what was made of it."""

    template_name = "ledger/record.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(uses=queries.uses(self.record), **kwargs)
