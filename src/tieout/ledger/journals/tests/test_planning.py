"""A frozen period as journal entries: target minus posted, never a second copy, and what is late told apart."""

from __future__ import annotations

from datetime import date

import pytest

from tieout.ledger import journals
from tieout.ledger.journals.tests.books import RevenueBooks, lines
from tieout.ledger.models import Posting
from tieout.revenue import periods
from tieout.sync.models import Finding

pytestmark = pytest.mark.django_db


def test_a_closing_period_is_one_balanced_entry_on_its_last_day(books: RevenueBooks) -> None:
    books.sell("A", 120_000)
    frozen = books.freeze("2026-09")
    [entry] = books.plan()
    assert lines(entry) == {
        ("12000", "current"): 120_000,
        ("23000", "current"): -110_000,
        ("40100", "current"): -10_000,
    }
    assert (entry.day, entry.entity, entry.currency) == (date(2026, 9, 30), "US", "USD")
    assert (entry.group, entry.header["title"]) == ("2026-09 · APJ · USD · US · 1", "Revenue 2026-09 US")
    assert frozen.figures is not None
    assert frozen.figures.outputs_hash[:16] in entry.header["description"]
    assert {str(line.dimensions) for line in entry.lines.all()} == {"{'location': 'US', 'department': '100'}"}


def test_planning_again_changes_nothing_and_posted_means_posted(books: RevenueBooks) -> None:
    books.sell("A", 120_000)
    books.freeze("2026-09")
    [first] = books.plan()
    [again] = books.plan()
    assert (again.pk, again.key) == (first.pk, first.key)
    books.accept(first)
    assert books.plan() == []


def test_an_open_period_is_not_planned(books: RevenueBooks) -> None:
    books.sell("A", 120_000)
    assert books.plan() == []


def test_what_comes_late_is_booked_in_the_next_period_and_told_apart(books: RevenueBooks) -> None:
    books.sell("A", 120_000)
    books.freeze("2026-09")
    books.accept(*books.plan())
    books.close("2026-09")
    books.sell("B", 24_000)
    books.freeze("2026-10")
    [entry] = books.plan()
    assert lines(entry) == {
        ("12000", "prior_period"): 24_000,
        ("23000", "prior_period"): -22_000,
        ("23000", "current"): 12_000,
        ("40100", "current"): -12_000,
        ("40100", "prior_period"): -2_000,
    }
    memos = {line.memo for line in entry.lines.all() if line.component == "prior_period"}
    assert any("earlier periods, adjusted in 2026-10" in memo for memo in memos)


def test_a_closed_period_is_left_alone_whatever_its_mapping_becomes(books: RevenueBooks) -> None:
    books.sell("A", 120_000)
    books.freeze("2026-09")
    books.accept(*books.plan())
    books.close("2026-09")
    books.map({"revenue": "40200"})
    assert books.plan() == []
    books.freeze("2026-10")
    [entry] = books.plan()
    assert lines(entry)["40100", "prior_period"] == 10_000
    assert lines(entry)["40200", "prior_period"] == -10_000
    assert lines(entry)["40200", "current"] == -10_000


def test_an_event_without_an_account_holds_the_period_until_it_is_mapped(books: RevenueBooks) -> None:
    books.process  # noqa: B018
    from tieout.ledger.models import AccountMapping

    AccountMapping.objects.filter(role="revenue").delete()
    books.sell("A", 120_000)
    books.freeze("2026-09")
    assert books.plan() == []
    finding = Finding.objects.get(process=books.process)
    assert (finding.rule, finding.owner) == ("unmapped_role", "here")
    assert "100.00 USD" in finding.cause
    books.map({"revenue": "40100"})
    assert len(books.plan()) == 1
    finding.refresh_from_db()
    assert finding.state == "resolved"


def test_an_entry_that_a_person_reversed_is_booked_again_only_when_somebody_says_so(books: RevenueBooks) -> None:
    books.sell("A", 120_000)
    books.freeze("2026-09")
    [entry] = books.plan()
    books.accept(entry)
    _reverse(books, entry)
    assert books.plan() == []
    finding = Finding.objects.get(process=books.process, rule="reversed")
    Finding.objects.filter(pk=finding.pk).update(decision="book", state="dismissed")
    [again] = books.plan()
    assert lines(again) == lines(entry)
    assert again.group == "2026-09 · APJ · USD · US · 2"


