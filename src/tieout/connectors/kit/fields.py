"""The fields that a connection needs, declared once.

Form, validation, masking, documentation and command-line prompts all come from the declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from tieout.kernel.errors import InvalidInput

Kind = Literal["text", "url", "secret", "choice", "integer"]


class BadField(InvalidInput):
    """A connection field is missing or cannot be used."""

    code = "connectors.bad_field"
    remedy = "Fill in the field named; the connector's page says where the vendor shows the value."


@dataclass(frozen=True, slots=True)
class Field:
    """One value that the user enters. `secret` values are sealed, never shown again and never logged."""

    name: str
    label: str
    kind: Kind = "text"
    required: bool = True
    default: str = ""
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    max_length: int = 500
    between: tuple[int, int] | None = None
    """For an integer: the smallest and the largest."""
    forbidden: str = ""
    """Characters that the value may not hold."""

    @property
    def secret(self) -> bool:
        return self.kind == "secret"

    def clean(self, value: str | None) -> str:
        """The value, trimmed (secrets are not) or the default. Raises BadField naming the field."""
        text = value or ""
        text = (text if self.secret else text.strip()) or self.default
        problem = self._problem(text) if text else ("is missing" if self.required else "")
        if problem:
            raise BadField(f"{self.label} {problem}", field=self.name)
        return text

    def _problem(self, text: str) -> str:
        if len(text) > self.max_length:
            return f"is longer than {self.max_length} characters"
        if any(character in text for character in self.forbidden):
            return f"may not hold {' or '.join(self.forbidden)}"
        if self.kind == "url":
            return problem_of_address(text)
        if self.kind == "integer":
            return self._problem_of_number(text)
        if self.kind == "choice" and text not in dict(self.choices):
            return f"must be one of {', '.join(dict(self.choices))}"
        return ""

    def _problem_of_number(self, text: str) -> str:
        if not (text.isascii() and text.isdigit()):
            return "must be a whole number"
        low, high = self.between or (0, 10**9)
        return "" if low <= int(text) <= high else f"must be between {low} and {high}"


def problem_of_address(text: str) -> str:
    """Why credentials may not be sent to this address; empty when they may.

    Plain http is only for this machine and for names without a dot, which are neighbours in a private network.
    """
    try:
        url = urlsplit(text)
        host, _ = url.hostname or "", url.port
    except ValueError:
        return "is not a web address"
    if url.scheme not in ("https", "http") or not host or url.username is not None:
        return "must look like https://host/path, without a user name in it"
    if url.scheme == "http" and "." in host and not is_this_machine(host):
        return "must start with https://, since credentials are sent to it"
    return ""


def is_this_machine(host: str) -> bool:
    """Whether the name or number stands for the loopback interface."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def clean_all(fields: tuple[Field, ...], values: Mapping[str, str]) -> dict[str, str]:
    """Every declared field cleaned; undeclared names are refused. Raises BadField."""
    unknown = set(values) - {field.name for field in fields}
    if unknown:
        raise BadField(f"Unknown fields: {', '.join(sorted(unknown))}", field=min(unknown))
    return {field.name: field.clean(values.get(field.name)) for field in fields}
