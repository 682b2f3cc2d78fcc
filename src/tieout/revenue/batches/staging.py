"""Raw sheets into typed rows: each column read as its heading means, faults named, `orders` split into its tables.

Rows with a fault are left out of the typed rows, so that one bad cell does not hide what is wrong elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from tieout.recognition.tables import INPUTS, MOST_MONEY
from tieout.revenue.batches.book import Book, fetch
from tieout.revenue.batches.checks import ERROR
from tieout.revenue.batches.matching import Matched
from tieout.revenue.batches.parsing import NO_CURRENCY, PAIRS, Parsed, Reading, cell, day_of, number_of
from tieout.revenue.batches.raw import Raw
from tieout.revenue.batches.vocabulary import ORDERS, REMARKS, columns_of

LINE_OF_ORDERS = ("line_id", "product_id", "price", "unit_price")
"""A row of `orders` without any of these says something about the contract only."""


@dataclass(frozen=True, slots=True)
class Used:
    """A raw sheet with what it means and how it is read."""

    raw: Raw
    matched: Matched
    reading: Reading = field(default_factory=Reading)

    def at(self, name: str) -> str | None:
        """The raw column that means `name`, as SQL."""
        place = self.matched.place(name)
        return None if place is None else f"c{place}"

    def columns(self) -> dict[str, str]:
        """Matched columns with the table each goes to."""
        known = columns_of(self.matched.kind)
        line = "line" if self.matched.kind == ORDERS else self.matched.kind
        return {each.column: known.get(each.column, line) for each in self.matched.columns if each.column}


def macros(book: Book) -> None:
    """Make the functions that read what people write."""
    book.run((files("tieout.revenue.batches") / "sql" / "parsing.sql").read_text("utf-8"))


def reading_of(book: Book, raw: Raw, matched: Matched, choices: Mapping[str, str]) -> Reading:
    """How a sheet is read: as chosen, else as its own unambiguous cells show; where they disagree, nobody knows.

    Makes `<raw>_shaped`, in which every number and day stands bare beside its text, with how it is written.
    """
    used = Used(raw, matched)
    numbers, days = _shape(book, used)
    return Reading(
        choices.get("decimal") or _evidence(book, raw, numbers, {"dot": ".", "comma": ","}),
        choices.get("dates") or _evidence(book, raw, days, {"dmy": "dmy", "mdy": "mdy"}),
    )


def stage(book: Book, sheets: Sequence[Used], environment_id: int | None) -> None:
    """Make `given_<table>` of every table that the sheets deliver, and note what is wrong in their cells.

    `delivers` says which sheet holds which tables.
    """
    book.run('CREATE TABLE delivers (sheet VARCHAR, "table" VARCHAR)')
    _currencies(book, sheets, environment_id)
    parts: dict[str, list[str]] = defaultdict(list)
    for used in sheets:
        _read(book, used)
        for table in _tables(used):
            book.run("INSERT INTO delivers VALUES (?, ?)", used.raw.name, table)
            parts[table].append(_part(book, used, table))
    for table, names in parts.items():
        book.run(f"CREATE TABLE given_{table} AS {' UNION ALL BY NAME '.join(f'FROM {name}' for name in names)}")


def _shape(book: Book, used: Used) -> tuple[list[str], list[str]]:
    """Make `<raw>_shaped`; returns the raw columns that hold numbers, and those that hold days."""
    at = {str(used.at(name)): (table, name) for name, table in used.columns().items()}
    numbers = {column: bare for column, (table, name) in at.items() if (bare := number_of(table, name, column))}
    days = {column: bare for column, (table, name) in at.items() if (bare := day_of(table, name, column))}
    bare = "".join(f", {text} AS {column}_bare" for column, text in (numbers | days).items())
    shapes = "".join(f", number_shape({column}_bare) AS {column}_shape" for column in numbers)
    shapes += "".join(f", day_shape({column}_bare) AS {column}_shape" for column in days)
    book.run(f"CREATE TABLE {used.raw.raw}_shaped AS SELECT *{shapes} FROM (SELECT *{bare} FROM {used.raw.raw})")  # noqa: S608
    return list(numbers), list(days)


def _evidence(book: Book, raw: Raw, columns: Sequence[str], meanings: Mapping[str, str]) -> str:
    if not columns:
        return ""
    seen = " UNION ".join(f"SELECT DISTINCT {column}_shape FROM {raw.raw}_shaped" for column in columns)  # noqa: S608
    found = {said for (said,) in book.rows(seen)} & set(meanings)
    return meanings[found.pop()] if len(found) == 1 else ""


def _currencies(book: Book, sheets: Sequence[Used], environment_id: int | None) -> None:
    """`money`: the decimals of each contract's currency, from the file or from what is known."""
    told = ["SELECT NULL::VARCHAR AS contract_id, NULL::VARCHAR AS currency"]
    named = ["SELECT NULL::VARCHAR AS contract_id"]
    for used in sheets:
        contract, currency = used.at("contract_id"), used.at("currency")
        if contract:
            named.append(f"SELECT {contract} FROM {used.raw.raw}")  # noqa: S608
        if contract and currency:
            told.append(f"SELECT {contract}, upper({currency}) FROM {used.raw.raw}")  # noqa: S608
    wanted = f"SELECT * FROM ({' UNION '.join(named)}) WHERE contract_id IS NOT NULL"  # noqa: S608
    fetch(book, environment_id, "contract", ("contract_id",), wanted)
    book.run(
        f"""CREATE TABLE money AS SELECT contract_id, places FROM (
            SELECT contract_id, coalesce(max(currency) FILTER (mine), max(currency)) AS currency FROM (
                SELECT *, true AS mine FROM ({" UNION ".join(told)})
                UNION ALL SELECT contract_id, currency, false FROM current_contract
            ) GROUP BY contract_id
        ) JOIN exponent USING (currency)"""  # noqa: S608
    )


