"""What every page and every act of the browser declares: the permission it takes, and what stands around it.

`Page` shows, `Action` changes. A class without a declared `permission` gets no address; a person without it is answered
403 with the names of the roles that have it. Views are the only place where the moment is read (`self.now`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import classonlymethod
from django.views.generic import TemplateView, View
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from tieout.kernel.errors import TieoutError
from tieout.people.actors import Actor, Permission
from tieout.people.models import Environment, Site

Needed = Permission | tuple[Permission, ...] | None
"""One permission, any of several, or None for whoever is signed in."""


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to the page; the last one is the page itself and needs no address."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A link that looks like a button. It exists only for those who may follow it."""

    label: str
    url: str
    icon: str = ""
    permission: Needed = None
    tone: str = "primary"
    confirm: bool = False
    """The address asks for confirmation: with JavaScript in a dialog, without it on a page of its own."""


def may(actor: Actor, needed: Needed) -> bool:
    """Whether the actor has the permission, or any of them."""
    return needed is None or any(actor.may(each) for each in alternatives(needed))


def require(actor: Actor, needed: Needed) -> None:
    """Raises RoleMissing naming the roles that would do."""
    if not may(actor, needed):
        actor.require(alternatives(needed)[0])


def alternatives(needed: Needed) -> tuple[Permission, ...]:
    """The permissions of which any one will do; none when whoever is signed in may."""
    if needed is None:
        return ()
    return needed if isinstance(needed, tuple) else (needed,)


class Request(HttpRequest):
    """A request as the middleware leaves it for a page."""

    actor: Actor
    now: datetime
    site: Site  # type: ignore[assignment]
    environment: Environment | None
    environments: list[Environment]
    htmx: HtmxDetails
    back: Callable[[], str]
    """Where a refusal leads back to; only requests that know it have it."""


class Guarded(View):
    """A view that only those with its permission reach. Sets `self.actor`, `self.now`."""

    permission: ClassVar[Needed]
    request: Any
    """A Request."""

    @classonlymethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:  # noqa: N805 (a class method in all but name)
        if not hasattr(cls, "permission"):
            raise TypeError(f"{cls.__qualname__} declares no permission")
        return super().as_view(**initkwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.request.user.is_authenticated:
            return _sign_in_first(self.request)
        self.actor, self.now = self.request.actor, self.request.now
        require(self.actor, self.permission)
        return self.instead() or super().dispatch(request, *args, **kwargs)

    def instead(self) -> HttpResponseBase | None:
        """Another answer than this view's own, for those who may see it: a step of a wizard before its time leads back."""
        return None


class Page(Guarded, TemplateView):
    """A page with a title, the way to it, and buttons. Subclasses name a template and make one domain call."""

    title: str = ""
    lead: str = ""
    """One sentence under the title that says what the page is for."""

    def heading(self) -> str:
        return self.title

    def crumbs(self) -> Iterable[Crumb]:
        """The steps above this page."""
        return ()

    def buttons(self) -> Iterable[Button]:
        """What can be done from here; those without the permission do not see it."""
        return ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        allowed = [button for button in self.buttons() if may(self.actor, button.permission)]
        shell = {"title": self.heading(), "lead": self.lead, "crumbs": list(self.crumbs()), "buttons": allowed}
        return super().get_context_data(**shell, **kwargs)


class Action(Guarded):
    """A change by POST that ends on another page. With a `question` it asks first, and GET shows the question."""

    question: ClassVar[str] = ""
    consequence: ClassVar[str] = ""
    verb: ClassVar[str] = "Continue"
    tone: ClassVar[str] = "danger"
    next_page: ClassVar[str] = "home"

    @abstractmethod
    def act(self) -> str:
        """Make the one domain call; returns what to tell the person, or nothing."""

    def subject(self) -> str:
        """What the question is about, in the person's own words."""
        return ""

    def next_url(self) -> str:
        return reverse(self.next_page)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.question:
            return self.http_method_not_allowed(request, *args, **kwargs)
        return _question(self).get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            said = self.act()
        except TieoutError:
            self.request.back = self.next_url
            raise
        if said:
            messages.success(request, said)
        return redirect(self.next_url())


class Question(Page):
    """Asks before an act: a dialog when htmx asks for it, else a page."""

    action: Action

    def get_template_names(self) -> list[str]:
        return ["components/question.html" if self.request.htmx else "web/question.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            action=self.action, subject=self.action.subject(), back=self.action.next_url(), **kwargs
        )


def _question(action: Action) -> Question:
    asked = Question(action=action, title=action.question)
    asked.setup(action.request, *action.args, **action.kwargs)
    asked.actor, asked.now = action.actor, action.now
    return asked


def _sign_in_first(request: Request) -> HttpResponse:
    """A fragment cannot show the sign-in page, so htmx is told to leave for it."""
    if not request.htmx:
        return redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(redirect_to_login(request.htmx.current_url_abs_path or "/").url)
