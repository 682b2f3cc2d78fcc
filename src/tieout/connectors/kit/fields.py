"""The fields that a connection needs, declared once.

Form, validation, masking, documentation and command-line prompts all come from the declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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

    @property
    def secret(self) -> bool:
        return self.kind == "secret"

    def clean(self, value: str | None) -> str:
        """The value, trimmed (secrets are not) or the default. Raises BadField naming the field."""
        text = value or ""
        text = (text if self.secret else text.strip()) or self.default
        if self.required and not text:
            raise BadField(f"{self.label} is missing", field=self.name)
        if len(text) > self.max_length:
            raise BadField(f"{self.label} is longer than {self.max_length} characters", field=self.name)
        if self.kind == "url" and text and not text.startswith(("https://", "http://")):
            raise BadField(f"{self.label} must start with https:// or http://", field=self.name)
        if (self.kind == "integer" and text and not text.isascii()) or (
            self.kind == "integer" and text and not text.isdigit()
        ):
            raise BadField(f"{self.label} must be a whole number", field=self.name)
        if self.kind == "choice" and text and text not in dict(self.choices):
            raise BadField(f"{self.label} must be one of {', '.join(dict(self.choices))}", field=self.name)
        return text


def clean_all(fields: tuple[Field, ...], values: Mapping[str, str]) -> dict[str, str]:
    """Every declared field cleaned; undeclared names are refused. Raises BadField."""
    unknown = set(values) - {field.name for field in fields}
    if unknown:
        raise BadField(f"Unknown fields: {', '.join(sorted(unknown))}", field=min(unknown))
    return {field.name: field.clean(values.get(field.name)) for field in fields}