def _read(book: Book, used: Used) -> None:
    """`<raw>_placed`: the sheet with numbers and days read and the decimals of each row's currency; and the faults of its cells."""
    raw, contract, currency = used.raw.raw, used.at("contract_id"), used.at("currency")
    own = f"LEFT JOIN exponent e ON e.currency = upper(r.{currency})" if currency else ""
    by_contract = f"LEFT JOIN money m ON m.contract_id = r.{contract}" if contract else ""
    places = [f"{alias}.places" for alias, join in (("e", own), ("m", by_contract)) if join]
    value = f"coalesce({', '.join(places)})" if places else "NULL::INTEGER"
    read = "".join(f", {text}" for text in _readings(used))
    book.run(
        f"CREATE TABLE {raw}_placed AS SELECT r.*, {value} AS places{read} FROM {raw}_shaped r {own} {by_contract}"  # noqa: S608
    )
    book.run(f"DROP TABLE {raw}_shaped")
    for name, table in used.columns().items():
        _faults(book, used, name, table)


def _readings(used: Used) -> Iterator[str]:
    for name, table in used.columns().items():
        column = str(used.at(name))
        if number_of(table, name, column):
            yield f"plain_number({column}_bare, {column}_shape, '{used.reading.decimal}') AS {column}_plain"
        if day_of(table, name, column):
            yield f"sensible(day_read({column}_bare, {column}_shape, '{used.reading.order}')) AS {column}_day"


def _faults(book: Book, used: Used, name: str, table: str) -> None:
    column = str(used.at(name))
    parsed = cell(table, name, column, used.reading)
    faults = (
        [(f"{column} IS NULL", "empty", "the cell is empty", f"Write {_written(table, name)}.")]
        if _needed(used, name, table)
        else []
    )
    named = used.at("currency")  # what is wrong with it is said there, and not again at each amount
    for each in parsed.faults:
        also = f" AND {named} IS NULL" if each.code == NO_CURRENCY and named else ""
        faults.append((each.condition + also, each.code, each.cause, each.remedy))
    when = " ".join(f"WHEN {condition} THEN {at}" for at, (condition, *_) in enumerate(faults))
    told = ", ".join(_row(at, *said) for at, (_, *said) in enumerate(faults))
    where = _concerned(used, table)
    book.run(
        f"""INSERT INTO problem
        SELECT '{ERROR}', ?, ?, f."row", ?, left(f.value, 200), t.cause, t.remedy, t.code
        FROM (SELECT "row", {column} AS value, CASE {when} END AS fault FROM {used.raw.raw}_placed WHERE {where}) f
        JOIN (VALUES {told}) t(fault, code, cause, remedy) USING (fault)""",  # noqa: S608
        table,
        used.raw.name,
        name,
    )


def _row(at: int, *said: str) -> str:
    texts = ", ".join(f"'{_quoted(each)}'" for each in said)
    return f"({at}, {texts})"


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _written(table: str, name: str) -> str:
    return INPUTS[table][name].kind.written if name in INPUTS[table] else "a value"


def _needed(used: Used, name: str, table: str) -> bool:
    """Whether an empty cell is a fault; the contract's columns of `orders` may be given once for all its rows."""
    if name not in INPUTS[table] or not INPUTS[table][name].required:
        return False
    if name == "price" and used.at("unit_price"):
        return False
    return used.matched.kind != ORDERS or table == "line" or name == "contract_id"


def _concerned(used: Used, table: str) -> str:
    """Which rows of a sheet speak of a table."""
    if used.matched.kind != ORDERS or table != "line":
        return "true"
    return " OR ".join(f"{at} IS NOT NULL" for name in LINE_OF_ORDERS if (at := used.at(name))) or "false"


def _tables(used: Used) -> list[str]:
    """The tables that a sheet delivers rows of."""
    if used.matched.kind != ORDERS:
        return [used.matched.kind]
    columns = used.columns()
    about = {table for name, table in columns.items() if name not in ("contract_id", "customer_name")}
    found: list[str] = [table for table in ("contract", "line") if table in about]
    return [*found, "customer"] if used.at("customer_name") and used.at("customer_id") else found


def _part(book: Book, used: Used, table: str) -> str:
    """Typed rows of one table from one sheet, without those that have a fault."""
    name = f"{used.raw.raw}_{table}"
    values = _values(used, table)
    selected = ", ".join(f'{sql} AS "{column}"' for column, sql in values.items())
    sheet = f"'{_quoted(used.raw.name)}'"
    good = f'"row" NOT IN (SELECT "row" FROM problem WHERE sheet = {sheet} AND severity = \'{ERROR}\' AND "row" IS NOT NULL)'  # noqa: S608
    source = f"FROM {used.raw.raw}_placed WHERE ({_concerned(used, table)}) AND {good}"
    if used.matched.kind == ORDERS and table != "line":
        book.run(_once(name, sheet, table, values, source))
        _disagreeing(book, used, table, values, source)
    else:
        book.run(f'CREATE TABLE {name} AS SELECT {sheet} AS sheet, "row", {selected} {source}')
    return name


def _once(name: str, sheet: str, table: str, values: Mapping[str, str], source: str) -> str:
    """The contract of many rows: each value from the first row that has one."""
    key, *others = values.items()
    picked = "".join(f', arg_min({sql}, "row") FILTER ({sql} IS NOT NULL) AS "{column}"' for column, sql in others)
    some = f"{key[1]} IS NOT NULL" + (f" AND {values['name']} IS NOT NULL" if table == "customer" else "")
    return (
        f'CREATE TABLE {name} AS SELECT {sheet} AS sheet, min("row") AS "row", {key[1]} AS "{key[0]}"{picked}'
        f" {source} AND {some} GROUP BY {key[1]}"
    )


