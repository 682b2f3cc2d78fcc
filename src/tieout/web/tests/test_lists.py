"""Lists: the address holds the whole state, and nonsense in it does no harm."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tieout.people.actors import Role
from tieout.people.models import User


@pytest.fixture
def browser(client_as: Callable[..., Client]) -> Client:
    """An Admin's browser on a site with sixty more people."""
    client = client_as(Role.ADMIN)
    User.objects.bulk_create(
        User(email=f"clerk{number:02}@example.com", name=f"Clerk {number}") for number in range(60)
    )
    return client


def shown(client: Client, query: str = "", **headers: str) -> list[str]:
    """The e-mail addresses on the page, in order."""
    response = client.get(f"/settings/people/{query}", headers=headers)
    assert response.status_code == 200
    return [row.record.email for row in response.context["table"].paginated_rows]


def test_a_list_shows_twenty_five_rows_and_says_how_many_there_are(browser: Client) -> None:
    page = browser.get("/settings/people/")
    assert len(page.context["table"].page.object_list) == 25
    assert "1–25 of 61" in page.content.decode()


def test_the_address_chooses_search_sort_size_and_page(browser: Client) -> None:
    assert shown(browser, "?q=clerk+07") == ["clerk07@example.com"]
    assert shown(browser, "?q=clerk&sort=-email&show=10&page=2")[0] == "clerk49@example.com"
    assert len(shown(browser, "?show=100")) == 61
    assert shown(browser, "?role=admin") == ["admin-0@example.com"]


@pytest.mark.parametrize(
    "query",
    ["?page=0", "?page=99999", "?page=x", "?show=1000000", "?show=-1", "?sort=password", "?sort=-", "?role=king"],
)
def test_nonsense_in_the_address_shows_the_list_all_the_same(browser: Client, query: str) -> None:
    assert 0 < len(shown(browser, query)) <= 25


def test_htmx_gets_the_list_alone_and_the_state_of_the_form_with_it(browser: Client) -> None:
    part = browser.get(
        "/settings/people/?q=clerk&sort=name&show=50", headers={"HX-Request": "true", "HX-Target": "list"}
    )
    text = part.content.decode()
    assert text.lstrip().startswith('<section id="list"')
    assert '<option value="name" selected>' in text  # what a narrow screen sorts by
    assert '<input type="hidden" name="show" value="50" form="filters">' in text


def test_going_back_in_history_gets_the_whole_page(browser: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<!DOCTYPE html>" in browser.get("/settings/people/", headers=headers).content.decode()


def test_a_list_without_a_match_offers_to_clear_the_filters(browser: Client) -> None:
    text = browser.get("/settings/people/?q=nobody-at-all").content.decode()
    assert "Nothing matches" in text
    assert "Clear filters" in text


def test_an_empty_list_says_what_to_do_next_only_to_those_who_may(client_as: Callable[..., Client]) -> None:
    controller = client_as(Role.CONTROLLER).get("/connections/").content.decode()
    viewer = client_as(Role.VIEWER).get("/connections/").content.decode()
    assert "Nothing is connected yet" in controller
    assert "Nothing is connected yet" in viewer
    assert "Add a connection" in controller
    assert "Add a connection" not in viewer


def test_counting_stops_at_the_limit(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieout.web.lists.COUNT_LIMIT", 30)
    text = browser.get("/settings/people/?page=2").content.decode()
    assert "26–30 of more than 30" in text
