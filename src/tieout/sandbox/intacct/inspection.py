"""The inspection page: what the company now holds, as plain server-rendered tables. Read only."""
# ruff: noqa: S608 - names come from this module, values are parameters.

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.formats import Stored, shown
from tieout.sandbox.intacct.people import COMPANY_ID, COMPANY_NAME
from tieout.sandbox.intacct.store import Store
from tieout.sandbox.kit.pages import Html, folded, page, section, table

LATEST = 200
Rows = Sequence[Sequence[str]]
_LINKS = [
    ("/intacct/", "Overview"), ("/intacct/receipts", "Other receipts"), ("/intacct/journal", "Journal entries"),
    ("/intacct/balances", "Balances"), ("/intacct/lists", "Lists"), ("/", "All sandboxes"),
]  # fmt: skip
_LISTS = {
    "GLACCOUNT": "ACCOUNTNO TITLE ACCOUNTTYPE NORMALBALANCE STATUS",
    "GLJOURNAL": "SYMBOL TITLE STATISTICAL STATUS",
    "CHECKINGACCOUNT": "BANKACCOUNTID BANKNAME CURRENCY GLACCOUNTNO LOCATIONID STATUS",
    "SAVINGSACCOUNT": "BANKACCOUNTID BANKNAME CURRENCY GLACCOUNTNO LOCATIONID STATUS",
    "ARACCOUNTLABEL": "ACCOUNTLABEL DESCRIPTION GLACCOUNTNO STATUS",
    "LOCATIONENTITY": "LOCATIONID NAME CURRENCY STATUS",
    "LOCATION": "LOCATIONID NAME ENTITY PARENTID STATUS",
    "DEPARTMENT": "DEPARTMENTID TITLE PARENTID STATUS",
    "CLASS": "CLASSID NAME DESCRIPTION STATUS",
    "SEGMENT": "RECORDNO NAME STATUS",
    "USERINFO": "LOGINID DESCRIPTION USERTYPE STATUS",
    "REPORTINGPERIOD": "NAME START_DATE END_DATE STATUS",
}


