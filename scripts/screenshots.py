"""Takes pictures of a running site: each page light and dark, wide and on a phone.

    python scripts/screenshots.py http://127.0.0.1:8000 --email … --password … --out pictures /connections/ /settings/people/

Without pages it follows the sidebar. Needs a chromium on the path, or named by CHROMIUM. Ends with 1 when a page scrolls
sideways, logs an error to the console or asks another host for anything.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
SIZES = {"wide": (1440, 900), "phone": (390, 844)}


def main() -> int:
    """Take them all; prints one line per picture and what was wrong with the page."""
    asked = _arguments()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    wrong = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        state, pages = _sign_in(browser, asked)
        for (size, theme), path in product(product(SIZES, THEMES), asked.pages or pages):
            for file, complaint in _picture(browser, asked, state, size, theme, path):
                print(file, complaint)
                wrong += bool(complaint)
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("site")
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--email", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--out", type=Path, default=Path("test-results/pictures"))
    parser.add_argument("--full", action="store_true", help="the whole page, not only what fits the window")
    return parser.parse_intermixed_args()


def _sign_in(browser: Browser, asked: argparse.Namespace) -> tuple[Any, list[str]]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(urljoin(asked.site, "/account/login/"))
    page.get_by_label(re.compile("e-?mail", re.I)).fill(asked.email)
    page.get_by_label(re.compile("password", re.I)).fill(asked.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".sidebar")
    found = page.eval_on_selector_all(".nav-entry", "entries => entries.map(entry => entry.getAttribute('href'))")
    state = context.storage_state()
    context.close()
    return state, found


def _picture(
    browser: Browser, asked: argparse.Namespace, state: Any, size: str, theme: Theme, path: str
) -> Iterator[tuple[Path, str]]:
    width, height = SIZES[size]
    context = browser.new_context(
        storage_state=None if path.startswith("/account/login") else state,
        viewport={"width": width, "height": height},
        color_scheme=theme,
        device_scale_factor=1,
    )
    page = context.new_page()
    complaints = _listen(page, asked.site)
    page.goto(urljoin(asked.site, path))
    page.wait_for_load_state("networkidle")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        complaints.append("scrolls sideways")
    file = asked.out / f"{re.sub(r'[^a-z0-9]+', '-', path.lower()).strip('-') or 'home'}.{size}.{theme}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=asked.full)
    context.close()
    yield file, "; ".join(complaints)


def _listen(page: Page, site: str) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def host(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.netloc != urlsplit(site).netloc:
            complaints.append(f"asks {parts.netloc}")

    page.on("request", host)
    return complaints


if __name__ == "__main__":
    sys.exit(main())
