"""Money, splits and rounding: what accountants rely on without thinking."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tieout.kernel.currency import EXPONENTS, UnknownCurrency, exponent
from tieout.kernel.money import BadAmount, CurrencyMismatch, Money
from tieout.kernel.rounding import divide_half_up, running_split, split

amounts = some.integers(-(10**15), 10**15)
weights = some.lists(some.integers(0, 10**6), min_size=1, max_size=40).filter(lambda parts: sum(parts) > 0)


class TestMoneyIsReadAsTheVendorWritesIt:
    @pytest.mark.parametrize(
        ("text", "currency", "minor"),
        [
            ("12.34", "USD", 1234),
            ("12.5", "USD", 1250),
            ("1200.0", "JPY", 1200),
            ("1.005", "KWD", 1005),
            ("-3", "EUR", -300),
        ],
    )
    def test_with_the_decimals_of_its_currency(self, text: str, currency: str, minor: int) -> None:
        assert Money.parse(text, currency) == Money(minor, currency)

    @pytest.mark.parametrize(
        ("text", "currency"), [("1.234", "USD"), ("0.5", "JPY"), ("twelve", "USD"), ("NaN", "USD")]
    )
    def test_but_never_by_guessing(self, text: str, currency: str) -> None:
        with pytest.raises(BadAmount):
            Money.parse(text, currency)

    def test_and_never_from_a_binary_float(self) -> None:
        with pytest.raises(BadAmount, match="binary float"):
            Money.parse(0.1 + 0.2, "USD")  # type: ignore[arg-type]

    def test_unless_the_currency_is_unknown(self) -> None:
        with pytest.raises(UnknownCurrency, match="XYZ"):
            exponent("XYZ")

    @given(amounts, some.sampled_from(sorted(EXPONENTS)))
    def test_and_written_back_the_same(self, minor: int, currency: str) -> None:
        money = Money(minor, currency)
        assert Money.parse(money.text(), currency) == money
        assert money.decimal() == Decimal(money.text())


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "USD") + Money(1, "EUR")


@given(amounts, weights)
def test_a_split_sums_to_its_total_and_reverses_exactly(total: int, parts: list[int]) -> None:
    shares = split(total, parts)
    assert sum(shares) == total
    assert split(-total, parts) == [-share for share in shares]


@given(amounts, weights)
def test_each_share_is_within_one_unit_of_the_exact_one(total: int, parts: list[int]) -> None:
    whole = sum(parts)
    for share, part in zip(split(total, parts), parts, strict=True):
        assert abs(share * whole - total * part) < whole


@given(amounts, weights)
def test_running_balances_stay_within_half_a_unit(total: int, parts: list[int]) -> None:
    whole, reached, passed = sum(parts), 0, 0
    shares = running_split(total, parts)
    assert sum(shares) == total
    for share, part in zip(shares, parts, strict=True):
        reached, passed = reached + share, passed + part
        assert 2 * abs(reached * whole - total * passed) <= whole


@pytest.mark.parametrize(("numerator", "result"), [(5, 3), (-5, -3), (4, 2), (-4, -2), (0, 0)])
def test_halves_are_rounded_away_from_zero(numerator: int, result: int) -> None:
    assert divide_half_up(numerator, 2) == result


def test_a_dollar_over_three_leaves_the_cent_with_the_first() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]


@pytest.mark.parametrize("parts", [[], [0, 0], [1, -1]])
def test_a_split_without_positive_weights_is_refused(parts: list[int]) -> None:
    with pytest.raises(ValueError, match=r"weights|empty"):
        split(100, parts)
