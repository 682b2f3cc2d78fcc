"""A person's own account: name here; password, second factor and sessions on the sign-in package's pages."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from tieout.people import operations, queries
from tieout.people.web import forms
from tieout.web.forms import FormPage


class Account(FormPage):
    """Who you are here, and the ways to your security settings."""

    permission = None
    title = "Your account"
    template_name = "people/account.html"
    form_class = forms.NameForm
    cancel_page = "account"

    def get_initial(self) -> dict[str, Any]:
        return forms.initial_of(self.request.user, "name")

    def save(self, form: forms.NameForm) -> str:
        operations.rename(actor=self.actor, name=form.cleaned_data["name"])
        return "Your name is saved."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            held=queries.roles_of(user),
            second_factor=is_mfa_enabled(user),
            **kwargs,
        )

    def next_url(self) -> str:
        return reverse("account")


def closed(request: HttpRequest) -> HttpResponse:
    """Pages of the sign-in package that this product does not offer: people and addresses are the Admin's."""
    raise Http404
