"""What must hold between rows: one row per key, days in order, and everything that a row refers to is there.

Each check is one query over a staging book. An error keeps the batch from being applied; a warning names what will be
incomplete once it is, and can be mended here or in the source system.
"""

from __future__ import annotations

from dataclasses import dataclass

from tieout.recognition.tables import INPUTS, KEYS, MOST_MONEY, ONLY_BOUNDS, Kind
from tieout.revenue.batches.book import Book, fetch, named
from tieout.revenue.batches.comparing import missing

ERROR, WARNING = "error", "warning"
_OF_LINE = ("event", "invoice", "change", "estimate", "return_right", "financing")


@dataclass(frozen=True, slots=True)
class Reference:
    """Rows of `table` name a row of `to` in `column`; an empty name refers to nothing."""

    table: str
    column: str
    to: str
    severity: str = WARNING
    remedy: str = "Add it to the file, or here, before the period is closed."


REFERENCES = (
    *(Reference(table, "contract_id", "contract", ERROR, "Add the contract, or mend its number.")
      for table in INPUTS if table in KEYS and table != "contract" and "contract_id" in INPUTS[table]),
    Reference("contract", "customer_id", "customer"),
    Reference("contract", "entity", "entity"),
    Reference("line", "product_id", "product"),
    Reference("change", "product_id", "product"),
    Reference("ssp", "product_id", "product"),
    Reference("sale", "product_id", "product"),
    Reference("bundle", "product_id", "product"),
    Reference("product", "rule_id", "rule", remedy="Add the rule, or choose one that exists."),
)  # fmt: skip
CONDITIONS = (
    (
        "line",
        "ends_on",
        "ends_on < starts_on OR (ends_on = starts_on AND end_minute <= start_minute)",
        "the line ends before it starts",
    ),
    ("line", "quantity", "quantity <= 0", "the quantity is not above zero"),
    ("line", "price", "price < 0", "the price is negative"),
    (
        "line",
        "override_reason",
        "(ssp IS NOT NULL OR allocated IS NOT NULL) AND override_reason = ''",
        "an override of SSP or allocation has no reason",
    ),
    ("commission", "life_months", "life_months > 1200", "the customer's life is longer than a hundred years"),
    ("commission", "renewals", "renewals > 100", "no contract is renewed that often"),
    ("change", "ends_on", "ends_on <= starts_on", "the change ends before it starts"),
    ("financing", "ends_on", "ends_on <= starts_on", "the financing ends before it starts"),
    ("ssp", "ends_on", "ends_on <= starts_on", "the entry ends before it starts"),
    ("ssp", "amount", "basis = 'amount' AND amount IS NULL", "the amount is missing"),
    ("ssp", "share", "basis = 'percent_of_list' AND share IS NULL", "the share of the list price is missing"),
    ("ssp", "low", "basis = 'range' AND (low IS NULL OR high IS NULL OR low > high)", "the range is not one"),
    ("estimate", "probability", "probability NOT BETWEEN 0 AND 1000000", "the probability is not between 0 and 1"),
    ("rule", "upfront", "upfront NOT BETWEEN 0 AND 1000000", "the up-front share is not between 0 and 1"),
    ("event", "share", "share NOT BETWEEN 0 AND 1000000", "the share is not between 0 and 1"),
    ("rate", "rate", "rate <= 0", "the rate is not above zero"),
    *((table, name, f'abs("{name}") >= {MOST_MONEY}', "the amount is too large")
      for table in KEYS for name, column in INPUTS[table].items() if column.kind is Kind.MONEY),
    *((table, name, f"\"{name}\" NOT BETWEEN DATE '1900-01-01' AND DATE '2199-12-31'", "the day is before 1900 or after 2199")
      for table in KEYS if "contract_id" in INPUTS[table]
      for name, column in INPUTS[table].items() if column.kind is Kind.DATE and name not in ONLY_BOUNDS),
)  # fmt: skip
"""Table, column, what is wrong, and how it is said."""


