"""Integer rounding and exact splits. Never a float; every split sums to its total.

Rounding is half-up on the absolute value with the sign restored, as money is rounded by hand, so that a reversal is the
exact negative of what it reverses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def divide_half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` rounded half away from zero. Raises ZeroDivisionError."""
    sign = 1 if (numerator < 0) == (denominator < 0) else -1
    quotient, remainder = divmod(abs(numerator), abs(denominator))
    return sign * (quotient + (1 if 2 * remainder >= abs(denominator) else 0))


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Shares of `total` in proportion to non-negative `weights`, by largest remainder; ties go to the earlier share.

    The shares sum to `total` exactly. A negative total is the negative of the split of its absolute value.
    Raises ValueError when no weight is positive or one is negative.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("a split needs non-negative weights, at least one of them positive")
    sign, amount = (-1, -total) if total < 0 else (1, total)
    floors = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    largest = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in largest[: amount - sum(floors)]:
        floors[index] += 1
    return [sign * share for share in floors]


def running_split(total: int, weights: Iterable[int]) -> list[int]:
    """Shares by cumulative rounding: each running balance is within half a minor unit of the exact one."""
    parts = list(weights)
    whole = sum(parts)
    shares: list[int] = []
    done = passed = 0
    for weight in parts:
        passed += weight
        reached = divide_half_up(total * passed, whole)
        shares.append(reached - done)
        done = reached
    return shares
