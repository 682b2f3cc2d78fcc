"""Setting up a site: what is asked, what is printed once, and what a second time does."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tieout.cli.root import main
from tieout.people.models import Environment, Grant, User


def _setup(*options: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["setup", *options])
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def _no_terminal(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())


def test_the_first_person_holds_both_key_roles_everywhere(capsys: Any) -> None:
    assert _setup("--email=Pat@Example.com") == 0
    said = capsys.readouterr().out
    pat = User.objects.get()
    assert pat.email == "pat@example.com"
    assert pat.check_password(said.rsplit(": ", 1)[1].strip())
    assert Grant.objects.filter(user=pat).count() == 2 * Environment.objects.count() == 4


def test_a_second_time_changes_nobody(capsys: Any) -> None:
    _setup("--email=pat@example.com", "--password=correct horse battery staple")
    assert "Password" not in capsys.readouterr().out
    assert _setup("--email=eve@example.com") == 0
    assert "up to date" in capsys.readouterr().out
    assert list(User.objects.values_list("email", flat=True)) == ["pat@example.com"]


def test_a_weak_password_or_no_address_leaves_no_person(capsys: Any) -> None:
    assert _setup("--email=pat@example.com", "--password=secret") == 1
    assert "people.bad_person" in capsys.readouterr().err
    assert _setup() == 1
    assert "--email ADDRESS" in capsys.readouterr().err
    assert not User.objects.exists()
