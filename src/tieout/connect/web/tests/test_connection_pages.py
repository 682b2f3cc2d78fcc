"""Connecting two systems in the browser, against the sandboxes over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tieout.connect.models import Connection, Secret
from tieout.people.actors import Role
from tieout.sandbox.kit.server import RunningSandbox

DEAD = "http://127.0.0.1:9/v1"
"""Nothing listens on the discard port."""


@pytest.fixture
def revio(vendors: RunningSandbox) -> dict[str, str]:
    """What the form of a Rev.io connection takes."""
    told = vendors.credentials()["revio"]
    names = ("login", "client_code", "password", "subscription_key")
    return {"name": "Billing", "base_url": told["url"], "currency": "USD", "page_size": "500"} | {
        n: told[n] for n in names
    }


@pytest.fixture
def admin(client_as: Callable[..., Client]) -> Iterator[Client]:
    return client_as(Role.ADMIN)


def add(client: Client, values: dict[str, str], kind: str = "revio") -> Any:
    return client.post(f"/connections/add/{kind}/", values, follow=True)


def test_a_new_connection_leads_to_its_page_and_asks_to_be_tested(admin: Client, revio: dict[str, str]) -> None:
    page = add(admin, revio)
    assert page.request["PATH_INFO"] == f"/connections/{Connection.objects.get().pk}/"
    assert "Test it to see whether it answers" in page.content.decode()
    assert "Not tested yet" in page.content.decode()


def test_the_test_names_the_company_and_every_permission(admin: Client, revio: dict[str, str]) -> None:
    add(admin, revio)
    page = admin.post(f"/connections/{Connection.objects.get().pk}/test/", follow=True).content.decode()
    assert "Everything works." in page
    assert "Read payments" in page
    assert revio["client_code"] in page
    assert Connection.objects.get().state == Connection.State.HEALTHY


def test_a_wrong_host_is_told_in_plain_words_with_a_remedy(admin: Client, revio: dict[str, str]) -> None:
    add(admin, {**revio, "base_url": DEAD})
    page = admin.post(f"/connections/{Connection.objects.get().pk}/test/", follow=True).content.decode()
    assert "Not everything works" in page
    assert "127.0.0.1" in page
    assert "Check the address" in page
    assert "Needs attention" in page


def test_a_wrong_password_is_told_as_such(admin: Client, revio: dict[str, str]) -> None:
    add(admin, {**revio, "password": "not this one"})
    page = admin.post(f"/connections/{Connection.objects.get().pk}/test/", follow=True).content.decode()
    assert Connection.objects.get().state == Connection.State.FAILING
    assert "not this one" not in page


def test_secrets_never_come_back_and_stay_when_left_empty(admin: Client, revio: dict[str, str]) -> None:
    add(admin, revio)
    made = Connection.objects.get()
    before = {secret.field: bytes(secret.box) for secret in Secret.objects.all()}
    pages = [admin.get(f"/connections/{made.pk}/{page}").content.decode() for page in ("", "edit/")]
    assert not any(revio[secret] in page for page in pages for secret in ("password", "subscription_key"))
    changed = {**revio, "name": "Billing system", "password": "", "subscription_key": "", "concurrency": "3"}
    admin.post(f"/connections/{made.pk}/edit/", changed)
    made.refresh_from_db()
    assert (made.name, made.concurrency) == ("Billing system", 3)
    assert {secret.field: bytes(secret.box) for secret in Secret.objects.all()} == before


def test_mistakes_stand_at_their_fields_and_nothing_is_saved(admin: Client, revio: dict[str, str]) -> None:
    page = admin.post("/connections/add/revio/", {**revio, "login": "", "base_url": "ftp://old.example"})
    assert page.status_code == 422
    assert page.context["form"].errors["login"] == ["This field is required."]
    page = admin.post("/connections/add/revio/", {**revio, "base_url": "ftp://old.example"})
    assert "https://" in page.context["form"].errors["base_url"][0]
    assert revio["password"] not in page.content.decode()
    assert not Connection.objects.exists()


def test_a_name_that_is_taken_is_refused_with_its_remedy(admin: Client, revio: dict[str, str]) -> None:
    add(admin, revio)
    page = admin.post("/connections/add/revio/", revio)
    assert page.status_code == 422
    assert "Choose another name." in page.content.decode()
    assert Connection.objects.count() == 1


def test_sources_are_the_admins_and_ledgers_the_controllers(
    client_as: Callable[..., Client], revio: dict[str, str]
) -> None:
    admin, controller = client_as(Role.ADMIN), client_as(Role.CONTROLLER)
    assert admin.get("/connections/add/revio/").status_code == 200
    assert admin.get("/connections/add/intacct/").status_code == 403
    assert controller.get("/connections/add/revio/").status_code == 403
    assert controller.get("/connections/add/intacct/").status_code == 200
    assert "Connected by the role Controller" in admin.get("/connections/add/").content.decode()
    add(admin, revio)
    path = f"/connections/{Connection.objects.get().pk}/"
    assert "Test connection" not in controller.get(path).content.decode()
    assert [controller.post(f"{path}{act}/").status_code for act in ("test", "edit", "remove")] == [403, 403, 403]
    assert Connection.objects.get().tested_at is None


def test_removing_asks_first_in_a_dialog_or_on_a_page_of_its_own(admin: Client, revio: dict[str, str]) -> None:
    add(admin, revio)
    path = f"/connections/{Connection.objects.get().pk}/remove/"
    dialog = admin.get(path, headers={"HX-Request": "true"}).content.decode()
    assert dialog.lstrip().startswith("<form")
    assert "Remove this connection?" in dialog
    assert "Billing" in admin.get(path).content.decode()
    assert Connection.objects.exists()
    assert "The connection is removed." in admin.post(path, follow=True).content.decode()
    assert not Connection.objects.exists()


def test_a_connection_of_another_environment_does_not_exist_here(
    client_as: Callable[..., Client], admin: Client, revio: dict[str, str]
) -> None:
    add(admin, revio)
    elsewhere = client_as(Role.ADMIN, at="sandbox")
    assert elsewhere.get(f"/connections/{Connection.objects.get().pk}/").status_code == 404
    assert "Billing" not in elsewhere.get("/connections/").content.decode()
