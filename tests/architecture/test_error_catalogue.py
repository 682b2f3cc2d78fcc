"""Every error that a user can meet: a code that says whose it is, a message, a remedy; and the page that lists them."""

from __future__ import annotations

import re

from tieout.cli import catalogue
from tieout.kernel.errors import CATALOGUE, TieoutError

PAGE = catalogue.page()
OURS = {code: error for code, error in CATALOGUE.items() if f"`{code}`" in PAGE}
_NAMES_OF_ROOMS = {"kernel": {"tieout", "kernel"}, "recognition": {"revenue"}}


def _subclasses(kind: type[TieoutError]) -> set[type[TieoutError]]:
    return {kind}.union(*(_subclasses(each) for each in kind.__subclasses__()))


def _room(error: type[TieoutError]) -> str:
    return error.__module__.split(".")[1]


def test_the_page_of_errors_is_current() -> None:
    assert catalogue.PAGE.read_text("utf-8") == PAGE, "run python -m tieout.cli.catalogue"


def test_every_error_has_a_code_of_its_own() -> None:
    ours = {
        error for error in _subclasses(TieoutError) if error.__module__ in {each.__module__ for each in OURS.values()}
    }
    assert [error.__name__ for error in ours if "code" not in error.__dict__] == []
    assert len(OURS) > 50


def test_every_code_names_its_room() -> None:
    wrong = [
        code
        for code, error in OURS.items()
        if not re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", code)
        or code.split(".")[0] not in _NAMES_OF_ROOMS.get(_room(error), {_room(error)})
    ]
    assert wrong == []


def test_every_error_says_what_happened_and_what_to_do() -> None:
    silent = [code for code, error in OURS.items() if not (error.__doc__ or "").strip() or len(error.remedy) < 10]
    assert silent == []
    assert [code for code, error in OURS.items() if "|" in error.remedy] == []
