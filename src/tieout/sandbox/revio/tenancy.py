"""One tenant as the API sees it: its company, brought forward to the present day, and a table per resource."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import orjson

from tieout.sandbox.company.books import Books
from tieout.sandbox.company.company import Company
from tieout.sandbox.company.tenants import Tenant
from tieout.sandbox.revio.query import Query, Selection
from tieout.sandbox.revio.reports import REPORTS
from tieout.sandbox.revio.resources import RESOURCES, Resource
from tieout.sandbox.revio.table import Table


class Tenancy:
    """Building one takes about two seconds at scale 1; it is done on the tenant's first request."""

    def __init__(self, code: str, today: date, seed: int, scale: float) -> None:
        self.company = Company(code, today, seed, scale)
        self._tables = {path: self._table(resource) for path, resource in RESOURCES.items()}

    @property
    def tenant(self) -> Tenant:
        return self.company.tenant

    @property
    def books(self) -> Books:
        return self.company.books

    def one(self, resource: Resource, number: int) -> dict[str, Any] | None:
        """The record with that id."""
        row = self._tables[resource.path.lower()].find(number)
        return None if row is None else resource.record(self.tenant, row)

    def page(self, resource: Resource, query: Query) -> bytes:
        """The list envelope of one page."""
        rows = self.select(resource, query.selection)
        return _envelope(rows, query, lambda row: resource.record(self.tenant, row))

    def select(self, resource: Resource, selection: Selection) -> Sequence[Any]:
        """All rows selected, in their order."""
        return self._tables[resource.path.lower()].select(selection)

    def result(self, number: int, month: str | None, query: Query) -> bytes | None:
        """The list envelope of one page of a report's result; None when there is no such report."""
        for report in REPORTS:
            if report.report_id == number:
                return _envelope(report.rows(self.tenant, self.books, month), query, lambda row: row)
        return None

    def _table(self, resource: Resource) -> Table:
        books = self.company.books
        return Table(resource.key, lambda: resource.rows(books), lambda: books.version)


def _envelope(rows: Sequence[Any], query: Query, record: Callable[[Any], dict[str, Any]]) -> bytes:
    first = (query.page - 1) * query.size
    records = [record(row) for row in rows[first : first + query.size]]
    more = first + query.size < len(rows)
    return orjson.dumps({"ok": True, "has_more": more, "record_count": len(records), "records": records})
