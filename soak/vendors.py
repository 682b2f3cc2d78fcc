"""What the vendors themselves say, asked by a client of its own: faults, the source's totals, and what the ledger holds.

Shares no code with the connectors: a record that our connector would not find is found here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.request import Request, urlopen

from lxml import etree
from lxml.builder import E

PAGE = 2000
Row = dict[str, str]


class Controls:
    """The sandboxes' control routes."""

    def __init__(self, url: str) -> None:
        self._url = url

    def fault(self, vendor: str, kind: str, *, times: int = 1, skip: int = 0, delay: float = 0.0, **match: str) -> None:
        """Switch a fault on."""
        fault = {"vendor": vendor, "kind": kind, "match": match, "times": times, "skip": skip, "delay": delay}
        self.call("/control/faults", fault)

    def fired(self) -> int:
        """How many faults have struck since good weather."""
        return len(self.call("/control/faults")["fired"])

    def waiting(self) -> int:
        """How many faults have not struck yet."""
        return len(self.call("/control/faults")["waiting"])

    def good_weather(self) -> None:
        """No faults, nothing fired, nothing logged."""
        for path in ("/control/faults", "/control/log"):
            self._open(Request(self._url + path, method="DELETE"))  # noqa: S310

    def statuses(self, vendor: str) -> list[int]:
        """HTTP statuses of the requests since good weather; 0 where no whole answer was given."""
        return [seen["status"] for seen in self.call(f"/control/log?vendor={vendor}")["requests"]]

    def call(self, path: str, body: Any = None) -> Any:
        """GET, or POST of a JSON body. Numbers with a fraction come back as Decimal."""
        data = None if body is None else json.dumps(body).encode()
        return self._open(Request(self._url + path, data=data))  # noqa: S310 - our own loopback address

    def _open(self, request: Request) -> Any:
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.loads(answer.read(), parse_float=Decimal)


class Books:
    """Reads what the ledger holds, one signed-in query after the other, over plain HTTP."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._given = credentials

    def latest(self, name: str) -> int:
        """The highest record number of an object: what is above it later was made in between."""
        rows = self._page(name, ["RECORDNO"], [], 0, "descending", 1)
        return int(rows[0][0]["RECORDNO"]) if rows[0] else 0

    def since(self, name: str, mark: int, fields: Sequence[str]) -> list[Row]:
        """Every record made after the mark."""
        above = E.greaterthan(E.field("RECORDNO"), E.value(str(mark)))
        return list(self._rows(name, ["RECORDNO", *fields], [above]))

    def lines(self, name: str, parent: str, numbers: Sequence[str], fields: Sequence[str]) -> list[Row]:
        """The lines of these records."""
        found: list[Row] = []
        for start in range(0, len(numbers), 500):
            chosen = [E.value(number) for number in numbers[start : start + 500]]
            found += self._rows(name, [parent, *fields], [E("in", E.field(parent), *chosen)])
        return found

    def _rows(self, name: str, fields: Sequence[str], where: Sequence[Any]) -> Iterator[Row]:
        offset = 0
        while True:
            rows, left = self._page(name, fields, where, offset, "ascending", PAGE)
            yield from rows
            offset += len(rows)
            if not left:
                return

    def _page(
        self, name: str, fields: Sequence[str], where: Sequence[Any], offset: int, order: str, size: int
    ) -> tuple[list[Row], int]:
        query = E.query(
            E.object(name),
            E.select(*(E.field(field) for field in fields)),
            *(E.filter(condition) for condition in where),
            E.orderby(E.order(E.field("RECORDNO"), E(order))),
            E.pagesize(str(size)),
            E.offset(str(offset)),
        )
        data = self._ask(query).find(".//data")
        assert data is not None
        rows = [{child.tag: child.text or "" for child in node} for node in data]
        return rows, int(data.get("numremaining") or 0)

    def _ask(self, function: Any) -> Any:
        given = self._given
        login = E.login(
            E.userid(given["user_id"]), E.companyid(given["company_id"]), E.password(given["user_password"])
        )
        control = E.control(
            E.senderid(given["sender_id"]),
            E.password(given["sender_password"]),
            E.controlid("proof"),
            E.uniqueid("false"),
            E.dtdversion("3.0"),
            E.includewhitespace("false"),
        )
        content = E.content(E.function(function, controlid="proof"))
        body = etree.tostring(E.request(control, E.operation(E.authentication(login), content)))
        request = Request(given["url"], data=body, headers={"content-type": "application/xml"})  # noqa: S310
        with urlopen(request, timeout=60) as answer:  # noqa: S310 - our own loopback address
            said = etree.fromstring(answer.read())
        assert said.findtext(".//result/status") == "success", etree.tostring(said)
        return said
