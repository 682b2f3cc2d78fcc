"""Shapes that every room's answers are made of. The command line prints the same ones with `--json`."""

from __future__ import annotations

from typing import Any, Self

from ninja import Schema
from pydantic import ConfigDict, Field

from tieout.kernel.money import Money


class Strict(Schema):
    """What a caller sends: names that are not declared are refused."""

    model_config = ConfigDict(extra="forbid")


class Amount(Schema):
    """Money: `amount` in major units as text, `minor` in integer minor units of `currency`."""

    amount: str
    currency: str
    minor: int

    @classmethod
    def of(cls, minor: int, currency: str) -> Self:
        """From minor units."""
        return cls(amount=Money(minor, currency).text(), currency=currency, minor=minor)

    @classmethod
    def from_money(cls, money: Money) -> Self:
        """From the kernel's money."""
        return cls.of(money.minor, money.currency)

    def __str__(self) -> str:
        return str(Money(self.minor, self.currency))


class Problem(Schema):
    """What every failed call is answered with."""

    code: str = Field(description="Stable; see the list of errors.")
    message: str
    remedy: str
    facts: dict[str, Any] = Field(default_factory=dict)


class Named(Schema):
    """A record that another one refers to."""

    id: int
    name: str
