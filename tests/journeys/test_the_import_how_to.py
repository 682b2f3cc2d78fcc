"""The how-to of importing, command for command: each is run as printed, with the template's own examples filled in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tieout.cli.root import main
from tieout.people.actors import Role
from tieout.people.models import User
from tieout.revenue.batches import exporting
from tieout.revenue.models import FACTS, Batch

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "import-revenue-data.md"
COMMANDS = re.findall(r"^\$ tieout (revenue .+)$", HOW_TO.read_text("utf-8"), re.MULTILINE)


def test_every_command_of_the_how_to_does_what_it_says(
    person: Callable[..., User], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(Role.ACCOUNTANT, at="sandbox")
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) > 5
    for command in COMMANDS:
        said = command.replace("$BATCH", str(applied.pk)) if (applied := _applied()) else command
        with pytest.raises(SystemExit) as ended:
            main(shlex.split(said))
        assert not ended.value.code, command
        if command.endswith("template orders.zip"):
            exporting.examples_zip(tmp_path / "orders.zip")
    assert not FACTS["line"]._default_manager.filter(until__isnull=True).exists()
    assert {"undone", "applied"} <= set(Batch.objects.values_list("state", flat=True))


def _applied() -> Batch | None:
    return Batch.objects.filter(state=Batch.State.APPLIED, origin=Batch.Origin.UPLOAD).first()
