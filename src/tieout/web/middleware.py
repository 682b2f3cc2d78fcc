"""Around every page: the site's time zone and the moment of the request; errors as pages; nothing kept in caches.

The API answers its own errors and is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tieout.kernel.errors import NeedsHuman, Retriable, TieoutError
from tieout.people.queries import site
from tieout.web import faults

log = logging.getLogger("tieout.web")
Handler = Callable[[HttpRequest], HttpResponse]


class SiteMiddleware:
    """Sets `request.site` and `request.now` (read once, so one page shows one moment) and the site's time zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = timezone.now()  # type: ignore[attr-defined]
        if request.path.startswith("/api/"):
            return self.get_response(request)
        found = site()
        request.site = found  # type: ignore[assignment]
        with timezone.override(ZoneInfo(found.time_zone)):
            return self.get_response(request)


class ErrorMiddleware:
    """A TieoutError becomes a page (or a toast) with its code, message and remedy, under the status of its class."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path.startswith("/api/") or not isinstance(error, TieoutError):
            return None
        if not isinstance(error, NeedsHuman | Retriable):
            log.error("%s: %s", error.code, error.message, exc_info=error)
        return faults.answer(request, error)
