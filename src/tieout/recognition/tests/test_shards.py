"""A book in shards: whatever their number, the totals are those of the book in one piece, and nothing falls between two shards."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from tieout.recognition import engine, shards, stored
from tieout.recognition.errors import Refused, TooLarge

FIRST, LAST = date(2026, 1, 1), date(2027, 1, 1)


def _book(path: Path, contracts: list[tuple[str, str, int]], orphans: int = 0, price: int = 100) -> Path:
    """Contracts as name, arrangement and number of lines, at `price` and a cent more each; and lines that name no contract."""
    owners = [name for name, _, lines in contracts for _ in range(lines)] + ["nowhere"] * orphans
    with engine.new_book(path) as book:
        engine.put(book, "rule", [{"rule_id": "even", "method": "ratable", "convention": "even_months"}])
        engine.put(book, "product", [{"product_id": "seat", "rule_id": "even"}])
        engine.put(
            book, "ssp", [{"product_id": "seat", "currency": "USD", "starts_on": FIRST, "basis": "amount", "amount": 7}]
        )
        named = [
            {"contract_id": name, "arrangement_id": joint, "currency": "USD", "signed_on": FIRST}
            for name, joint, _ in contracts
        ]
        engine.put(book, "contract", named)
        term = {"product_id": "seat", "starts_on": FIRST, "ends_on": LAST}
        lines = enumerate(owners)
        engine.put(
            book, "line", [{"contract_id": owner, "line_id": str(n), "price": price + n, **term} for n, owner in lines]
        )
    return path


def _totals(found: shards.Outcome) -> list[tuple[object, ...]]:
    with duckdb.connect() as book:
        return book.execute(f"SELECT * FROM {stored.scan(found.totals['waterfall'])} ORDER BY ALL").fetchall()


@pytest.mark.parametrize("number", [2, 5])
def test_totals_do_not_depend_on_the_number_of_shards(tmp_path: Path, number: int) -> None:
    contracts = [("A", "", 3), ("B", "joint", 2), ("C", "", 1), ("Z", "joint", 4), ("empty", "", 0)]
    whole = _book(tmp_path / "whole.duckdb", contracts)
    parts = shards.compute(whole, tmp_path / "parts", shards.Plan(shards=number))
    assert _totals(parts) == _totals(shards.compute(whole, tmp_path / "one", shards.Plan()))
    with duckdb.connect() as book:
        kept = book.execute(
            f"SELECT count(*), sum(allocated)::INTEGER FROM {stored.scan(parts.parts['line'])}"
        ).fetchone()
    assert kept == (10, sum(range(100, 110)))


def test_shards_hold_like_many_lines_and_whole_arrangements(tmp_path: Path) -> None:
    contracts = [(f"C{n}", "joint" if n in (0, 9) else "", 2) for n in range(10)]
    whole = _book(tmp_path / "whole.duckdb", contracts)
    parts = shards.compute(whole, tmp_path / "parts", shards.Plan(shards=4)).parts["line"]
    with duckdb.connect() as book:
        held = [
            book.execute(f"SELECT count(*), list(DISTINCT contract_id) FROM {stored.scan([each])}").fetchone()
            for each in parts
        ]
    assert sorted(each[0] for each in held if each) == [4, 4, 6, 6]
    assert [{"C0", "C9"} & set(each[1]) for each in held if each].count(set()) == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_a_line_that_names_no_contract_is_refused_by_name(tmp_path: Path, workers: int) -> None:
    whole = _book(tmp_path / "whole.duckdb", [("A", "", 2), ("B", "", 2)], orphans=1)
    with pytest.raises(Refused) as refused:
        shards.compute(whole, tmp_path / "parts", shards.Plan(shards=2, workers=workers))
    assert ("unknown_contract", "nowhere", "4") in {
        (each.name, each.contract_id, each.line_id) for each in refused.value.refusals
    }
    assert {each.contract_id for each in refused.value.refusals} == {"nowhere"}


@pytest.mark.parametrize("workers", [1, 2])
def test_what_no_amount_can_hold_is_named_across_processes(tmp_path: Path, workers: int) -> None:
    whole = _book(tmp_path / "whole.duckdb", [("A", "", 2), ("B", "", 2)], price=9 * 10**18)
    with pytest.raises(TooLarge, match=r"The largest price is that of contract [AB], line"):
        shards.compute(whole, tmp_path / "parts", shards.Plan(shards=2, workers=workers))
