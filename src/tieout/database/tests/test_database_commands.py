"""The commands, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from tieout.database import commands
from tieout.database.address import resolve
from tieout.database.errors import DatabaseNotEmpty
from tieout.database.home import Home

root = typer.Typer()
root.add_typer(commands.app)
root.command()(commands.backup)
root.command()(commands.restore)


def _tieout(*arguments: str) -> str:
    answer = CliRunner().invoke(root, arguments, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_a_site_is_backed_up_restored_and_stopped(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIEOUT_HOME", str(home.path))
    assert json.loads(_tieout("db", "status", "--json"))["state"] == "absent"
    with psycopg.connect(resolve(home).conninfo) as connection:
        connection.execute("CREATE TABLE paid AS SELECT generate_series(1, 1200)")
    assert "1,200" in _tieout("backup", str(tmp_path / "site.tar"))
    assert "1,200" in _tieout("backup")
    assert len(list(home.backups.glob("tieout-*.tar"))) == 1
    with pytest.raises(DatabaseNotEmpty):
        _tieout("restore", str(tmp_path / "site.tar"))
    assert "1,200" in _tieout("restore", str(tmp_path / "site.tar"), "--replace")
    assert json.loads(_tieout("db", "status", "--json"))["state"] == "ready"
    _tieout("db", "stop")
    assert json.loads(_tieout("db", "status", "--json"))["state"] == "stopped"
