"""The style budget, measured: function and file sizes, opening words of modules, banned names, and what must not leak."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).resolve().parents[2]
BANNED_NAMES = {"utils", "helpers", "common", "services", "manager", "managers", "misc"}
LEAK = re.compile(
    r"(^|[^A-Za-z0-9_.])/(work|root|home/[a-z]+)/[A-Za-z.]|\"resolved\": *\"http|^--(extra-)?index-url|"
    + "|".join(("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error"))
)


@cache
def tracked() -> tuple[Path, ...]:
    """Files that the repository holds, deleted ones left out."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.splitlines() if (path := ROOT / name).is_file())


def modules() -> list[Path]:
    """Python modules written by hand."""
    return [path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts]


@cache
def function_lengths() -> tuple[tuple[int, str], ...]:
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                found.append((size, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"))
    return tuple(found)


def test_no_function_is_longer_than_sixty_lines() -> None:
    assert [where for size, where in function_lengths() if size > 60] == []


def test_functions_are_short_on_the_whole() -> None:
    sizes = [size for size, _ in function_lengths()]
    assert median(sizes) <= 10
    assert quantiles(sizes, n=10)[-1] <= 35


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in modules() if (lines := path.read_text().count("\n")) > 400}
    assert long == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in modules() if path.stem in BANNED_NAMES or BANNED_NAMES & set(path.parts)] == []


@pytest.mark.parametrize("suffix", [".py", ".html", ".sql", ".js", ".css", ".json", ".txt", ".toml", ".sh", ""])
def test_nothing_leaks_and_nothing_is_left_unfinished(suffix: str) -> None:
    found = []
    for path in tracked():
        if path.suffix == suffix and path.name != "test_style.py":
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if LEAK.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []
