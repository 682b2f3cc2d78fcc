"""How many queries each list page costs, kept in `query_counts.json`; more rows must not cost more queries.

Run with TIEOUT_UPDATE_COUNTS=1 to record new counts, and explain a rise in the commit.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from tieout.people.actors import Role
from tieout.web.lists import ListPage

RECORDED = Path(__file__).parent / "query_counts.json"


def _list_pages() -> Iterator[str]:
    patterns = list(get_resolver().url_patterns)
    while patterns:
        entry = patterns.pop()
        patterns.extend(getattr(entry, "url_patterns", []))
        view = getattr(getattr(entry, "callback", None), "view_class", None)
        if view and issubclass(view, ListPage) and not entry.pattern.converters:
            yield f"/{entry.pattern}"


def _count(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200, path
    return len(asked)


def test_each_list_page_costs_what_was_recorded_whatever_the_number_of_rows(
    client_as: Callable[..., Client], fill: Callable[[int], None]
) -> None:
    client = client_as(*Role)
    pages = sorted(_list_pages())
    fill(3)
    few = {path: _count(client, path) for path in pages}
    fill(12)
    assert {path: _count(client, path) for path in pages} == few
    if os.environ.get("TIEOUT_UPDATE_COUNTS"):
        RECORDED.write_text(json.dumps(few, indent=2) + "\n")
    assert json.loads(RECORDED.read_text()) == few