class Inspection:
    """The pages below `/intacct/`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """One route per page."""
        pages: dict[str, Callable[[Request], Response]] = {
            "/": self._overview,
            "/receipts": self._receipts,
            "/journal": self._journal,
            "/balances": self._balances,
            "/lists": self._lists,
        }
        return [Route(path, _threaded(render)) for path, render in pages.items()]

    def _overview(self, _: Request) -> Response:
        counted = [name for name, definition in CATALOGUE.objects.items() if not definition.source]
        with self._store.lock:
            rows = [(name, self._store.rows(f'SELECT COUNT(*) FROM "{name}"')[0][0]) for name in counted]
            closed = self._store.rows("SELECT month, entity FROM closed ORDER BY month DESC, entity")
        return self._page(
            "Overview",
            section("Records", table(["Object", "Records"], rows, numbers=[1])),
            section(
                "Closed months", table(["Month", "Entity"], [(month, entity or "all") for month, entity in closed])
            ),
        )

    def _receipts(self, _: Request) -> Response:
        head = "RECORDNO WHENPAID DESCRIPTION2 PAYMETHOD DOCNUMBER BANKACCOUNTID UNDEPGLACCOUNTNO CURRENCY TRX_TOTALENTERED"
        lines = "RECORDKEY ACCOUNTNO ACCOUNTLABEL DESCRIPTION LOCATIONID DEPARTMENTID TRX_AMOUNT"
        with self._store.lock:
            receipts = self._latest("OTHERRECEIPTS", head)
            entries = self._of("OTHERRECEIPTSENTRY", "RECORDKEY", lines, receipts)
        parts = _folded(receipts, entries, _captions("OTHERRECEIPTSENTRY", lines), numbers=[5])
        overview = table(_captions("OTHERRECEIPTS", head), receipts, numbers=[8])
        return self._page(
            "Other receipts", section(f"Latest {LATEST} receipts", overview), section("With their lines", *parts)
        )

    def _journal(self, _: Request) -> Response:
        head = "RECORDNO JOURNAL BATCHNO BATCH_DATE BATCH_TITLE REFERENCENO STATE MODULE BASELOCATION_NO"
        lines = (
            "BATCHNO ACCOUNTNO TR_TYPE TRX_AMOUNT CURRENCY AMOUNT LOCATION DEPARTMENT CUSTOMERID CLASSID DESCRIPTION"
        )
        with self._store.lock:
            batches = self._latest("GLBATCH", head)
            entries = self._of("GLENTRY", "BATCHNO", lines, batches)
        parts = _folded(batches, entries, _captions("GLENTRY", lines), numbers=[2, 4])
        overview = table(_captions("GLBATCH", head), batches)
        return self._page(
            "Journal entries", section(f"Latest {LATEST} entries", overview), section("With their lines", *parts)
        )

    def _balances(self, _: Request) -> Response:
        sql = """SELECT a.ACCOUNTNO, a.TITLE, e.CURRENCY, SUM(CASE e.TR_TYPE WHEN '1' THEN e.TRX_AMOUNT ELSE 0 END),
                        SUM(CASE e.TR_TYPE WHEN '-1' THEN e.TRX_AMOUNT ELSE 0 END),
                        SUM(CASE e.TR_TYPE WHEN '1' THEN e.AMOUNT ELSE -e.AMOUNT END)
                   FROM GLENTRY e JOIN GLACCOUNT a ON a.ACCOUNTNO = e.ACCOUNTNO JOIN GLBATCH b ON b.RECORDNO = e.BATCHNO
                  WHERE b.STATE = 'P' GROUP BY 1, 3 ORDER BY 1, 3"""
        with self._store.lock:
            rows = [(*row[:3], *(_money(value) for value in row[3:])) for row in self._store.rows(sql)]
        headers = ["Account", "Title", "Currency", "Debits", "Credits", "Balance in USD"]
        return self._page("Balances per account", table(headers, rows, numbers=[3, 4, 5]))

    def _lists(self, _: Request) -> Response:
        with self._store.lock:
            parts = [
                section(
                    CATALOGUE.objects[name].plural,
                    table(_captions(name, columns), self._latest(name, columns, newest=False)),
                )
                for name, columns in _LISTS.items()
            ]
        return self._page("Lists", *parts)

    def _latest(self, name: str, columns: str, newest: bool = True) -> list[list[str]]:
        order = f"RECORDNO DESC LIMIT {LATEST}" if newest else "RECORDNO"
        return self._select(name, columns, f"ORDER BY {order}", [])

    def _of(self, name: str, by: str, columns: str, owners: Sequence[Sequence[str]]) -> list[list[str]]:
        keys: list[Stored] = [int(owner[0]) for owner in owners]
        marks = ", ".join("?" * len(keys))
        return self._select(name, columns, f'WHERE "{by}" IN ({marks}) ORDER BY "{by}" DESC, LINE_NO', keys)

    def _select(self, name: str, columns: str, tail: str, values: Sequence[Stored]) -> list[list[str]]:
        fields = [CATALOGUE.objects[name].by_name[column] for column in columns.split()]
        wanted = ", ".join(f'"{field.name}"' for field in fields)
        rows = self._store.rows(f'SELECT {wanted} FROM "{name}" {tail}', values)
        return [[shown(field, value) for field, value in zip(fields, row, strict=True)] for row in rows]

    def _page(self, title: str, *parts: Html) -> Response:
        return page(title, *parts, lead=f"{COMPANY_NAME} ({COMPANY_ID}), Sage Intacct sandbox", links=_LINKS)


def _captions(name: str, columns: str) -> list[str]:
    return [CATALOGUE.objects[name].by_name[column].caption for column in columns.split()]


def _folded(owners: Rows, lines: Rows, captions: Sequence[str], numbers: Sequence[int]) -> list[Html]:
    """Each owner with its lines, which name their owner first."""
    by_owner: dict[str, list[Sequence[str]]] = defaultdict(list)
    for line in lines:
        by_owner[line[0]].append(line[1:])
    return [
        folded(" · ".join(cell for cell in owner if cell), table(captions[1:], by_owner[owner[0]], numbers))
        for owner in owners
    ]


def _threaded(render: Callable[[Request], Response]):  # type: ignore[no-untyped-def]
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(render, request)

    return endpoint


def _money(value: Stored) -> str:
    number = Decimal(int(value or 0)).scaleb(-4)
    return f"{number:,.2f}" if number == round(number, 2) else f"{number:,.3f}"
