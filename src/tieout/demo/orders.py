"""A year of the demo company's sales orders, as the import file that a person would upload: deterministic, of believable size.

Every order belongs to a customer with a segment, every line to a site, every product to a team: the custom fields that feed
Class, Location and Department of the journals.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

ORDERS = 320
CUSTOMERS = 180
Rows = dict[str, list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold: `cents` for one unit (a seat for a month, a device, a visit, a thousand minutes)."""

    product_id: str
    name: str
    rule: str
    cents: int
    team: str
    monthly: bool = False


PRODUCTS = (
    Product("SEAT", "Hosted voice seat", "ratable-days", 2_400, "100", monthly=True),
    Product("TRUNK", "SIP trunk", "ratable-days", 1_850, "100", monthly=True),
    Product("CARE", "Premium support", "ratable-months", 600, "200", monthly=True),
    Product("PHONE", "Desk phone", "on-delivery", 14_900, "300"),
    Product("SETUP", "Installation", "on-acceptance", 45_000, "300"),
    Product("MINUTES", "International minutes, thousand", "as-used", 3_200, "300"),
)
RULES = (
    {"rule_id": "ratable-days", "method": "ratable", "convention": "actual_days"},
    {"rule_id": "ratable-months", "method": "ratable", "convention": "even_months"},
    {"rule_id": "on-delivery", "method": "point_in_time", "trigger": "delivery"},
    {"rule_id": "on-acceptance", "method": "point_in_time", "trigger": "acceptance"},
    {"rule_id": "as-used", "method": "usage"},
)
SITES = ("US-NYC", "US-NYC", "US-NYC", "US-AUS")
SEGMENTS = (("BUS", 6), ("BUS-ENT", 3), ("WHS", 1))
_FIRST = (
    "Harbor",
    "Северный",
    "Müller &",
    "Café",
    "São João",
    "Ōtani",
    "Blue Ridge",
    "Nordlys",
    "O'Brien",
    "Zürich",
    "Ålesund",
    "Peak",
)
_SECOND = ("Logistics", "Dental", "Legal LLP", "Hotels", "Foods", "Clinics", "Freight", "Studios", "Schools", "Energy")


@dataclass
class Book:
    """The rows of one import file, by table."""

    random: Random
    rows: Rows = field(default_factory=lambda: defaultdict(list))

    def add(self, table: str, **cells: object) -> None:
        """One row; cells are written as a person would."""
        self.rows[table].append({name: str(cell) for name, cell in cells.items()})


def year_of_orders(first: date, months: int = 12) -> bytes:
    """A zip of CSV files, one per table, with the orders of so many months from `first` (the first of a month) on."""
    book = Book(Random(20))
    _catalogue(book, first)
    for number in range(1, CUSTOMERS + 1):
        segment = book.random.choices([name for name, _ in SEGMENTS], [weight for _, weight in SEGMENTS])[0]
        name = f"{_FIRST[number % len(_FIRST)]} {_SECOND[number % len(_SECOND)]} {number}"
        book.add("customer", customer_id=f"C{number:04}", name=name, fields=f"segment={segment}")
    for number in range(1, ORDERS + 1):
        _order(book, number, months_later(first, book.random.randrange(months)))
    return packed(book.rows)


def retroactive_upgrade(book_of: bytes, effective: date) -> bytes:
    """An import file that gives ten of the first orders' seats a new price from a day in the past, catching up."""
    lines = [line for line in _read(book_of, "line") if line["product_id"] == "SEAT"]
    running = [line for line in lines if line["starts_on"] <= effective.isoformat() < line["ends_on"]]
    rows: Rows = {"change": []}
    for line in running[:10]:
        raised = f"{int(line['price'].replace('.', '')) // 10 / 100:.2f}"
        rows["change"].append(
            {
                "change_id": f"UP-{line['contract_id']}",
                "contract_id": line["contract_id"],
                "line_id": line["line_id"],
                "effective_on": effective.isoformat(),
                "treatment": "catch_up",
                "price": raised,
                "reason": "Price agreed late, in force since the order began",
            }
        )
    return packed(rows)


