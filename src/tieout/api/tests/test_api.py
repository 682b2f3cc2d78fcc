"""The API seen by a program: lists without end, bad input of every sort, tokens and their environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tieout.connect.models import Connection
from tieout.ledger.tests.books import NOW, Books
from tieout.people import operations
from tieout.people.actors import Actor, Role
from tieout.sync.models import Event

ROOT = "/api/v1"


class Program:
    """A client with a token. Every refusal that it gets must carry code, message and remedy, and no trace."""

    def __init__(self, actor: Actor) -> None:
        _, self.secret = operations.create_token(actor=actor, name="program", now=timezone.now())
        self._client = Client(raise_request_exception=False)

    def __call__(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Any:
        sent = {
            "Authorization": f"Bearer {self.secret}",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        given = {"data": raw} if raw is not None else {"data": body or {}}
        reply = getattr(self._client, method.lower())(
            ROOT + path, **(given if method != "GET" else {}), content_type="application/json", headers=sent
        )
        if reply.status_code >= 400:
            assert {"code", "message", "remedy"} <= set(reply.json()), reply.content[:300]
            assert b"Traceback" not in reply.content
        return reply

    def get(self, path: str) -> Any:
        reply = self("GET", path)
        assert reply.status_code == 200, reply.content[:300]
        return reply.json()


@pytest.fixture
def program(actor: Callable[..., Actor]) -> Program:
    return Program(actor(Role.ADMIN, Role.CONTROLLER))


@pytest.fixture
def books(environments: dict[str, Any]) -> Books:
    return Books(environments["production"].pk)


def test_a_list_is_read_to_its_end_page_by_page(program: Program, books: Books) -> None:
    names = [f"Connection {number:02}" for number in range(7)]
    for name in names:
        Connection.objects.create(environment_id=books.environment_id, connector="revio", name=name, created_at=NOW)
    found, after = [], ""
    while True:
        page = program.get(f"/connections?limit=2&after={after}")
        found += [each["name"] for each in page["items"]]
        if (after := page["next"]) is None:
            break
    assert found == sorted([*names, "Rev.io", "Intacct"])


def test_a_timeline_keeps_its_order_across_pages(program: Program, books: Books) -> None:
    job = books.run(books.process("receipts", {})).job
    Event.objects.bulk_create(Event(job=job, at=NOW, text=str(number)) for number in range(5))
    first = program.get(f"/jobs/{job.pk}/events?limit=3")
    second = program.get(f"/jobs/{job.pk}/events?limit=3&after={first['next']}")
    assert [each["text"] for each in first["items"] + second["items"]] == ["0", "1", "2", "3", "4"]
    assert second["next"] is None


@pytest.mark.parametrize("size", ["0", "-1", "501", "1000000000000000000000", "many"])
def test_an_absurd_page_size_is_refused(program: Program, size: str) -> None:
    reply = program("GET", f"/connections?limit={size}")
    assert (reply.status_code, reply.json()["code"]) == (422, "api.bad_request")
    assert "limit" in reply.json()["message"]


def test_a_cursor_of_another_list_is_refused(program: Program, books: Books) -> None:
    cursor = program.get("/connections?limit=1")["next"]
    for after in (cursor, f"{cursor}x", "made-up"):
        assert program("GET", f"/jobs?after={after}").json()["code"] == "api.bad_cursor"


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        pytest.param(os.urandom(10 * 1024 * 1024), 413, "api.body_too_large", id="ten megabytes of garbage"),
        pytest.param(os.urandom(100_000), 422, "api.not_json", id="garbage"),
        pytest.param(b'{"name": "a\\u0000b"}', 422, "api.not_json", id="a NUL character"),
        pytest.param(b'{"name": "\\ud800"}', 422, "api.not_json", id="half a surrogate pair"),
        pytest.param(b"[" * 50_000, 422, "api.not_json", id="brackets without end"),
        pytest.param(b'{"name": NaN}', 422, "api.not_json", id="not a number"),
        pytest.param(b"[]", 422, "api.bad_request", id="a list for an object"),
        pytest.param(b'{"name": "x", "colour": "red"}', 422, "api.bad_request", id="an unknown name"),
        pytest.param(b'{"name": {"deep": 1}}', 422, "api.bad_request", id="an object for a text"),
        pytest.param(b'{"name": "  "}', 422, "tieout.invalid_input", id="nothing but spaces"),
        pytest.param(b"", 422, "api.bad_request", id="nothing"),
    ],
)
def test_a_body_that_cannot_be_used_is_refused_and_nothing_is_kept(
    program: Program, raw: bytes, status: int, code: str
) -> None:
    reply = program("POST", "/tokens", raw=raw)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert [each["name"] for each in program.get("/tokens")["items"]] == ["program"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere/at/all", 404, "api.no_such_route"),
        ("GET", "/", 404, "api.no_such_route"),
        ("DELETE", "/me", 405, "api.method_not_allowed"),
        ("GET", "/jobs/99999999999999999999999", 404, "tieout.not_found"),
        ("GET", "/jobs?state=%00", 422, "api.bad_request"),
        ("GET", "/postings?since=yesterday", 422, "api.bad_request"),
        ("GET", "/connections/1/lists?kind=colours", 422, "api.bad_request"),
        ("POST", "/connections/1/test", 404, "tieout.not_found"),
    ],
)
def test_an_address_that_leads_nowhere_says_so(
    program: Program, method: str, path: str, status: int, code: str
) -> None:
    reply = program(method, path)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_numbers_beyond_what_the_database_holds_find_nothing(program: Program, books: Books) -> None:
    huge = 2**63
    assert program.get(f"/jobs?process={huge}")["items"] == []
    reply = program("POST", "/findings/retry", {"findings": [huge]})
    assert reply.json()["message"] == "No finding was chosen."
    draft = {"kind": "receipts", "name": "Payments", "source_id": huge, "target_id": 1}
    assert program("POST", "/processes", draft).status_code == 404


def test_a_token_says_its_environment_and_refuses_another(program: Program) -> None:
    assert program("GET", "/me", X_Tieout_Environment="production").json()["environment"] == "production"
    reply = program("GET", "/me", X_Tieout_Environment="sandbox")
    assert (reply.status_code, reply.json()["code"]) == (422, "api.wrong_environment")


def test_records_of_another_environment_are_not_there(actor: Callable[..., Actor], books: Books) -> None:
    stranger = Program(actor(Role.ADMIN, Role.CONTROLLER, at="sandbox"))
    process = books.process("receipts", {})
    job = books.run(process).job
    for path in (f"/processes/{process.pk}", f"/jobs/{job.pk}", f"/connections/{books.source.pk}"):
        assert stranger("GET", path).status_code == 404
    assert stranger.get("/processes")["items"] == []


def test_guessing_tokens_is_slowed_down_and_holds_up_nobody_else(program: Program) -> None:
    guesser = Client()
    answers = [guesser.get(f"{ROOT}/me", headers={"Authorization": f"Bearer guess-{n}"}) for n in range(25)]
    assert {answer.status_code for answer in answers[:20]} == {401}
    assert {answer.status_code for answer in answers[20:]} == {429}
    assert int(answers[-1]["Retry-After"]) > 0
    assert program.get("/me")["name"]


def test_a_revoked_token_is_refused_at_once(program: Program) -> None:
    number = program.get("/tokens")["items"][0]["id"]
    assert program("DELETE", f"/tokens/{number}").status_code == 204
    reply = program("GET", "/me")
    assert (reply.status_code, reply.json()["code"], reply["WWW-Authenticate"]) == (401, "people.bad_token", "Bearer")


def test_secrets_go_in_and_never_come_out(program: Program) -> None:
    fields = {each["name"]: each for each in _connector(program, "intacct")["fields"]}
    assert fields["user_password"]["secret"]
    values = {
        "company_id": "ACME",
        "sender_id": "sender",
        "sender_password": "hush-sender",
        "user_id": "api",
        "user_password": "hush-user",
    }
    made = program("POST", "/connections", {"connector": "intacct", "name": "Ledger", "values": values})
    assert made.status_code == 201
    everything = made.content + program("GET", "/connections").content + program("GET", "/audit").content
    assert b"ACME" in everything
    assert b"hush" not in everything


def test_the_description_is_openapi_and_names_every_shape_once(db: None) -> None:
    document = Client().get(f"{ROOT}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    calls = [call for methods in document["paths"].values() for call in methods.values()]
    assert len({call["operationId"] for call in calls}) == len(calls)
    assert all(call["security"] and call["description"] for call in calls)
    assert all("Problem" in str(call["responses"]["404"]) for call in calls)
    assert set(document["components"]["schemas"]["Posting"]["properties"]) >= {"key", "total", "record_no"}


def test_the_description_has_a_page_without_another_host(db: None) -> None:
    page = Client().get(f"{ROOT}/docs")
    assert page.status_code == 200
    assert b"//" not in page.content.replace(b"/api/v1//", b"")


def _connector(program: Program, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in program.get("/connectors") if each["slug"] == slug)
    return found
