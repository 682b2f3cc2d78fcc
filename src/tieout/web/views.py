"""The shell's own pages: where a person starts, and which environment they look at."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tieout.people import operations, queries
from tieout.web import navigation
from tieout.web.pages import Action, Guarded


class Home(Guarded):
    """`/` leads to the first page of the menu that is open to the person."""

    permission = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(navigation.first_page(self.actor))


class LookAt(Action):
    """Switch to another environment. Records belong to one, so the person starts again at its first page."""

    permission = None

    def act(self) -> str:
        slug = self.kwargs["slug"]
        found = next((each for each in self.request.environments if each.slug == slug), None)
        if found is None:
            raise queries.NoEnvironment(f"There is no environment '{slug}' for you.", environment=slug)
        operations.look_at(user=self.request.user, environment=found)
        return f"You are looking at {found} now."
