"""Pages of API tokens. The secret is shown on the page that answers its creation, and never again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tieout.people import operations, queries
from tieout.people.actors import Permission
from tieout.people.models import ApiToken
from tieout.people.web import forms, tables
from tieout.web.forms import FormPage
from tieout.web.lists import Empty, ListPage
from tieout.web.pages import Action, Button, Crumb


class Tokens(ListPage):
    """The person's tokens; an Admin sees everybody's."""

    permission = Permission.OWN_TOKENS
    title = "API tokens"
    lead = "A token lets a program act as you in this environment, with your roles."
    table_class = tables.TokenTable
    filterset_class = tables.TokenFilters
    empty = Empty("No API tokens", "Create one to use the REST API from your own programs.", icon="key")

    def rows(self) -> QuerySet[ApiToken]:
        return queries.tokens(self.actor)

    def buttons(self) -> Iterable[Button]:
        yield Button("Create a token", reverse("token_add"), "plus", Permission.OWN_TOKENS)


class AddToken(FormPage):
    """A new token; its secret is on the page that follows."""

    permission = Permission.OWN_TOKENS
    title = "Create a token"
    form_class = forms.TokenForm
    cancel_page = "tokens"
    verb = "Create"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("API tokens", reverse("tokens"))

    def form_valid(self, form: Any) -> HttpResponse:
        token, secret = self._create(form)
        shown = {**self.get_context_data(form=form), "title": token.name, "token": token, "secret": secret}
        return render(self.request, "people/token_created.html", shown)

    def _create(self, form: forms.TokenForm) -> tuple[ApiToken, str]:
        lifetime = form.cleaned_data["lifetime"]
        expires_at = self.now + lifetime if lifetime else None
        return operations.create_token(
            actor=self.actor, name=form.cleaned_data["name"], now=self.now, expires_at=expires_at
        )


class RevokeToken(Action):
    """End a token now."""

    permission = Permission.OWN_TOKENS
    question = "Revoke this token?"
    consequence = "Programs that use it are refused from now on. This cannot be undone."
    verb = "Revoke"
    next_page = "tokens"

    def act(self) -> str:
        operations.revoke_token(actor=self.actor, token_id=self.kwargs["pk"], now=self.now)
        return "The token is revoked."
