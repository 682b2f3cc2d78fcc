"""Which custom fields of lines, products and customers are dimensions of lines."""

from __future__ import annotations

import duckdb

from tieout.recognition import dimensions
from tieout.revenue.models import CustomField


def merge(book: duckdb.DuckDBPyConnection, environment_id: int | None) -> None:
    """Write the canonical text of all dimensions into lines, and into changes that add lines."""
    dimensions.merge(book, _mapped(environment_id))


def _mapped(environment_id: int | None) -> dict[str, dict[str, str]]:
    """Dimension by field, for each source."""
    found: dict[str, dict[str, str]] = {"customer": {}, "product": {}, "line": {}}
    fields = CustomField.objects.filter(environment_id=environment_id, in_journals=True).exclude(dimension="")
    for each in fields:
        found["line" if each.source == CustomField.Source.SUBSCRIPTION else each.source][each.api_name] = each.dimension
    return found
