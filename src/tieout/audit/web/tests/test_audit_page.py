"""The audit trail as a page: it holds what was done elsewhere, and is paged by its own ids."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tieout.audit import operations
from tieout.people.actors import Actor, Role


@pytest.fixture
def controller(client_as: Callable[..., Client], actor: Callable[..., Actor]) -> Client:
    """A Controller's browser, on a site where sixty things were done in production and one in the sandbox."""
    clerk = actor(Role.ACCOUNTANT)
    for number in range(60):
        operations.record(actor=clerk, action="run process", subject=f"process:{number}", details={"rows": number})
    operations.record(actor=actor(Role.ADMIN, at="sandbox"), action="look around", subject="site:1")
    return client_as(Role.CONTROLLER)


def subjects(page) -> list[str]:
    return [row.record.subject for row in page.context["table"].paginated_rows]


def test_what_is_done_on_a_page_stands_in_the_trail(controller: Client) -> None:
    controller.post("/settings/tokens/add/", {"name": "Export", "lifetime": ""})
    first = subjects(controller.get("/settings/audit/"))[0]
    assert first.startswith("token:")


def test_paging_backwards_shows_every_entry_once_even_while_new_ones_arrive(
    controller: Client, actor: Callable[..., Actor]
) -> None:
    seen, page = [], controller.get("/settings/audit/?show=25&q=run")
    while True:
        seen += subjects(page)
        operations.record(actor=actor(Role.VIEWER), action="run late", subject="process:late")
        if page.context["older"] is None:
            break
        page = controller.get(f"/settings/audit/?show=25&q=run&before={page.context['older']}")
    assert seen == [f"process:{number}" for number in reversed(range(60))]


def test_search_and_filters_narrow_the_trail(controller: Client) -> None:
    assert subjects(controller.get("/settings/audit/?q=process:7")) == ["process:7"]
    assert subjects(controller.get("/settings/audit/?door=schedule")) == []
    assert subjects(controller.get("/settings/audit/?until=2001-01-01")) == []


@pytest.mark.parametrize("query", ["?before=x", "?before=-1", f"?before={'9' * 400}", "?since=yesterday", "?before=²"])
def test_nonsense_in_the_address_is_ignored(controller: Client, query: str) -> None:
    assert len(subjects(controller.get(f"/settings/audit/{query}"))) == 25


def test_another_environment_is_another_trail(controller: Client) -> None:
    assert "look around" not in controller.get("/settings/audit/?q=look").content.decode().split("<tbody>")[-1]
