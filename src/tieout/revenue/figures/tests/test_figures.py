"""From rows in PostgreSQL to kept figures, and what can be asked of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tieout.database.files import FileMissing
from tieout.kernel.errors import NotFound
from tieout.people.actors import Actor, Role
from tieout.recognition import engine, shards
from tieout.revenue import figures, periods
from tieout.revenue.figures import loading
from tieout.revenue.figures.tests.conftest import NOW, PRODUCTS, RULES, Bring, sold, together
from tieout.revenue.models import CustomField, FigureSet, Gap
from tieout.revenue.store import store

pytestmark = pytest.mark.django_db
INVOICE = {"invoice_id": "I1", "contract_id": "A", "line_id": "1", "issued_on": date(2026, 1, 5), "amount": 120_000}


def _ask(made: FigureSet, query: str) -> list[tuple[Any, ...]]:
    with figures.open_figures(made) as shown:
        return shown.execute(query).fetchall()


def test_every_figure_is_kept_and_read_again(environment_id: int, bring: Bring) -> None:
    bring(together(RULES, PRODUCTS, sold("A"), sold("B", 60_000), {"invoice": [INVOICE]}))
    made = figures.make(environment_id, cause="data", now=NOW)
    assert figures.latest(environment_id) == made
    assert _ask(made, "SELECT contract_id, line_id, allocated, carve FROM allocation ORDER BY ALL") == [
        ("A", "1", 120_000, 0),
        ("B", "1", 60_000, 0),
    ]
    june = "entity = '' AND period = '2026-06'"
    assert _ask(made, f"SELECT contract_id, amount FROM schedule WHERE {june} ORDER BY ALL") == [
        ("A", 10_000),
        ("B", 5_000),
    ]
    assert _ask(made, f"SELECT kind, product_id, amount FROM waterfall WHERE {june}") == [("revenue", "seat", 15_000)]
    until_june = "contract_id = 'A' AND period <= '2026-06'"
    position = f"SELECT sum(recognised), sum(billed), min(contract_liability) FROM position WHERE {until_june}"
    assert _ask(made, position) == [(60_000, 120_000, 60_000)]
    assert _ask(made, f"SELECT sum(amount) FROM target WHERE role = 'revenue' AND {june}") == [(-15_000,)]


def test_figures_whose_file_was_altered_name_the_file(environment_id: int, bring: Bring) -> None:
    bring(together(RULES, PRODUCTS, sold("No other test has this contract, or these bytes")))
    made = figures.make(environment_id, cause="data", now=NOW)
    about = next(about for name, about in made.files.items() if "/contract/" in name)
    place = store().path(about["sha256"])
    place.chmod(0o600)
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    with pytest.raises(FileMissing, match=f"{about['sha256'][:12]}… was altered"):
        _ask(made, "SELECT 1 FROM contract")


def test_a_payment_after_all_terms_and_periods_has_its_place(environment_id: int, bring: Bring) -> None:
    actor = Actor(environment_id, None, "Controller", frozenset({Role.CONTROLLER}), "cli")
    periods.set_up(actor, entity="", first=date(2026, 1, 1), years=1, now=NOW)
    paid = {"payment_id": "P1", "contract_id": "A", "kind": "cash", "paid_on": date(2027, 2, 10), "amount": 120_000}
    bring(
        together(
            RULES, PRODUCTS, sold("A", override_until=date(9999, 12, 31)), {"invoice": [INVOICE], "payment": [paid]}
        )
    )
    made = figures.make(environment_id, cause="data", now=NOW)
    assert _ask(made, "SELECT role, amount FROM target WHERE period = '2027-02' AND amount <> 0 ORDER BY role") == [
        ("cash", 120_000),
        ("receivable", -120_000),
    ]
    assert _ask(made, "SELECT max(period) FROM calendar") == [("2027-02",)]


def test_journals_are_target_minus_posted(environment_id: int, bring: Bring) -> None:
    bring(together(RULES, PRODUCTS, sold("A"), {"invoice": [INVOICE]}))
    made = figures.make(environment_id, cause="data", now=NOW)
    accounts = [
        {"role": role, "account": role[:3]}
        for role in ("receivable", "contract_liability", "contract_asset", "revenue")
    ]
    posted = {"currency": "USD", "period": "2026-01", "account": "rev", "amount": -10_000}
    found = figures.journal(environment_id, made, accounts=accounts, posted=[posted])
    assert [(each.period, each.amount) for each in found if each.account == "rev"][:2] == [
        ("2026-02", -10_000),
        ("2026-03", -10_000),
    ]
    assert sum(each.amount for each in found) == 10_000


def test_a_contract_that_is_refused_becomes_a_gap_and_the_others_are_computed(
    environment_id: int, bring: Bring
) -> None:
    bring(together(RULES, PRODUCTS, sold("A"), sold("B", product="sofa")))
    made = figures.make(environment_id, cause="data", now=NOW)
    assert _ask(made, "SELECT DISTINCT contract_id FROM schedule") == [("A",)]
    gap = Gap.objects.get()
    assert (gap.rule, gap.contract_id, gap.owner, gap.resolved_at) == ("unknown_product", "B", Gap.Owner.HERE, None)
    bring({"product": [{"product_id": "sofa", "rule_id": "monthly"}]}, hours=1)
    mended = figures.make(environment_id, cause="data", now=NOW)
    assert _ask(mended, "SELECT count(DISTINCT contract_id) FROM schedule") == [(2,)]
    gap.refresh_from_db()
    assert gap.resolved_at == NOW


def test_dimensions_come_from_the_line_its_fields_its_product_and_its_customer(
    environment_id: int, bring: Bring
) -> None:
    for source, name, dimension in (
        ("customer", "site", "location"),
        ("product", "family", "class"),
        ("subscription", "team", "class"),
    ):
        CustomField.objects.create(
            environment_id=environment_id,
            source=source,
            api_name=name,
            label=name,
            in_journals=True,
            dimension=dimension,
        )
    products = [
        {"product_id": "seat", "rule_id": "monthly", "dimensions": "department=20", "fields": "family=SaaS;colour=red"}
    ]
    customers = [{"customer_id": "Z", "fields": "site=100"}]
    given = together(
        RULES,
        {"product": products, "customer": customers},
        sold("A"),
        sold("B", fields="team=North", dimensions="location=7"),
    )
    for row in given["contract"]:
        row["customer_id"] = "Z"  # type: ignore[index]
    bring(given)
    made = figures.make(environment_id, cause="data", now=NOW)
    assert _ask(made, "SELECT DISTINCT contract_id, dimensions FROM schedule ORDER BY ALL") == [
        ("A", "class=SaaS;department=20;location=100"),
        ("B", "class=North;department=20;location=7"),
    ]


def test_a_preview_says_what_staged_rows_would_change_and_changes_nothing(environment_id: int, bring: Bring) -> None:
    bring(together(RULES, PRODUCTS, sold("A"), {"invoice": [INVOICE]}))
    change = {"change_id": "M", "contract_id": "A", "line_id": "1", "effective_on": date(2026, 12, 1)}
    more = [change | {"treatment": "prospective", "price": 1_000}]
    found = figures.impact(environment_id, figures.Staged({"change": more}))
    assert [(each.figure, each.period, each.before, each.after) for each in found.periods] == [
        ("revenue", "2026-12", 10_000, 11_000)
    ]
    assert {each.figure for each in found.journals} == {"account contract_asset", "account revenue"}
    assert figures.latest(environment_id) is None


@pytest.mark.parametrize("in_memory", [shards.IN_MEMORY, 1])
def test_a_preview_over_a_large_book_goes_by_shards_and_says_the_same(
    environment_id: int, bring: Bring, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    bring(together(RULES, PRODUCTS, sold("A"), sold("B", 60_000), {"invoice": [INVOICE]}))
    staged = figures.Staged({"rule": [RULES["rule"][0] | {"upfront": 500_000}], **sold("C", 36_000)})
    at_once = figures.impact(environment_id, staged)
    monkeypatch.setattr(shards, "LINES", 1)
    monkeypatch.setattr(shards, "IN_MEMORY", in_memory)
    assert figures.impact(environment_id, staged) == at_once
    assert at_once.contracts == 3
    assert {each.figure for each in at_once.periods} == {"revenue", "deferred"}


def test_a_figure_is_explained_by_its_layers_and_its_rows(environment_id: int, bring: Bring) -> None:
    batch = bring(together(RULES, PRODUCTS, sold("A")))
    figures.make(environment_id, cause="data", now=NOW)
    found = figures.explain(environment_id, "A", "1", "2026-06")
    assert (found.amount, found.layers[-1]["convention"], found.layers[-1]["rule_id"]) == (
        10_000,
        "even_months",
        "monthly",
    )
    assert {(each.table, each.row, each.batch_id) for each in found.sources} == {
        ("contract", 2, batch.pk),
        ("line", 2, batch.pk),
    }
    with pytest.raises(NotFound):
        figures.explain(environment_id, "A", "1", "2030-01")


def test_a_book_too_large_for_memory_stands_in_its_file(
    environment_id: int, bring: Bring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bring(together(RULES, PRODUCTS, sold("A"), sold("B", 60_000)))
    names = []
    for bound in (2, 1):
        monkeypatch.setattr(shards, "IN_MEMORY", bound)
        with loading.read(loading.Scope(environment_id), file=tmp_path / "whole.duckdb") as book:
            names.append((engine.database(book), engine.count(book, "line")))
    assert names == [("memory", 2), ("whole", 2)]
