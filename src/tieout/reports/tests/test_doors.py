"""One question through every door: the API, the command line, and files whose seal can be checked."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from python_calamine import CalamineWorkbook

from tieout.cli.root import main
from tieout.people import operations
from tieout.people.actors import Actor, Role
from tieout.reports import export
from tieout.reports.catalogue import KINDS
from tieout.reports.tests.asking import ask
from tieout.reports.tests.books import FIRST, company, computed, discount

NOW = datetime(2026, 4, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_april() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def books(environments: dict[str, Any]) -> int:
    """The company's figures, in production."""
    environment: int = environments["production"].pk
    computed(environment, company())
    return environment


@pytest.fixture
def api(actor: Callable[..., Actor]) -> Callable[[str], Any]:
    """`api("/reports/waterfall")` as a program with a viewer's token."""
    _, secret = operations.create_token(actor=actor(Role.VIEWER), name="program", now=NOW)
    return lambda path: Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})


def run(capsys: pytest.CaptureFixture[str], *arguments: str, ends: int = 0) -> str:
    """What `tieout report …` prints."""
    with pytest.raises(SystemExit) as exit_:
        main(["report", *arguments, "--environment", "production"])
    said = capsys.readouterr()
    assert (exit_.value.code or 0) == ends, said.err
    return said.err if ends and not said.out else said.out


def test_the_api_answers_every_report_with_what_it_was_made_from(books: int, api: Callable[[str], Any]) -> None:
    assert {each["name"] for each in api("/reports").json()} == set(KINDS)
    for name in KINDS:
        found = api(f"/reports/{name}?as_of=2026-03-31").json()
        assert found["ties"], name
        assert export.sealed(found["content_sha256"], found["seal"])
    waterfall = api("/reports/waterfall?product=SUB&by=contract").json()["tables"][0]
    assert [row["values"]["to_date"]["amount"] for row in waterfall["rows"]] == ["281.25", "200.00"]
    behind = api("/reports/behind/revenue?first=2026-02-01&last=2026-02-01&product=SETUP").json()["table"]
    assert behind["rows"] == [
        {
            "currency": "USD",
            "values": {"contract": "ACME", "amount": {"amount": "375.00", "currency": "USD", "minor": 37500}},
        }
    ]


def test_the_api_says_what_is_wrong_with_a_question(books: int, api: Callable[[str], Any]) -> None:
    assert api("/reports/waterfall?as_of=yesterday").json()["code"] == "reports.bad_question"
    assert api("/reports/waterfall?known_on=2020-01-01").json()["code"] == "reports.no_figures"
    assert api("/reports/profit").status_code == 404


def test_the_api_tells_what_was_restated(books: int, api: Callable[[str], Any]) -> None:
    computed(books, discount(), FIRST.replace(day=5))
    restated = api("/reports/waterfall?against=2026-04-03").json()["restated"][0]
    assert [row["values"]["total"]["amount"] for row in restated["rows"]] == ["-240.00"]


def test_the_command_line_prints_tables_json_and_csv(
    books: int, person: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    person(Role.VIEWER)
    assert "3,043.75" in run(capsys, "waterfall", "--as-of", "2026-03-31")
    found = json.loads(run(capsys, "remaining-obligations", "--only", "currency=EUR", "--json"))
    assert found["tables"][0]["totals"][0]["values"]["unscheduled"]["amount"] == "500.00"
    rows = list(csv.reader(io.StringIO(run(capsys, "deferred-revenue", "--csv"))))
    assert rows[0] == ["Period", "Opening", "Billed", "Recognised", "Reclassified", "FX", "Closing", "Currency"]
    assert rows[3] == ["2026-03", "937.50", "250.00", "-193.75", "-100.00", "0.00", "893.75", "USD"]
    facts = {row[0]: row[1] for row in rows if len(row) == 2}
    assert "is this site's" in run(capsys, "seal", facts["SHA-256 of content"], facts["Seal"])
    assert "did not make" in run(capsys, "seal", facts["SHA-256 of figures"], facts["Seal"], ends=1)
    assert "ACME" in run(capsys, "behind", "liability.closing", "--last", "2026-03-01")
    assert "cli.bad_option" in run(capsys, "waterfall", "--only", "colour=red", ends=1)
    assert "not mapped" in run(capsys, "tie-out", ends=1)


def test_a_workbook_holds_the_same_amounts_as_numbers_and_is_the_same_each_time(books: int) -> None:
    report = ask(books, "waterfall").report
    made = export.as_xlsx(report)
    assert made == export.as_xlsx(ask(books, "waterfall").report)
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(made))
    table = sheets.get_sheet_by_index(0).to_python()
    assert table[1][-2:] == [375.0, "USD"]
    assert table[-1][-2:] == [3900.0, "USD"]
    facts = dict(row[:2] for row in sheets.get_sheet_by_name("Made from").to_python())
    assert facts["SHA-256 of figures"] == report.basis.outputs_hash


def test_text_in_a_file_is_never_a_formula(environments: dict[str, Any]) -> None:
    environment = environments["production"].pk
    given = company()
    given["contract"][2]["region"] = "=2+5"
    computed(environment, given)
    made = export.as_csv(ask(environment, "remaining-obligations", "by=region").report).decode("utf-8-sig")
    assert "'=2+5" in made
    assert "\n=2+5" not in made
