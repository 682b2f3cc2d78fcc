"""Forms of people. They read text; what makes sense is decided by the operations."""

from __future__ import annotations

import zoneinfo
from datetime import timedelta
from typing import Any

from django import forms

from tieout.people.actors import ALLOWED, Role

LIFETIMES = {"30": "30 days", "90": "90 days", "365": "One year", "": "Never"}


def _role_choices() -> list[tuple[str, str]]:
    return [(role.value, f"{role.value.title()}: {_abilities(role)}") for role in Role]


def _abilities(role: Role) -> str:
    own = [permission.value for permission, roles in ALLOWED.items() if role in roles and len(roles) < len(Role)]
    return ", ".join(own) or "read only"


class RolesForm(forms.Form):
    """Which roles a person holds in the environment."""

    roles = forms.MultipleChoiceField(
        label="Roles in this environment", required=False, widget=forms.CheckboxSelectMultiple, choices=_role_choices
    )


class PersonForm(RolesForm):
    """A new person."""

    email = forms.EmailField(label="E-mail address", help_text="What the person signs in with.")
    name = forms.CharField(max_length=150, required=False)
    password = forms.CharField(
        label="First password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. Leave empty when the person signs in with the company's provider, or sets a "
        "password by e-mail.",
    )
    field_order = ("email", "name", "password", "roles")


class SiteForm(forms.Form):
    """The installation's name and calendar."""

    name = forms.CharField(max_length=100, help_text="Shown at the top of every page.")
    time_zone = forms.ChoiceField(
        choices=lambda: [(zone, zone.replace("_", " ")) for zone in sorted(zoneinfo.available_timezones())],
        help_text="Where your days begin and end: schedules, days of payments and every time shown.",
    )
    country = forms.CharField(
        min_length=2, max_length=2, help_text="Two letters. Its public holidays are not working days."
    )


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(max_length=100, help_text="What the token is for, so that you know it when you revoke it.")
    lifetime = forms.ChoiceField(label="Ends after", choices=list(LIFETIMES.items()), initial="90", required=False)

    def clean_lifetime(self) -> timedelta | None:
        """None for a token that does not end by itself."""
        days = self.cleaned_data["lifetime"]
        return timedelta(days=int(days)) if days else None


class NameForm(forms.Form):
    """A person's own name."""

    name = forms.CharField(max_length=150, required=False, help_text="How others see you in histories and approvals.")


def initial_of(record: Any, *names: str) -> dict[str, Any]:
    """The record's present values, to begin a form with."""
    return {name: getattr(record, name) for name in names}
