"""Brings what the ledger holds into the shape of what was sent, so that verification compares two plain values.

Only spelling is evened out: dates, amounts, the wording of methods, text as XML carries it, and what the gateway does not
report at all, which is taken from the document asked for. A difference in content always stays a difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from tieout.connectors.intacct.queries import Row
from tieout.connectors.kit.documents import Dimensions
from tieout.connectors.kit.faults import VendorFault
from tieout.connectors.kit.text import fit, plain
from tieout.kernel.money import BadAmount, Money

_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "location": ("LOCATIONID", "LOCATION"),
    "department": ("DEPARTMENTID", "DEPARTMENT"),
    "class_id": ("CLASSID",),
    "customer": ("CUSTOMERID",),
    "item": ("ITEMID",),
    "project": ("PROJECTID",),
}
OTHER_DIMENSIONS = ("CLASSID", "CUSTOMERID", "ITEMID", "PROJECTID")


def reported(row: Row, names: Sequence[str], sent: str, limit: int = 0) -> str:
    """The first of `names` that the row has; as sent when it has none, or holds what the sent text became on the wire."""
    held = next((row[name] for name in names if name in row), None)
    wire = fit(sent, limit) if limit else plain(sent)
    return sent if held is None or held.strip() == wire else held.strip()


def code(row: Row, names: Sequence[str], sent: str) -> str:
    """As `reported`, for ids that the gateway may print as `ID--Name`."""
    held = reported(row, names, sent)
    return held if held == sent else held.split("--", 1)[0]


def day(text: str) -> date | None:
    """A date as the gateway writes it: 11/30/2026, or ISO. Raises VendorFault."""
    if not text:
        return None
    for pattern in ("%m/%d/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text[:10], pattern).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    raise VendorFault(f"The gateway wrote '{text}' for a date; the API user's date format must be mm/dd/yyyy")


def money(row: Row, names: Sequence[str], currency: str) -> Money:
    """An amount; the first of `names` that is not empty. Raises VendorFault."""
    text = next((row[name] for name in names if row.get(name)), "0")
    try:
        return Money.parse(text, currency)
    except BadAmount as error:
        raise VendorFault(f"The gateway wrote an amount that is none: {error.message}") from None


def dimensions(row: Row, sent: Dimensions, entity: str) -> Dimensions:
    """The line's dimensions. A location that was not given and came back as the document's own entity counts as empty."""
    found = {name: code(row, fields, getattr(sent, name)) for name, fields in _DIMENSIONS.items()}
    if not sent.location and found["location"] == entity:
        found["location"] = ""
    custom = {name: reported(row, (name,), value) for name, value in sent.custom.items()}
    return Dimensions(**found, custom=custom)


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Lines as they were entered."""
    return sorted(rows, key=lambda row: (int(row.get("LINE_NO") or 0), int(row["RECORDNO"])))
