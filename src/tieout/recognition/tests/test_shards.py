"""A book in shards: whatever their number, the totals are those of the book in one piece, and nothing falls between two shards."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tieout.recognition import engine, shards, stored
from tieout.recognition.errors import Refused, TooLarge

FIRST, LAST = date(2026, 1, 1), date(2027, 1, 1)


def _book(
    contracts: list[tuple[str, str, int]], *, path: Path | None = None, orphans: int = 0, price: int = 100
) -> duckdb.DuckDBPyConnection:
    """Contracts as name, arrangement and number of lines, at `price` and a cent more each; and lines that name no contract."""
    owners = [name for name, _, lines in contracts for _ in range(lines)] + ["nowhere"] * orphans
    book = engine.new_book(path)
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
    return book


def _totals(found: shards.Outcome) -> list[tuple[object, ...]]:
    with duckdb.connect() as book:
        return book.execute(f"SELECT * FROM {stored.scan(found.totals['waterfall'])} ORDER BY ALL").fetchall()


@pytest.mark.parametrize("number", [2, 5])
@pytest.mark.parametrize("file", ["", "whole.duckdb"])
def test_totals_do_not_depend_on_the_number_of_shards(tmp_path: Path, number: int, file: str) -> None:
    contracts = [("A", "", 3), ("B", "joint", 2), ("C", "", 1), ("Z", "joint", 4), ("empty", "", 0)]
    with _book(contracts, path=tmp_path / file if file else None) as whole:
        parts = shards.compute(whole, tmp_path / "parts", shards.Plan(shards=number, workers=2))
    with _book(contracts) as whole:
        assert _totals(parts) == _totals(shards.compute(whole, tmp_path / "one", shards.Plan()))
    with duckdb.connect() as book:
        kept = book.execute(
            f"SELECT count(*), sum(allocated)::INTEGER FROM {stored.scan(parts.parts['line'])}"
        ).fetchone()
    assert kept == (10, sum(range(100, 110)))


def test_shards_hold_like_many_lines_and_whole_arrangements(tmp_path: Path) -> None:
    contracts = [(f"C{n}", "joint" if n in (0, 9) else "", 2) for n in range(10)]
    with _book(contracts) as whole:
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
    with _book([("A", "", 2), ("B", "", 2)], orphans=1) as whole, pytest.raises(Refused) as refused:
        shards.compute(whole, tmp_path / "parts", shards.Plan(shards=2, workers=workers))
    assert ("unknown_contract", "nowhere", "4") in {
        (each.name, each.contract_id, each.line_id) for each in refused.value.refusals
    }
    assert {each.contract_id for each in refused.value.refusals} == {"nowhere"}


@pytest.mark.parametrize("workers", [1, 2])
def test_what_no_amount_can_hold_is_named_by_the_worker_that_meets_it(tmp_path: Path, workers: int) -> None:
    named = pytest.raises(TooLarge, match=r"The largest price is that of contract [AB], line")
    with _book([("A", "", 2), ("B", "", 2)], price=9 * 10**18) as whole, named:
        shards.compute(whole, tmp_path / "parts", shards.Plan(shards=2, workers=workers))


@pytest.mark.parametrize("taken", ["0001/movement.parquet/folder", "0001"])
def test_a_shard_for_which_there_is_no_room_is_named_and_no_other_is_begun(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / taken).touch()  # a folder where a file should be, or a file where a folder should
    three = [("A", "", 1), ("B", "", 1), ("C", "", 1)]
    with _book(three) as whole, pytest.raises(shards.ShardFailed, match=r"^Shard 1 of 3: .*/0001"):
        shards.compute(whole, tmp_path, shards.Plan(shards=3))
    assert not (tmp_path / "0002").exists()


def test_what_does_not_fit_stands_in_the_temporary_directory_until_the_book_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with engine.new_book(memory="60MB", threads=1) as book, engine.beside(book, "worker") as own:
        own.execute("CREATE TABLE much AS SELECT range AS a, hash(range)::VARCHAR AS b FROM range(2000000)")
        assert own.execute("SELECT count(DISTINCT a) FROM much").fetchone() == (2_000_000,)
        assert any(tmp_path.rglob("*.tmp"))
    assert not list(tmp_path.iterdir())
