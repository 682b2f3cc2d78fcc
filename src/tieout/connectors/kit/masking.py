"""Secrets are taken out of whatever is kept or shown: by value in every spelling that a wire uses, and by place in XML.

Values shorter than four characters are masked by place only, since replacing them everywhere would garble the text.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

MASK = "•••"
_SHORTEST = 4
_PLACES = re.compile(rb"(<(password|sessionid)(?:\s[^>]*)?>)[^<]*(</\2>)")


class Mask:
    """Replaces the secrets it was told of. Holds them, so it is never printed: its repr says only how many."""

    def __init__(self, *secrets: str) -> None:
        self._pattern: re.Pattern[bytes] | None = None
        self._spellings: set[bytes] = set()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Mask this value too from now on, for example a session id that was just issued."""
        if len(secret) < _SHORTEST:
            return
        self._spellings |= _spellings(secret)
        longest_first = sorted(self._spellings, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, longest_first)))

    def bytes(self, data: bytes) -> bytes:
        """The data with every secret replaced."""
        mask = MASK.encode()
        placed = _PLACES.sub(rb"\1" + mask + rb"\3", data)
        return self._pattern.sub(mask, placed) if self._pattern else placed

    def text(self, text: str) -> str:
        """The text with every secret replaced."""
        return self.bytes(text.encode("utf-8", "replace")).decode()

    def __repr__(self) -> str:
        return f"Mask({len(self._spellings)} spellings)"


def _spellings(secret: str) -> set[bytes]:
    plain = (
        secret,
        escape(secret),
        escape(secret, {'"': "&quot;", "'": "&apos;"}),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    )
    return {spelling.encode("utf-8", "replace") for spelling in plain}
