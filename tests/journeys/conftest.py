"""A real browser on a live server: chromium from the machine, no other host, and no error in its console."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tieout.people.models import User

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 10_000
PASSWORD = "correct horse battery staple"
"""Everybody's, see the root conftest."""
Visit = Callable[..., Page]


@pytest.fixture(scope="module", autouse=True)
def _database_from_the_story() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, which makes Django suspect asynchronous code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("No chromium was found: install one, or name it in CHROMIUM, to run the browser stories.")
    running = playwright.chromium.launch(executable_path=chromium, args=ARGS)
    yield running
    running.close()


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Iterator[Visit]:
    """`visit(width=390)` opens a window on the site; keywords go to the browser context."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def window(width: int = 1440, height: int = 900, **kwargs: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": height}, **kwargs)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        _watch(page, live_server.url, complaints)
        return page

    yield window
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in(visit: Visit) -> Callable[..., Page]:
    """`sign_in(user)` opens a window and goes through the sign-in page."""

    def enter(user: User, **kwargs: Any) -> Page:
        page = visit(**kwargs)
        page.goto("/account/login/")
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/account/" not in url)
        return page

    return enter


def _watch(page: Page, site: str, complaints: list[str]) -> None:
    """Collect script errors, policy violations and requests to other hosts."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else None)

    def check(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.netloc != urlsplit(site).netloc:
            complaints.append(f"asks {request.url}")

    page.on("request", check)
