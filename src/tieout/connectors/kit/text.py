"""Text that survives a trip through XML unchanged, so that what is read back can be compared with what was sent."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAKS = re.compile(r"[\t\n\r]+")


def plain(text: str) -> str:
    """One line of legal XML: tabs and line breaks become one space, other illegal characters go, ends are trimmed.

    Illegal are the control characters, lone surrogates and the two non-characters that XML 1.0 leaves out.
    """
    return _BREAKS.sub(" ", _ILLEGAL.sub("", text)).strip()


def fit(text: str, limit: int) -> str:
    """The text as `plain` leaves it, cut to `limit` characters with an ellipsis when it is longer."""
    line = plain(text)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