def _by_contract(entry: Posting) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for line in entry.lines.all():
        contract = line.component.partition(" · ")[2]
        found[line.account, contract] = found.get((line.account, contract), 0) + (
            line.amount_minor if line.side == "debit" else -line.amount_minor
        )
    return found


def test_entries_in_detail_name_the_contract_of_each_line_and_come_to_the_same(books: RevenueBooks) -> None:
    books.sell("A", 120_000)
    books.sell("B", 24_000, product="data")
    books.freeze("2026-09")
    [summary] = books.plan()
    whole = lines(summary)
    [entry] = books.plan(detail="contract")
    assert _by_contract(entry) == {
        ("12000", "A"): 120_000,
        ("12000", "B"): 24_000,
        ("23000", "A"): -110_000,
        ("23000", "B"): -22_000,
        ("40100", "A"): -10_000,
        ("40100", "B"): -2_000,
    }
    assert "Revenue 2026-09 · A" in {line.memo for line in entry.lines.all()}
    assert {account: amount for (account, _), amount in whole.items()} == {
        "12000": 144_000,
        "23000": -132_000,
        "40100": -12_000,
    }
    books.accept(entry)
    assert books.plan(detail="contract") == []
    assert books.plan() == []


def test_detail_after_months_in_summary_keeps_together_what_no_contract_tells(books: RevenueBooks) -> None:
    books.sell("A", 120_000)
    books.freeze("2026-09")
    books.accept(*books.plan())
    books.close("2026-09")
    books.sell("B", 24_000)
    books.freeze("2026-10")
    [entry] = books.plan(detail="contract")
    revenue = {
        (line.component, line.memo): line.amount_minor for line in entry.lines.filter(account="40100", side="credit")
    }
    assert revenue == {
        ("current · A", "Revenue 2026-10 · A"): 10_000,
        ("current · B", "Revenue 2026-10 · B"): 2_000,
        ("prior_period · B", "Revenue · earlier periods, adjusted in 2026-10 · B"): 2_000,
    }
    assert _by_contract(entry) == {
        ("12000", ""): 24_000,  # billed in a month that was posted in summary
        ("23000", ""): -24_000,
        ("23000", "A"): 10_000,
        ("23000", "B"): 4_000,
        ("40100", "A"): -10_000,
        ("40100", "B"): -4_000,
    }


def test_the_dry_run_says_what_is_held_now_and_after(books: RevenueBooks) -> None:
    books.sell("A", 120_000)
    books.freeze("2026-09")
    books.accept(*books.plan())
    books.close("2026-09")
    october = books.freeze("2026-10")
    assert october.figures is not None
    made = journals.difference(books.environment_id, october.figures, entity="US", period="2026-10")
    shown = {line.account: (line.holds_now, line.to_post, line.holds_after) for line in made.lines}
    assert shown == {
        "12000": (120_000, 0, 120_000),
        "23000": (-110_000, 10_000, -100_000),
        "40100": (-10_000, -10_000, -20_000),
    }
    assert made.missing == ()


def test_what_is_posted_is_given_to_the_engine_in_its_own_words(books: RevenueBooks) -> None:
    books.sell("A", 120_000, dimensions="class=BUS")
    books.freeze("2026-09")
    books.accept(*books.plan())
    rows = {row["account"]: row for row in journals.posted_rows(books.environment_id)}
    assert rows["40100"] == {
        "entity": "US",
        "currency": "USD",
        "period": "2026-09",
        "account": "40100",
        "dimensions": "class=BUS;department=100;location=US",
        "amount": -10_000,
    }
    assert sum(row["amount"] for row in rows.values()) == 0


def _reverse(books: RevenueBooks, entry: Posting) -> None:
    """As if the counter-entry had been posted and verified."""
    from tieout.ledger import reversal
    from tieout.ledger.journals.tests.books import NOW

    reversal.begin(entry, NOW, "wrong account")
    books.accept(Posting.objects.get(reverses=entry))
    reversal.finish_entries(books.run())
    assert periods.find(books.environment_id, "US", "2026-09").state == "closing"
