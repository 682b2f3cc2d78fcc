"""Takes pictures of a running site: each page light and dark, wide and on a phone.

    python scripts/screenshots.py http://127.0.0.1:8000 --email … --password … /connections/ /settings/people/
    python scripts/screenshots.py --size wide --theme light --out docs/pictures /processes/      (the README's)

Without pages it follows the sidebar; credentials may stand in TIEOUT_EMAIL and TIEOUT_PASSWORD. Needs a chromium on the path,
or named by CHROMIUM. Ends with 1 when a page scrolls sideways, logs an error or asks another host for anything.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
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
        for size, theme, path in product(asked.size, asked.theme, asked.pages or pages):
            complaint = _picture(browser, asked, state, size, theme, path)
            print(_file(asked, size, theme, path), complaint)
            wrong += bool(complaint)
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("site", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--email", default=os.environ.get("TIEOUT_EMAIL"))
    parser.add_argument("--password", default=os.environ.get("TIEOUT_PASSWORD"))
    parser.add_argument("--size", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--theme", nargs="+", choices=THEMES, default=list(THEMES))
    parser.add_argument("--out", type=Path, default=Path("test-results/pictures"))
    parser.add_argument("--full", action="store_true", help="the whole page, not only what fits the window")
    asked = parser.parse_intermixed_args()
    if not (asked.email and asked.password):
        parser.error("name somebody who can sign in: --email and --password, or TIEOUT_EMAIL and TIEOUT_PASSWORD")
    if asked.site.startswith("/"):
        asked.site, asked.pages = parser.get_default("site"), [asked.site, *asked.pages]
    return asked


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


def _picture(browser: Browser, asked: argparse.Namespace, state: Any, size: str, theme: Theme, path: str) -> str:
    width, height = SIZES[size]
    context = browser.new_context(
        storage_state=None if path.startswith("/account/login") else state,
        viewport={"width": width, "height": height},
        color_scheme=theme,
    )
    page = context.new_page()
    complaints = _listen(page, asked.site)
    page.goto(urljoin(asked.site, path))
    page.wait_for_load_state("networkidle")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        complaints.append("scrolls sideways")
    page.screenshot(path=_file(asked, size, theme, path), full_page=asked.full)
    context.close()
    return "; ".join(complaints)


def _file(asked: argparse.Namespace, size: str, theme: Theme, path: str) -> Path:
    """`processes.wide.dark.png`; what was not left open is not in the name."""
    name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"
    variant = [word for word, open_ in ((size, asked.size), (theme, asked.theme)) if len(open_) > 1]
    return Path(asked.out, ".".join([name, *variant, "png"]))


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
