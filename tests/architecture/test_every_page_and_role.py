"""Every address of the site, asked for by nobody and by every role.

Addresses are read from the URL configuration, so a page added later is walked too, and a view that declares no permission
fails the run. The API's addresses are walked by its own test; the sign-in package guards its own pages.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tieout.people.actors import ALLOWED, Role
from tieout.people.web.account import closed
from tieout.web.pages import Guarded, Needed, alternatives

EXAMPLES = {"int": "1", "slug": "revio", "str": "x", "uuid": "00000000-0000-4000-8000-000000000000", "path": "x"}
ELSEWHERE = ("api/",)
"""Walked by other tests."""
ANSWERED = {200, 204, 286, 302, 303, 304, 400, 404, 405, 409, 422}
"""What a page may answer to somebody who is allowed in; above all never 403 and never 500."""


@dataclass(frozen=True)
class Address:
    """One URL pattern with example values filled in."""

    path: str
    view: Any

    @property
    def ours(self) -> bool:
        """Everything that the sign-in package did not bring along."""
        return not self.path.startswith("/account/") or self.view.__module__.startswith("tieout.")

    @property
    def page(self) -> type[Guarded] | None:
        found = getattr(self.view, "view_class", None)
        return found if isinstance(found, type) and issubclass(found, Guarded) else None

    @property
    def needed(self) -> Needed:
        assert self.page is not None
        return self.page.permission


def _addresses(resolver: URLResolver, prefix: str = "") -> Iterator[Address]:
    for entry in resolver.url_patterns:
        path = prefix + _filled(entry)
        if path.startswith(ELSEWHERE):
            continue
        if isinstance(entry, URLPattern):
            yield Address(f"/{path}", entry.callback)
        else:
            yield from _addresses(entry, path)


def _filled(entry: URLPattern | URLResolver) -> str:
    text = str(entry.pattern)
    for name, converter in getattr(entry.pattern, "converters", {}).items():
        kind = next(kind for kind, each in _converters().items() if isinstance(converter, type(each)))
        for written in (f"<{kind}:{name}>", f"<{name}>"):
            text = text.replace(written, EXAMPLES[kind])
    return text


def _converters() -> dict[str, Any]:
    from django.urls.converters import get_converters

    return {kind: converter for kind, converter in get_converters().items() if kind in EXAMPLES}


WALKED = list(_addresses(get_resolver()))
OURS = [address for address in WALKED if address.ours]
GUARDED = [address for address in OURS if address.page]


@pytest.fixture
def visitors(client_as: Callable[..., Client]) -> dict[Role, Client]:
    """One signed-in browser per role."""
    return {role: client_as(role) for role in Role}


def test_every_view_of_ours_declares_its_permission() -> None:
    undeclared = [
        address.path
        for address in OURS
        if address.view is not closed and not (address.page and hasattr(address.page, "permission"))
    ]
    assert undeclared == []
    assert len(GUARDED) >= 20


def test_nobody_gets_further_than_the_sign_in_page(db: None) -> None:
    for address, method in itertools.product(GUARDED, ("get", "post")):
        response = getattr(Client(), method)(address.path)
        assert response.status_code == 302, address.path
        assert response["Location"].startswith("/account/login/"), address.path


def test_every_role_is_let_in_exactly_where_its_permissions_say(visitors: dict[Role, Client]) -> None:
    wrong = []
    for address, (role, client) in itertools.product(GUARDED, visitors.items()):
        allowed = address.needed is None or any(role in ALLOWED[each] for each in alternatives(address.needed))
        several = isinstance(address.needed, tuple)
        for method in ("get", "post"):
            status = getattr(client, method)(address.path).status_code
            fits = status in ANSWERED or (several and status == 403) if allowed else status == 403
            if not fits:
                wrong.append(f"{method} {address.path} as {role}: {status}")
    assert wrong == []


def test_a_refusal_names_the_roles_that_would_do(visitors: dict[Role, Client]) -> None:
    page = visitors[Role.VIEWER].get("/settings/people/").content.decode()
    assert "this takes the role Admin" in page
    assert "people.role_missing" in page


def test_the_menu_holds_only_what_the_role_may_open(visitors: dict[Role, Client]) -> None:
    for client in visitors.values():
        places = [place for _, places in client.get("/account/").context["sidebar"] for place in places]
        assert places
        for place in places:
            assert client.get(place.url).status_code == 200, place.url


def test_pages_of_the_sign_in_package_ask_for_sign_in_or_are_meant_for_strangers(db: None) -> None:
    strangers = (
        "login/",
        "logout/",
        "inactive/",
        "password/reset/",
        "reauthenticate/",
        "2fa/authenticate/",
        "oidc/",
        "3rdparty/",
    )
    for address in (each for each in WALKED if not each.ours):
        if "(?P" in address.path or any(f"/account/{word}" in address.path for word in strangers):
            continue
        assert Client().get(address.path).status_code in (301, 302, 404, 405), address.path


def test_nobody_signs_up_or_changes_their_address(client_as: Callable[..., Client]) -> None:
    for browser in (Client(), client_as(Role.ADMIN)):
        for page in ("signup", "email", "3rdparty"):
            assert browser.get(f"/account/{page}/").status_code == 404
