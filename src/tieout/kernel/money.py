"""Money: integer minor units with a currency. Refuses floats, mixed currencies and more decimals than the currency has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from tieout.kernel.currency import exponent
from tieout.kernel.errors import InvalidInput


class BadAmount(InvalidInput):
    """The amount cannot be read as money of that currency."""

    code = "kernel.bad_amount"
    remedy = "Write digits with a point, at most as many decimals as the currency has (USD 2, JPY 0, KWD 3)."


class CurrencyMismatch(InvalidInput):
    """Amounts of different currencies cannot be added."""

    code = "kernel.currency_mismatch"
    remedy = "Group by currency first; Tieout never converts without a rate."


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`minor` units of `currency`: Money(1234, "USD") is 12.34 dollars, Money(1234, "JPY") is 1234 yen."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str | int | Decimal, currency: str) -> Money:
        """Read a decimal as a vendor writes it. Raises BadAmount on a float, on junk or on too many decimals."""
        return cls(minor_units(text, currency), currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str) -> Money:
        """The sum of `amounts`, all of `currency`; zero when there are none."""
        return sum(amounts, start=cls(0, currency))

    def decimal(self) -> Decimal:
        """The amount in major units with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def text(self) -> str:
        """As vendors expect it on the wire: `1234.50`, no separators."""
        return f"{self.decimal():f}"

    def __str__(self) -> str:
        return f"{self.decimal():,f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be added")


def minor_units(text: str | int | Decimal, currency: str) -> int:
    """What `Money.parse` reads, without the currency: for many amounts of one."""
    if isinstance(text, float):
        raise BadAmount(f"{text!r} is a binary float", amount=repr(text))
    return _written(text, currency) if isinstance(text, str) else _scaled(text, currency)


@lru_cache(maxsize=16_384)
def _written(text: str, currency: str) -> int:
    """Amounts repeat: nothings, prices. Nearly all show every decimal of their currency, and need no arithmetic."""
    places = exponent(currency)
    whole, point, part = text.partition(".")
    if len(part) == places and bool(point) == bool(places) and (whole + part).removeprefix("-").isdecimal():
        return int(whole + part)
    return _scaled(text, currency)


def _scaled(text: str | int | Decimal, currency: str) -> int:
    try:
        scaled = Decimal(text).scaleb(exponent(currency))
    except InvalidOperation:
        raise BadAmount(f"'{text}' is not an amount", amount=str(text)) from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise BadAmount(f"'{text}' has more decimals than {currency} allows", amount=str(text), currency=currency)
    return int(scaled)
