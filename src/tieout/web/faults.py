"""Error pages: what happened, why, and what to do next. The last resort (500) needs neither database nor session."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from tieout.kernel.errors import Forbidden, InvalidInput, NotFound, TieoutError


class PageMissing(NotFound):
    """There is no such page."""

    code = "web.page_missing"
    remedy = "Check the address, or start again from the menu."


class BadRequest(InvalidInput):
    """The browser sent something that cannot be read."""

    code = "web.bad_request"
    remedy = "Go back, reload the page and try again."
    http_status = 400


class StaleForm(Forbidden):
    """This form is too old, or cookies are switched off; nothing was changed."""

    code = "web.stale_form"
    remedy = "Go back, reload the page and send the form again. Cookies must be allowed for this site."


class NotAllowed(Forbidden):
    """You may not see this page."""

    code = "web.not_allowed"


def answer(request: HttpRequest, error: TieoutError) -> HttpResponse:
    """The error as a page; for htmx as a toast that leaves the page as it is."""
    response = _toast(error) if getattr(request, "htmx", False) else _page(request, error)
    if after := getattr(error, "after", None):
        response["Retry-After"] = str(int(after) + 1)
    return response


def _page(request: HttpRequest, error: TieoutError) -> HttpResponse:
    layout = "web/base.html" if getattr(request, "actor", None) else "web/entrance.html"
    shown = {"error": error, "layout": layout, "title": "Not possible", "back": _back(request)}
    return render(request, "errors/error.html", shown, status=error.http_status)


def _back(request: HttpRequest) -> str:
    """Where the refused act would have led; empty when it does not know, or what it speaks of is not there."""
    try:
        return getattr(request, "back", str)()
    except TieoutError:
        return ""


def _toast(error: TieoutError) -> HttpResponse:
    said = {"tone": "danger", "title": error.message, "text": error.advice, "code": error.code}
    return HttpResponse(
        status=error.http_status, headers={"HX-Reswap": "none", "HX-Trigger": json.dumps({"tieout:toast": said})}
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: reads nothing of the request, which may be hostile."""
    return HttpResponse(render_to_string("errors/alone.html", {"error": BadRequest()}), status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403"""
    return answer(request, NotAllowed())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404"""
    return answer(request, PageMissing())


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a page that needs nothing that might be broken."""
    return HttpResponse(render_to_string("errors/alone.html", {"error": TieoutError()}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW"""
    return answer(request, StaleForm())
