"""The close package as a PDF, set by Typst without system fonts or packages. The same contents give the same bytes.

Values travel as data, never as markup, so nothing that a person typed is read as a command.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import typst

from tieout.close.package.contents import Contents, as_text


def write(contents: Contents) -> bytes:
    """The bytes of a PDF file."""
    data = json.dumps(as_text(contents), ensure_ascii=False)
    made: bytes = typst.compile(_layout(), format="pdf", sys_inputs={"data": data}, ignore_system_fonts=True)
    return made


@cache
def _layout() -> bytes:
    return (files("tieout.close.package") / "layout.typ").read_bytes()
