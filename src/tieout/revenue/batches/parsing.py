"""What people write, as SQL over the raw text of a sheet: for each column its engine value and what can be wrong with it.

Amounts become minor units of the row's currency, quantities millionths, a last day the day after it. Nothing is rounded, except
quantity times unit price, half-up to the minor unit. What can be read in two ways is a fault that asks for a choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tieout.recognition.tables import INPUTS, KEYS, Column, Kind
from tieout.revenue import words
from tieout.revenue.batches.entering import CURRENCIES, LONGEST, LONGEST_KEY
from tieout.revenue.batches.vocabulary import LAST_DAYS, SPELLINGS

NO_CURRENCY = "no_currency"
PAIRS = ("dimensions", "fields")
_MONTHS = r"regexp_replace(lower({}), '\s*(months?|monate?|mois|meses|mos?\.?)$', '')"
_EXCEL_ERROR = r"regexp_full_match({}, '#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)')"
_EITHER = "Say on the batch's page which sign stands before the decimals, a point or a comma."
_ORDER = "Say on the batch's page whether the day or the month comes first, or write days as YYYY-MM-DD."


@dataclass(frozen=True, slots=True)
class Reading:
    """How a sheet is read where it could be read in two ways: `decimal` is `.`, `,` or empty; `order` dmy, mdy or empty."""

    decimal: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A condition over a raw row under which a cell cannot be used, and how that is said."""

    condition: str
    code: str
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The value of a cell as SQL, and its faults, of which the first that holds counts."""

    value: str
    faults: tuple[Fault, ...]


def cell(table: str, name: str, raw: str, reading: Reading) -> Parsed:
    """How a column of an input table, or a written one (`last_day`, `term_months`, `unit_price`), is read from `raw`.

    Beside a number stand `<raw>_shape` and `<raw>_plain`, beside a day `<raw>_shape` and `<raw>_day`; see `staging`.
    """
    if name in LAST_DAYS:
        return _plus_a_day(_day(raw, reading))
    if name == "term_months":
        return _whole(raw, 1)
    if name == "unit_price":
        return _number(raw, "9", reading, Kind.RATE.written)
    if "." in name or name == "customer_name":
        return _text(raw, LONGEST)
    column = INPUTS[table][name]
    if column.choices:
        return _choice(raw, column)
    if name in CURRENCIES:
        return _currency(raw)
    if name in PAIRS:
        return _pairs(raw)
    return _plain(table, name, column, raw, reading)


def number_of(table: str, name: str, raw: str) -> str:
    """The text of a cell as a bare number, when the column holds one; else empty."""
    if name == "term_months":
        return f"bare_number({_MONTHS.format(raw)})"
    holds = name == "unit_price" or (name in INPUTS[table] and INPUTS[table][name].kind in _NUMBERS)
    return f"bare_number({raw})" if holds else ""


def day_of(table: str, name: str, raw: str) -> str:
    """The text of a cell as a bare day, when the column holds one; else empty."""
    holds = name in LAST_DAYS or (name in INPUTS[table] and INPUTS[table][name].kind is Kind.DATE)
    return f"bare_day({raw})" if holds else ""


_NUMBERS = {Kind.MONEY, Kind.MICRO, Kind.RATE, Kind.WHOLE}
_PLACES = {Kind.MONEY: "places", Kind.MICRO: "6", Kind.RATE: "9"}


def _plain(table: str, name: str, column: Column, raw: str, reading: Reading) -> Parsed:
    if column.kind is Kind.DATE:
        return _day(raw, reading)
    if column.kind is Kind.TEXT:
        return _text(raw, LONGEST_KEY if name in KEYS[table] or name.endswith("_id") else LONGEST)
    if column.kind is Kind.WHOLE:
        return _whole(raw, 0)
    return _number(raw, _places(column.kind, raw), reading, column.kind.written, money=column.kind is Kind.MONEY)


def _places(kind: Kind, raw: str) -> str:
    return f"(CASE WHEN contains({raw}, '%') THEN 4 ELSE 6 END)" if kind is Kind.MICRO else _PLACES[kind]


def _text(raw: str, longest: int) -> Parsed:
    return Parsed(
        raw,
        (
            Fault(
                f"length({raw}) > {longest}", "too_long", f"the text has more than {longest} characters", "Shorten it."
            ),
            Fault(
                _EXCEL_ERROR.format(raw),
                "sheet_error",
                "the cell holds an error of the spreadsheet",
                "Mend the formula.",
            ),
        ),
    )


def _day(raw: str, reading: Reading) -> Parsed:
    asked = f"{raw}_shape = 'either' AND '{reading.order}' = ''"
    serial = f"regexp_full_match({raw}, '\\d{{5}}(\\.0+)?')"
    return Parsed(
        f"{raw}_day",
        (
            Fault(asked, "ambiguous_day", "day and month could be swapped", _ORDER),
            Fault(serial, "day_number", "this is a spreadsheet's number of a day", "Format the column as a date."),
            Fault(
                f"{raw} IS NOT NULL AND {raw}_day IS NULL", "bad_day", "this is no day", "Write a day as YYYY-MM-DD."
            ),
        ),
    )


def _plus_a_day(day: Parsed) -> Parsed:
    return Parsed(f"({day.value} + 1)", day.faults)


def _whole(raw: str, least: int) -> Parsed:
    value = f"scaled({raw}_plain, 0)"
    wrong = f"{raw} IS NOT NULL AND ({value} IS NULL OR {value} < {least} OR {value} > 1000000)"
    return Parsed(value, (Fault(wrong, "bad_number", "this is no whole number in range", "Write a whole number."),))


def _number(raw: str, places: str, reading: Reading, written: str, *, money: bool = False) -> Parsed:
    value = f"scaled({raw}_plain, {places})"
    asked = f"{raw}_shape = 'either' AND '{reading.decimal}' = ''"
    faults = [
        Fault(asked, "ambiguous_number", "this could be thousands or decimals", _EITHER),
        Fault(f"{raw} IS NOT NULL AND {raw}_plain IS NULL", "bad_number", "this is no number", f"Write {written}."),
    ]
    if money:
        unknown = f"{raw} IS NOT NULL AND places IS NULL"
        cause = "the currency of the row is not known"
        remedy = "Add the contract, mend its number, or give the currency as an ISO 4217 code."
        faults.append(Fault(unknown, NO_CURRENCY, cause, remedy))
    too_fine = f"{raw} IS NOT NULL AND {value} IS NULL" + (" AND places IS NOT NULL" if money else "")
    remedy = f"Write {written}, with no more decimals."
    return Parsed(value, (*faults, Fault(too_fine, "too_fine", "it has too many decimals or digits", remedy)))


def _currency(raw: str) -> Parsed:
    value = f"upper({raw})"
    unknown = f"{value} NOT IN (SELECT currency FROM exponent)"  # noqa: S608
    return Parsed(
        value, (Fault(unknown, "bad_currency", "this is no ISO 4217 currency code", "Write for example USD."),)
    )


def _choice(raw: str, column: Column) -> Parsed:
    known = {spelled: stored for stored in column.choices for spelled in _spellings(stored)}
    pairs = ", ".join(f"'{spelled}': '{stored}'" for spelled, stored in known.items())
    value = f"element_at(MAP {{{pairs}}}, spelled({raw}))[1]"
    remedy = f"Write one of {', '.join(column.choices)}."
    wrong = f"{raw} IS NOT NULL AND {value} IS NULL"
    return Parsed(value, (Fault(wrong, "bad_choice", "this is none of the choices", remedy),))


def _spellings(stored: str) -> Iterator[str]:
    yield stored.replace("_", " ")
    yield _plain_words(words.choice(stored))
    yield from (said for said, means in SPELLINGS.items() if means == stored)


def _plain_words(text: str) -> str:
    return " ".join("".join(each if each.isalnum() else " " for each in text.lower()).split())


def _pairs(raw: str) -> Parsed:
    remedy = "Write name=value, separated by semicolons, each name once: class=SaaS;location=100."
    return Parsed(f"pairs({raw})", (Fault(f"pairs_are_bad({raw})", "bad_pairs", "this is no list of values", remedy),))
