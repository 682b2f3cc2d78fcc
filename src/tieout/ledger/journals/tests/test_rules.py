"""Cutting entries, choosing accounts, and the mapping as a file: pure, so over anything that can be thought up."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as some

from tieout.ledger.journals import mapping_file
from tieout.ledger.journals.accounts import AccountBook, Mapped
from tieout.ledger.journals.events import EVENT_NAMES, event_roles
from tieout.ledger.journals.places import dimensions_of, text_of, text_of_line, with_defaults
from tieout.ledger.journals.splitting import split
from tieout.recognition.roles import ROLES

AMOUNTS = some.lists(some.integers(-1_000_000, 1_000_000), min_size=1, max_size=60)
FEW = some.sampled_from(["", "a", "b"])
DIMENSIONS = some.sampled_from(["", "class=x", "location=1", "class=x;location=1", "class=y"])
ROWS = some.builds(
    Mapped, some.sampled_from(["revenue", "receivable"]), FEW, FEW, DIMENSIONS, some.sampled_from(["8", "9"])
)


@settings(deadline=None)
@given(AMOUNTS, some.integers(2, 12))
def test_every_entry_balances_and_together_they_hold_every_line(amounts: list[int], most: int) -> None:
    lines = [*amounts, -sum(amounts)]
    entries = split(lines, most)
    assert all(sum(share.amount for share in entry) == 0 and len(entry) <= most for entry in entries)
    assert all(share.amount * lines[share.index] > 0 for entry in entries for share in entry)
    held: Counter[int] = Counter()
    for entry in entries:
        assert len({share.index for share in entry}) == len(entry)
        for share in entry:
            held[share.index] += share.amount
    assert [held[index] for index in range(len(lines))] == lines
    assert split(lines, most) == entries


def test_a_cut_divides_as_few_lines_as_it_can() -> None:
    assert [len(entry) for entry in split([100, 100, 100, -300], 3)] == [3, 2]
    assert len(split([1] * 999 + [-999], 500)) == 3
    assert split([0, 0], 10) == []


@settings(deadline=None)
@given(some.lists(ROWS, max_size=12, unique_by=lambda row: row.key), FEW, FEW, DIMENSIONS)
def test_the_most_specific_account_plays_the_role_unless_two_are_equally_so(
    rows: list[Mapped], product: str, entity: str, line: str
) -> None:
    found = AccountBook(rows).find("revenue", product, entity, line)
    held = frozenset(line.split(";"))
    fit = [
        row
        for row in rows
        if row.role == "revenue"
        and row.product_id in ("", product)
        and row.entity in ("", entity)
        and row.wanted <= held
    ]
    best = max(map(_rank, fit), default=None)
    accounts = {row.account for row in fit if _rank(row) == best}
    assert (set() if found is None else {found.account}) == (accounts if len(accounts) == 1 else set())
    assert found is None or _rank(found) == best
    assert AccountBook(reversed(rows)).find("revenue", product, entity, line) == found


def _rank(row: Mapped) -> tuple[bool, bool, int]:
    return bool(row.product_id), bool(row.entity), len(row.wanted)


def test_every_role_belongs_to_an_event() -> None:
    assert {role for name in EVENT_NAMES for role in event_roles(name)} == set(ROLES)


@given(some.dictionaries(some.sampled_from(["class", "location", "customer", "GLDIMX"]), some.sampled_from(["1", "é"])))
def test_dimensions_survive_the_way_to_a_line_and_back(values: dict[str, str]) -> None:
    line = dimensions_of(text_of(values))
    stored = {
        name: getattr(line, name) for name in ("location", "class_id", "customer", "custom") if getattr(line, name)
    }
    assert text_of_line(stored) == text_of(values)
    assert with_defaults(text_of(values), {"class": "0"}) == text_of({"class": "0", **values})


@settings(deadline=None)
@given(some.lists(ROWS, min_size=1, max_size=10, unique_by=lambda row: row.key))
def test_the_file_of_the_mapping_reads_back_as_it_was(rows: list[Mapped]) -> None:
    read = mapping_file.look_at(mapping_file.export(rows).encode(), rows, {})
    assert (read.faults, read.changes) == ((), ())
    assert set(read.rows) == set(rows)


def test_a_file_that_contradicts_itself_or_the_ledger_is_refused_by_row() -> None:
    text = "Event;Product;Debit account;Credit account\nInvoice;;12000;23000\nRevenue out of deferred revenue;;24000;40100\n"
    read = mapping_file.look_at(text.encode(), [], {})
    assert [(fault.row, fault.cause) for fault in read.faults] == [
        (3, "Row 2 gives 23000 to the same role, contract liability.")
    ]
    unknown = mapping_file.look_at(
        b"Event,Debit account\nInvoice,12001\nNonsense,1\n", [], {"account": {"12000": True}}
    )
    assert "There is no such event" in unknown.faults[0].cause
    listed = mapping_file.look_at(b"Event,Debit account\nInvoice,12001\n", [], {"account": {"12000": True}})
    assert listed.faults[0].cause == "The ledger has no '12001' in its list."