def _disagreeing(book: Book, used: Used, table: str, values: Mapping[str, str], source: str) -> None:
    """Rows of one contract that say different things about it."""
    key, *others = values.items()
    for column, sql in others:
        book.run(
            f"""INSERT INTO problem SELECT '{ERROR}', ?, ?, second, ?, NULL, ?, ?, 'disagree' FROM (
                SELECT arg_max("row", "row") AS second {source} AND {sql} IS NOT NULL
                GROUP BY {key[1]} HAVING count(DISTINCT {sql}) > 1)""",  # noqa: S608
            table,
            used.raw.name,
            column,
            f"rows of one {table} say different things",
            "Give all of them the same value.",
        )


def _values(used: Used, table: str) -> dict[str, str]:
    """Column of the table → SQL over the placed sheet; the key comes first."""
    if table == "customer" and used.matched.kind == ORDERS:
        return {"customer_id": str(used.at("customer_id")), "name": str(used.at("customer_name"))}
    known = sorted(name for name, each in used.columns().items() if each == table or name == "contract_id")
    parsed = {name: cell(table, name, str(used.at(name)), used.reading) for name in known}
    found = {name: parsed[name].value for name in INPUTS[table] if name in parsed}
    for pair in PAIRS:
        found |= _collected(used, pair, parsed, found)
    return found | _ends(parsed) | _price(parsed) | _numbered(used, table)


def _collected(used: Used, pair: str, parsed: Mapping[str, Parsed], found: Mapping[str, str]) -> dict[str, str]:
    """Columns such as Location, each one value, together as canonical text."""
    parts = [name for name in parsed if name.startswith(f"{pair}.")]
    if not parts:
        return {}
    texts = [f"'{_quoted(name.split('.', 1)[1])}=' || replace({parsed[name].value}, ';', ',')" for name in parts]
    texts += [found[pair]] if pair in found else []
    return {pair: f"coalesce(pairs(concat_ws(';', {', '.join(texts)})), '')"}


def _ends(parsed: Mapping[str, Parsed]) -> dict[str, str]:
    """The day after the end, whichever way it was written."""
    until = [parsed[name].value for name in ("amortised_until", "amortised_through") if name in parsed]
    ends = [parsed[name].value for name in ("ends_on", "last_day") if name in parsed]
    if "term_months" in parsed and "starts_on" in parsed:
        ends.append(f"CAST({parsed['starts_on'].value} + to_months({parsed['term_months'].value}::INTEGER) AS DATE)")
    return _first("amortised_until", until) | _first("ends_on", ends)


def _first(name: str, values: Sequence[str]) -> dict[str, str]:
    return {name: f"coalesce({', '.join(values)})"} if values else {}


def _price(parsed: Mapping[str, Parsed]) -> dict[str, str]:
    """The price, else quantity times unit price, half-up to the minor unit; beyond any amount, the least that is refused."""
    if "unit_price" not in parsed:
        return {}
    unit = f"({parsed['unit_price'].value})::HUGEINT"
    quantity = f"coalesce({parsed['quantity'].value}, 1000000)" if "quantity" in parsed else "1000000"
    exact = f"({unit} * {quantity} * 10 ** places)".replace("10 ** places", "CAST(pow(10, places) AS HUGEINT)")
    rounded = f"sign({exact}) * least((abs({exact}) * 2 + 1000000000000000) // 2000000000000000, {MOST_MONEY})::BIGINT"
    return {"price": f"coalesce({parsed['price'].value}, {rounded})" if "price" in parsed else rounded}


def _numbered(used: Used, table: str) -> dict[str, str]:
    """Lines without numbers are counted through within their contract, in the order of the sheet."""
    if table != "line" or used.at("line_id") or not used.at("contract_id"):
        return {}
    return {"line_id": f'CAST(row_number() OVER (PARTITION BY {used.at("contract_id")} ORDER BY "row") AS VARCHAR)'}


def unused(sheets: Iterable[Used]) -> list[tuple[str, str]]:
    """Headings that mean nothing here, by sheet; our own remarks in a file that was given back are meant to."""
    return [
        (used.raw.name, each.heading)
        for used in sheets
        for each in used.matched.columns
        if each.heading not in ("", REMARKS) and not each.column
    ]
