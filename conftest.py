"""Every test run has a site of its own: a temporary home with its own PostgreSQL, keys and sandboxes.

Nothing of the machine's own site is read or written. With several processes (xdist) all share the one server and each has
its own database.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import django
import pytest
from django.test import Client
from lxml import etree, html

if TYPE_CHECKING:
    from tieout.people.actors import Actor, Role
    from tieout.people.models import Environment, User
    from tieout.sandbox.kit.server import RunningSandbox

Workbook = Callable[[Path, Any], Path]
TODAY = date(2026, 11, 20)
"""The sandboxes' present day."""
PASSWORD = "correct horse battery staple"  # noqa: S105
LINKS = ("href", "src", "action", "hx-get", "hx-post", "srcset", "poster", "data")
NEVER = "max-age=0, no-cache, no-store, must-revalidate, private"
_OWNER = "PYTEST_XDIST_WORKER" not in os.environ

if _OWNER:
    os.environ["TIEOUT_HOME"] = tempfile.mkdtemp(prefix="tieout-test-")
os.environ["DJANGO_SETTINGS_MODULE"] = "tieout.config.settings"
os.environ.pop("COLUMNS", None)  # tables are as wide as what they are printed into, not as the terminal of the tests
django.setup()  # starts the run's own PostgreSQL; here, because conftest files further down import models
logging.getLogger().handlers.clear()  # pytest shows what is logged; the console of this moment is closed before the first test


def pytest_unconfigure() -> None:
    """Stop the server and leave nothing behind."""
    if not _OWNER:
        return
    from tieout.database.embedded import EmbeddedPostgres
    from tieout.database.home import Home

    home = Path(os.environ["TIEOUT_HOME"])
    if not os.environ.get("DATABASE_URL"):
        EmbeddedPostgres(Home(home)).stop()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _quick_settings() -> Iterator[None]:
    """Cheap password hashes, static files straight from the package, letters into a list."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        WHITENOISE_AUTOREFRESH=True,
    ):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Before the database is dropped, let requests end whose browser window was closed on them."""
    yield
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for _ in range(100):
            cursor.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            )
            if not cursor.fetchone()[0]:
                break
            time.sleep(0.05)


class Browser(Client):
    """A test client that refuses any page which a strict content security policy would break, or which may be cached."""

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        if response.get("Content-Type", "").startswith("text/html") and response.content.strip():
            page = f"{request.get('REQUEST_METHOD')} {request.get('PATH_INFO')}"
            assert _foreign(response.content.decode()) == [], page
            assert response["Cache-Control"] in ("no-store", NEVER), page
            assert "'unsafe" not in response["Content-Security-Policy"], page
        return response


def _foreign(text: str) -> list[str]:
    """Inline scripts and styles, and whatever refers to another host."""
    tree: Any = html.document_fromstring(text)
    inline = [f"inline <{each.tag}>" for each in tree.xpath("//style | //script[not(@src) and not(@type)]")]
    for element in tree.iter(etree.Element):
        for name, value in element.attrib.items():
            if name == "style" or name.startswith("on") or "javascript:" in value:
                inline.append(f"{element.tag} {name}={value}")
            if name in LINKS and urlsplit(value).netloc:
                inline.append(f"{element.tag} refers to {value}")
    return inline


@pytest.fixture
def environments(db: None) -> dict[str, Environment]:
    """Production and sandbox by slug, on a prepared site."""
    from tieout.people import operations
    from tieout.people.models import Environment

    operations.prepare_site()
    return {each.slug: each for each in Environment.objects.all()}


@pytest.fixture
def workbook() -> Workbook:
    """`workbook(path, {"Orders": rows})` writes a workbook with these sheets, and answers with its path."""
    import xlsxwriter

    def write(path: Path, sheets: Mapping[str, Iterable[Sequence[Any]]]) -> Path:
        with xlsxwriter.Workbook(str(path)) as book:
            for name, rows in sheets.items():
                page = book.add_worksheet(name)
                for at, row in enumerate(rows):
                    page.write_row(at, 0, row)
        return path

    return write


@pytest.fixture
def empty_queue(db: None) -> None:
    """Nothing waits for a worker: what earlier stories committed to the queue outlives their tables' flush."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")


@pytest.fixture
def person(environments: dict[str, Environment]) -> Callable[..., User]:
    """`person(Role.ADMIN)` makes somebody with these roles in production; `at="sandbox"` elsewhere."""
    from tieout.people.models import Grant, User

    def make(*roles: Role, at: str = "production", email: str = "") -> User:
        address = email or f"{'-'.join(roles) or 'nobody'}-{User.objects.count()}@example.com"
        made = User.objects.create_user(
            address, PASSWORD, name=address.split("@")[0].title(), environment=environments[at]
        )
        Grant.objects.bulk_create(Grant(user=made, environment=environments[at], role=role) for role in roles)
        return made

    return make


@pytest.fixture
def actor(person: Callable[..., User]) -> Callable[..., Actor]:
    """`actor(Role.CONTROLLER)` acts in production with these roles."""
    from tieout.people.queries import actor_for

    def make(*roles: Role, at: str = "production") -> Actor:
        made = person(*roles, at=at)
        assert made.environment is not None
        return actor_for(made, made.environment, "web")

    return make


@pytest.fixture
def client_as(person: Callable[..., User]) -> Callable[..., Client]:
    """`client_as(Role.VIEWER)` is a browser in which such a person is signed in."""

    def make(*roles: Role, **kwargs: Any) -> Client:
        client = Browser()
        client.force_login(person(*roles, **kwargs), backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


@pytest.fixture(scope="session")
def vendors() -> Iterator[RunningSandbox]:
    """Every vendor sandbox with a small company, over real HTTP. Faults are switched on by `vendors.control`."""
    from tieout.sandbox.assemble import assemble
    from tieout.sandbox.kit.server import RunningSandbox

    with RunningSandbox(assemble(TODAY, scale=0.02)) as running:
        yield running