def check(book: Book, environment_id: int | None) -> None:
    """Add the problems of staged rows to `problem`; what only seems to be absent, for a fault in its own row, is left out."""
    faulty = _faulty(book)
    for table in book.given():
        _unfinished(book, table)
        _twice(book, table)
    for table, column, wrong, said in CONDITIONS:
        if f"staged_{table}" in _staged(book):
            _note(book, table, column, wrong, said, "Mend the value.", code="bad_value")
    for reference in REFERENCES:
        if f"staged_{reference.table}" in _staged(book) and reference.to not in faulty:
            _missing(book, environment_id, reference)
    for table in _OF_LINE:
        if f"staged_{table}" in _staged(book) and not faulty & {"line", "change"}:
            _lineless(book, environment_id, table)


def _faulty(book: Book) -> set[str]:
    """Tables of which rows were left out because of a fault in a cell of their sheet."""
    if not book.columns("delivers"):
        return set()
    found = book.rows(
        'SELECT DISTINCT d."table" FROM delivers d JOIN problem p USING (sheet) WHERE severity = ?', ERROR
    )
    return {str(table) for (table,) in found}


def _staged(book: Book) -> set[str]:
    return {f"staged_{table}" for table in book.given()}


def _unfinished(book: Book, table: str) -> None:
    absent = missing(book, table)
    for name in absent:
        remedy = f"Add the column, with {INPUTS[table][name].kind.written}."
        _note(book, table, name, "state = 'new'", "the column is missing, and the row is new", remedy, code="missing")
    for name in (name for name, column in INPUTS[table].items() if column.required and name not in absent):
        remedy = f"Write {INPUTS[table][name].kind.written}."
        _note(book, table, name, f'"{name}" IS NULL', "the row has no value for it", remedy, code="missing")


def _twice(book: Book, table: str) -> None:
    keys = named(KEYS[table])
    again = f"({keys}) IN (SELECT ({keys}) FROM staged_{table} GROUP BY ALL HAVING count(*) > 1)"  # noqa: S608
    if len(KEYS[table]) == 1:
        again = f"{keys} IN (SELECT {keys} FROM staged_{table} GROUP BY ALL HAVING count(*) > 1)"  # noqa: S608
    _note(book, table, KEYS[table][-1], again, "the row is given more than once", "Leave one of them.", code="twice")


def _missing(book: Book, environment_id: int | None, reference: Reference) -> None:
    table, column, to = reference.table, reference.column, reference.to
    key = KEYS[to][0]
    asked = f'SELECT "{column}" AS "{key}" FROM staged_{table} WHERE "{column}" <> \'\''  # noqa: S608
    fetch(book, environment_id, to, (key,), asked)
    known = f'SELECT "{key}" FROM current_{to}'  # noqa: S608
    if to in book.given():
        known += f' UNION ALL SELECT "{key}" FROM staged_{to}'  # noqa: S608
    absent = f'"{column}" <> \'\' AND "{column}" NOT IN ({known})'
    said = f"there is no such {to}"
    _note(book, table, column, absent, said, reference.remedy, severity=reference.severity, code=f"unknown_{to}")


def _lineless(book: Book, environment_id: int | None, table: str) -> None:
    key = ("contract_id", "line_id")
    asked = f"SELECT contract_id, line_id FROM staged_{table}"  # noqa: S608
    known = []
    for holder in ("line", "change"):
        fetch(book, environment_id, holder, key, asked)
        known.append(f"SELECT contract_id, line_id FROM current_{holder}")  # noqa: S608
        if holder in book.given():
            also = " WHERE treatment = 'separate'" if holder == "change" and table == "change" else ""
            known.append(f"SELECT contract_id, line_id FROM staged_{holder}{also}")  # noqa: S608
    absent = f"(contract_id, line_id) NOT IN ({' UNION ALL '.join(known)})"
    if table == "change":
        absent += " AND treatment <> 'separate'"
    _note(book, table, "line_id", absent, "the contract has no such line", "Add the line, or mend its number.",
          severity=WARNING, code="unknown_line")  # fmt: skip


def _note(
    book: Book, table: str, column: str, wrong: str, cause: str, remedy: str, *, code: str, severity: str = ERROR
) -> None:
    book.run(
        f"""INSERT INTO problem SELECT ?, ?, sheet, "row", ?, "{column}"::VARCHAR, ?, ?, ?
        FROM staged_{table} WHERE {wrong}""",  # noqa: S608
        severity,
        table,
        column,
        cause,
        remedy,
        code,
    )
