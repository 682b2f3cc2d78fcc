"""The form of a connection, made from the fields that its connector declares. Secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from django import forms

from tieout.connect.models import Connection
from tieout.connectors.kit.capabilities import Connector
from tieout.connectors.kit.fields import Field

KEPT = "Stored and sealed. Leave empty to keep it."
_INPUTS = {"url": forms.URLInput, "integer": forms.NumberInput}


class ConnectionForm(forms.Form):
    """`name`, every declared field and, for an existing connection, how many calls may be under way at once."""

    name = forms.CharField(label="Name", max_length=100, help_text="What your team calls this system.")

    def __init__(self, *args: Any, connector: Connector, existing: Connection | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connector = connector
        for declared in connector.fields:
            self.fields[declared.name] = _form_field(declared, stored=existing is not None)
        if existing:
            self.fields["concurrency"] = forms.IntegerField(
                label="Calls at once", min_value=1, max_value=32, help_text="Across every worker. 1 to 32."
            )

    def values(self) -> dict[str, str]:
        """What the operations take: the declared fields by name."""
        return {field.name: self.cleaned_data[field.name] for field in self.connector.fields}


def initial_of(connection: Connection) -> dict[str, Any]:
    """Present values to begin an edit with; no secret is among them."""
    return {"name": connection.name, "concurrency": connection.concurrency, **connection.settings}


def _form_field(field: Field, *, stored: bool) -> forms.Field:
    shared: dict[str, Any] = {
        "label": field.label,
        "required": field.required and not (field.secret and stored),
        "initial": None if field.secret else field.default,
        "help_text": KEPT if field.secret and stored else field.help,
    }
    if field.kind == "choice":
        return forms.ChoiceField(choices=field.choices, **shared)
    return forms.CharField(max_length=field.max_length, strip=not field.secret, widget=_widget(field), **shared)


def _widget(field: Field) -> forms.Widget:
    if field.secret:
        return forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
    return _INPUTS.get(field.kind, forms.TextInput)(attrs={"autocomplete": "off", "spellcheck": "false"})
