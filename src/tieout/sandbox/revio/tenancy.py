"""One tenant as the API sees it: its company, brought forward to the present day, and a table per resource."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson

from tieout.sandbox.company.books import Books
from tieout.sandbox.company.company import Company
from tieout.sandbox.company.tenants import Tenant
from tieout.sandbox.revio.query import Query
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
        rows = self._tables[resource.path.lower()].select(query.selection)
        first = (query.page - 1) * query.size
        records = [resource.record(self.tenant, row) for row in rows[first : first + query.size]]
        return orjson.dumps(
            {"ok": True, "has_more": first + query.size < len(rows), "record_count": len(records), "records": records}
        )

    def _table(self, resource: Resource) -> Table:
        books = self.company.books
        return Table(resource.key, lambda: resource.rows(books), lambda: books.version)
