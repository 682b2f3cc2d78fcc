"""Reports as people read them: a figure, the contracts behind it, the address that can be sent on, and the tie-out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from tieout.people.actors import Role
from tieout.reports.catalogue import KINDS
from tieout.reports.tests.books import FIRST, company, computed, discount

Text = Callable[..., str]
MARCH = {"as_of": "2026-03-31"}


@pytest.fixture
def viewer(client_as: Callable[..., Client]) -> Client:
    """Somebody who may only look."""
    return client_as(Role.VIEWER)


@pytest.fixture
def figures(environments: dict[str, Any]) -> int:
    """The company's figures."""
    environment: int = environments["production"].pk
    computed(environment, company())
    return environment


def links(response: Any, part: str = "report-table") -> dict[str, str]:
    """Address by text, of the links in a table."""
    tree = html.document_fromstring(response.content.decode())
    found = tree.xpath(f"//table[contains(@class, '{part}')]//a")
    return {each.text_content(): each.get("href") for each in found}


def _addresses(response: Any) -> list[str]:
    tree = html.document_fromstring(response.content.decode())
    return [str(each) for each in tree.xpath("//main//a/@href")]


def test_without_figures_every_report_says_what_to_do(viewer: Client, text: Text) -> None:
    for name in KINDS:
        page = viewer.get(reverse("report", args=[name]))
        assert page.status_code == 200
        assert "No figures yet" in text(page)
    assert "No figures yet" in text(viewer.get(reverse("revenue_tie_out"), {"read": "1"}))


def test_the_list_of_reports_leads_to_each_of_them(figures: int, viewer: Client, text: Text) -> None:
    shown = text(viewer.get(reverse("reports")))
    for kind in KINDS.values():
        assert kind.title in shown
        page = viewer.get(reverse("report", args=[kind.name]), MARCH)
        assert page.status_code == 200
        assert "Everything ties out" in text(page), kind.name


def test_an_amount_opens_the_contracts_behind_it_and_they_their_explanation(
    figures: int, viewer: Client, text: Text
) -> None:
    report = viewer.get(reverse("report", args=["waterfall"]), MARCH)
    assert "3,043.75" in text(report, "tfoot")
    behind = viewer.get(links(report)["193.75"])
    assert "ACME 93.75 USD" in text(behind, "tbody")
    assert "BETA 100.00 USD" in text(behind, "tbody")
    assert "193.75" in text(behind, "tfoot")
    figures_of_it = viewer.get(links(behind, "card-table")["ACME"])
    page = text(viewer.get(next(link for link in _addresses(figures_of_it) if "line=1" in link)))
    assert "93.75 USD" in page
    assert "Batch of 2026-04-02" in page  # the source of the row


def test_the_address_holds_the_whole_question(figures: int, viewer: Client, text: Text) -> None:
    asked = {**MARCH, "by": "region", "class": "Small", "currency": "USD"}
    page = viewer.get(reverse("report", args=["disaggregated-revenue"]), asked)
    assert "East" in text(page, "tbody")
    assert "West" not in text(page, "tbody")
    tree = html.document_fromstring(page.content.decode())
    assert tree.xpath("//input[@name='as_of']/@value") == ["2026-03-31"]
    assert tree.xpath("//select[@name='class']/option[@selected]/@value") == ["Small"]
    assert tree.xpath("//select[@name='by'][1]/option[@selected]/@value")[0] == "region"
    download = tree.xpath("//a[contains(@href, 'export.csv')]/@href")[0]
    assert "Small" not in viewer.get(download).content.decode()
    assert "East" in viewer.get(download).content.decode()


@pytest.mark.parametrize("name", KINDS)
def test_every_report_has_a_chart_and_is_exported_as_it_stands(name: str, figures: int, viewer: Client) -> None:
    page = viewer.get(reverse("report", args=[name]), MARCH)
    tree = html.document_fromstring(page.content.decode())
    assert tree.xpath("//figure//g/title")
    saved = tree.xpath("//a[contains(@href, 'export.')]/@href")
    assert {address.partition("?")[0].rpartition(".")[2] for address in saved} == {"csv", "xlsx"}
    hashed = tree.xpath("//code[@class='report-hash']/text()")
    for address in saved:
        assert address.partition("?")[2].startswith("as_of=2026-03-31")
        file = viewer.get(address).content
        assert file.startswith(b"PK") or hashed[0].encode() in file


def test_a_chart_is_drawn_without_scripts_and_its_figures_stand_beside_it(figures: int, viewer: Client) -> None:
    page = viewer.get(reverse("report", args=["waterfall"]), MARCH)
    tree = html.document_fromstring(page.content.decode())
    titles = tree.xpath("//figure//g/title/text()")
    assert any(title.startswith("2026-02: Recognised 568.75") for title in titles)
    assert tree.xpath("//figure//rect[@class='bar-to-come']")


def test_a_restatement_shows_only_what_differs(figures: int, viewer: Client, text: Text) -> None:
    computed(figures, discount(), FIRST.replace(day=5))
    page = text(viewer.get(reverse("report", args=["waterfall"]), {**MARCH, "against": "2026-04-03"}))
    assert "What changed" in page
    assert "−240.00" in page
    nothing = viewer.get(reverse("report", args=["commissions"]), {**MARCH, "against": "2026-04-03"})
    assert "No amount differs" in text(nothing)


def test_the_tie_out_names_what_is_not_in_intacct(figures: int, viewer: Client, text: Text) -> None:
    page = viewer.get(reverse("revenue_tie_out"), {**MARCH, "read": "1"})
    assert "No journals are posted yet" in text(page)
    assert "not mapped: revenue" in text(page)
    assert viewer.get(reverse("revenue_tie_out_xlsx"), MARCH).content.startswith(b"PK")


def test_a_question_that_means_nothing_is_answered_in_words(figures: int, viewer: Client, text: Text) -> None:
    page = viewer.get(reverse("report", args=["waterfall"]), {"as_of": "32 March"})
    assert page.status_code == 422
    assert "is not a day" in text(page)
    assert viewer.get(reverse("report", args=["profit"])).status_code == 404
