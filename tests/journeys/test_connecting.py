"""The first hour with a new site: sign in, look at the sandbox, connect a system, see what is wrong, mend it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tieout.people.actors import Role
from tieout.people.models import Environment, Grant, User
from tieout.sandbox.kit.server import RunningSandbox

pytestmark = pytest.mark.slow


@pytest.fixture
def admin(transactional_db: None, person: Callable[..., User], environments: dict[str, Environment]) -> User:
    """Admin in both environments, looking at production."""
    made = person(Role.ADMIN)
    Grant.objects.create(user=made, environment=environments["sandbox"], role=Role.ADMIN)
    return made


def fill_connection(page: Page, values: dict[str, str]) -> None:
    for label, value in values.items():
        page.get_by_label(label).fill(value)


def test_an_admin_connects_a_system_and_is_told_what_is_wrong_until_it_works(
    admin: User, sign_in: Callable[..., Page], vendors: RunningSandbox
) -> None:
    told = vendors.credentials()["revio"]
    page = sign_in(admin)

    page.get_by_text("Production", exact=True).first.click()
    page.get_by_role("button", name="Sandbox").click()
    expect(page.locator("body")).to_have_attribute("data-environment", "sandbox")

    page.get_by_role("link", name="Connections").first.click()
    page.get_by_role("link", name="Add a connection").first.click()
    page.get_by_role("link", name="Rev.io").click()
    fill_connection(
        page, {"Base URL": "http://127.0.0.1:9/v1", "Login": told["login"], "Client code": told["client_code"]}
    )
    page.get_by_role("button", name="Add connection").click()
    expect(page.locator(".invalid-feedback").first).to_have_text("This field is required.")
    fill_connection(page, {"Password": told["password"], "Subscription key": told["subscription_key"]})
    page.get_by_role("button", name="Add connection").click()

    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Needs attention")
    expect(page.locator(".checks")).to_contain_text("127.0.0.1")

    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Password")).to_have_value("")
    page.get_by_label("Base URL").fill(told["url"])
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Connected")
    expect(page.locator(".checks")).to_contain_text("Read payments")

    page.get_by_role("link", name="Remove").click()
    expect(page.get_by_role("dialog")).to_contain_text("Remove this connection?")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing is connected yet")).to_be_visible()


def test_the_keyboard_alone_searches_a_list_and_the_address_keeps_the_search(
    admin: User, sign_in: Callable[..., Page], person: Callable[..., User]
) -> None:
    person(Role.VIEWER, email="grace@example.com")
    page = sign_in(admin)
    page.goto("/settings/people/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("grace")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_url("**/settings/people/?q=grace")
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("grace")
    page.get_by_role("link", name="Name", exact=True).click()
    page.wait_for_url("**/settings/people/?q=grace&sort=name")


def test_colours_follow_the_system_until_somebody_chooses(admin: User, sign_in: Callable[..., Page]) -> None:
    page = sign_in(admin, color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Colours").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Fold the menu").click()
    expect(page.locator(".nav-entry span").first).to_be_hidden()


def test_a_phone_shows_the_menu_on_demand_and_never_scrolls_sideways(admin: User, sign_in: Callable[..., Page]) -> None:
    page = sign_in(admin, width=390, height=844)
    expect(page.get_by_role("complementary", name="Main menu")).to_be_hidden()
    for name in ("People", "API tokens", "Audit trail", "Site"):
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("complementary", name="Main menu").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_everything_works_without_scripts(
    admin: User, sign_in: Callable[..., Page], person: Callable[..., User]
) -> None:
    clerk = person(Role.VIEWER, email="clerk@example.com")
    page = sign_in(admin, java_script_enabled=False)
    page.goto("/settings/people/?q=clerk")
    page.get_by_role("link", name="clerk@example.com").click()
    page.get_by_role("link", name="Deactivate").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("The person is deactivated.")).to_be_visible()
    clerk.refresh_from_db()
    assert not clerk.is_active
    page.get_by_text("Production", exact=True).first.click()
    page.get_by_role("button", name="Sandbox").click()
    expect(page.locator("body")).to_have_attribute("data-environment", "sandbox")