def packed(rows: Mapping[str, list[dict[str, str]]]) -> bytes:
    """The rows as a zip of CSV files named by table; the same rows give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for table, found in rows.items():
            text = io.StringIO()
            columns = list(dict.fromkeys(name for row in found for name in row))
            writer = csv.DictWriter(text, columns, restval="")
            writer.writeheader()
            writer.writerows(found)
            archive.writestr(zipfile.ZipInfo(f"{table}.csv", (2020, 1, 1, 0, 0, 0)), text.getvalue())
    return made.getvalue()


def months_later(day: date, months: int) -> date:
    """The same day so many months later; for a day that every month has."""
    index = day.year * 12 + day.month - 1 + months
    return day.replace(year=index // 12, month=index % 12 + 1)


def _read(book_of: bytes, table: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(book_of)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(f"{table}.csv").decode())))


def _catalogue(book: Book, first: date) -> None:
    for rule in RULES:
        book.add("rule", **rule)
    for product in PRODUCTS:
        book.add(
            "product",
            product_id=product.product_id,
            name=product.name,
            rule_id=product.rule,
            fields=f"team={product.team}",
        )
        book.add(
            "ssp",
            product_id=product.product_id,
            currency="USD",
            starts_on=first,
            basis="amount",
            amount=_amount(product.cents),
        )


def _order(book: Book, number: int, month: date) -> None:
    random = book.random
    contract, signed = f"SO-{number:05}", month.replace(day=random.randint(1, 28))
    term, seats = random.choice((12, 12, 24, 36)), random.randint(3, 60)
    book.add(
        "contract",
        contract_id=contract,
        customer_id=f"C{random.randint(1, CUSTOMERS):04}",
        currency="USD",
        signed_on=signed,
    )
    site = random.choice(SITES)
    total = 0
    for line, (product, units, off) in enumerate(_basket(random, seats), 1):
        quantity = units * term if product.monthly else units
        cents = round(product.cents * quantity * (100 - off) / 100)
        ends = months_later(signed, term) if product.monthly else None
        book.add(
            "line",
            contract_id=contract,
            line_id=line,
            product_id=product.product_id,
            quantity=quantity,
            price=_amount(cents),
            starts_on=signed,
            ends_on=ends or "",
            fields=f"site={site}",
        )
        total += cents
        _fulfil(book, contract, line, product, signed, units)
        _bill(book, contract, line, product, signed, cents, term)
    _commission(book, contract, total, signed, term)


def _basket(random: Random, seats: int) -> Iterator[tuple[Product, int, int]]:
    """Products with units and per cent off the list."""
    seat, trunk, care, phone, setup, minutes = PRODUCTS
    off = random.choice((0, 5, 10, 15))
    yield (seat, seats, off) if random.random() < 0.8 else (trunk, max(2, seats // 4), off)
    if random.random() < 0.5:
        yield care, seats, 0
    if random.random() < 0.6:
        yield phone, seats, random.choice((0, 50))
    if random.random() < 0.5:
        yield setup, 1, random.choice((0, 100))
    if random.random() < 0.25:
        yield minutes, random.randint(12, 40), 0


def _fulfil(book: Book, contract: str, line: int, product: Product, signed: date, units: int) -> None:
    kind = {"on-delivery": "delivery", "on-acceptance": "acceptance", "as-used": "usage"}.get(product.rule)
    times = 4 if kind == "usage" else 1
    for turn in range(times if kind else 0):
        happened = signed + timedelta(days=5 + 30 * turn + book.random.randint(0, 20))
        share = {"quantity": units // times} if kind == "usage" else {}
        book.add(
            "event",
            event_id=f"{contract}-{line}-{turn + 1}",
            contract_id=contract,
            line_id=line,
            kind=kind,
            happened_on=happened,
            **share,
        )


def _bill(book: Book, contract: str, line: int, product: Product, signed: date, cents: int, term: int) -> None:
    """Everything that runs is billed each quarter in advance, the rest with the order."""
    parts = term // 3 if product.monthly else 1
    for part in range(parts):
        amount = cents * (part + 1) // parts - cents * part // parts
        if amount:
            book.add(
                "invoice",
                invoice_id=f"INV-{contract[3:]}-{part + 1:02}",
                contract_id=contract,
                line_id=line,
                issued_on=months_later(signed, 3 * part),
                amount=_amount(amount),
            )


def _commission(book: Book, contract: str, total: int, signed: date, term: int) -> None:
    if total:
        book.add(
            "commission",
            commission_id=f"COM-{contract[3:]}",
            contract_id=contract,
            amount=_amount(total * 8 // 100),
            earned_on=signed,
            amortised_until=months_later(signed, term),
        )


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
