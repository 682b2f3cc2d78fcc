"""Who the customers are: names, what they subscribe to, when they came and left, how they pay."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from random import Random

from tieout.sandbox.company.books import FIRST_CUSTOMER
from tieout.sandbox.company.catalogue import BUSINESS_LINES, CYCLE_DAYS, HOME_LINES, LEGACY, METHODS, PRODUCTS
from tieout.sandbox.company.days import DAY, HOUR
from tieout.sandbox.company.names import Name, names
from tieout.sandbox.company.records import Customer, Line
from tieout.sandbox.company.tenants import Tenant

_PAYING = [method for method in METHODS.values() if method.share]
_SHARES = [method.share for method in _PAYING]
FEWEST = 40


def found(tenant: Tenant, seed: int, scale: float, first_day: int, last_day: int) -> list[Customer]:
    """The customers, in the order of their numbers. Most were there before `first_day`; the rest came day by day."""
    random = Random(f"{seed}/{tenant.code}/customers")
    size = max(FEWEST, round(tenant.size * scale))
    numbers = count(1)
    joined = sorted(_joined(random, size, first_day, last_day))
    people = zip(islice(names(random), size), joined, strict=True)
    return [_customer(random, tenant, index, name, day, last_day, numbers) for index, (name, day) in enumerate(people)]


def _joined(random: Random, size: int, first_day: int, last_day: int) -> Iterator[int]:
    for _ in range(size):
        old = random.random() < 0.8
        yield random.randrange(first_day - 6 * 365, first_day) if old else random.randrange(first_day, last_day)


def _customer(
    random: Random, tenant: Tenant, index: int, name: Name, joined: int, last_day: int, numbers: Iterator[int]
) -> Customer:
    activated = joined * DAY + 9 * HOUR + random.randrange(8 * HOUR)
    closed = _left(random, joined, last_day)
    number = FIRST_CUSTOMER + index
    child = index > len(_PAYING) and random.random() < 0.03
    return Customer(
        customer_id=number,
        parent_customer_id=number - random.randrange(1, 9) if child else 0,
        company_name=name.company,
        first_name=name.first,
        last_name=name.last,
        entity=random.choice(tenant.entities),
        bill_profile_id=random.choice(list(CYCLE_DAYS)),
        agent_id=random.choice((0, 1, 1, 2, 3, 4, 5)),
        tax_exempt=random.random() < 0.1,
        method=random.choices(_PAYING, _SHARES)[0],
        instalments=random.choices((1, 2, 3, 4), (18, 27, 25, 30))[0],
        activated_date=activated,
        close_date=closed,
        updated_date=closed or activated,
        lines=tuple(_lines(random, tenant, number, bool(name.company), (activated, closed), numbers)),
    )


def _left(random: Random, joined: int, last_day: int) -> int | None:
    leaves = joined + 90 < last_day and random.random() < 0.05
    return random.randrange(joined + 60, last_day) * DAY if leaves else None


def _lines(
    random: Random, tenant: Tenant, customer: int, business: bool, days: tuple[int, int | None], numbers: Iterator[int]
) -> Iterator[Line]:
    chosen = random.sample(BUSINESS_LINES if business else HOME_LINES, random.choice((1, 1, 2, 2, 3)))
    if customer % 60 == 1:
        chosen.append(LEGACY)
    for product in (PRODUCTS[number] for number in dict.fromkeys(chosen)):
        quantity = random.choice((2, 3, 5, 8, 12, 20, 35)) if business and product.seats else 1
        rate = tenant.price(product.cents * random.choice((90, 95, 100, 100, 100, 110)) // 100)
        yield Line(next(numbers), customer, product, quantity, rate, *days)
