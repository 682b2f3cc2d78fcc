"""Whatever goes wrong is answered as JSON with code, message, remedy and facts; never with a stack, never with a page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.responses import NinjaJSONEncoder

from tieout.api.errors import BadRequest, BodyTooLarge, MethodNotAllowed, NoSuchRoute, NotJson
from tieout.kernel.errors import NeedsHuman, Retriable, TieoutError

MOST_DISCARDED, CHUNK = 64 * 1024**2, 64 * 1024
MOST_UPLOADED = 513 * 1024**2
"""The largest import file, and the parts around it."""
log = logging.getLogger("tieout.api")
View = Callable[..., HttpResponseBase]


class Reader(Parser):
    """Strict JSON: no NaN, no lone surrogates, no NUL characters, which PostgreSQL cannot keep."""

    def parse_body(self, request: HttpRequest) -> Any:
        if b"\\u0000" in request.body:
            raise ValueError("NUL")
        return orjson.loads(request.body)

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        if any("\x00" in value for values in dict(data).values() for value in values if isinstance(value, str)):
            raise BadRequest("A parameter holds a NUL character.")
        return super().parse_querydict(data, list_fields, request)


def answer(error: TieoutError, **headers: str) -> HttpResponse:
    """The error as JSON under the status of its class."""
    if after := getattr(error, "after", None):
        headers["Retry-After"] = str(int(after) + 1)
    if error.http_status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JsonResponse(error.as_dict(), status=error.http_status, headers=headers, encoder=NinjaJSONEncoder)


def handle_errors(api: NinjaAPI) -> None:
    """Let `api` answer every exception in this shape."""
    answers: dict[type[Exception], Callable[[Any], HttpResponse]] = {
        TieoutError: _told,
        ValidationError: lambda error: answer(_invalid(error)),
        HttpError: lambda error: answer(NotJson()),
        Http404: lambda error: answer(NoSuchRoute()),
        RequestDataTooBig: lambda error: answer(_too_large()),
        Exception: _unforeseen,
    }
    for kind, say in answers.items():
        api.add_exception_handler(kind, partial(_say, say))


def edged(view: View) -> View:
    """The view behind the checks that come before routing and the answers that routing itself gives."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _declared_length(request) > _most(request):
            _discard(request)
            return answer(_too_large())
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            refused = MethodNotAllowed(f"This address does not offer {request.method}.")
            return answer(refused, Allow=response.headers.get("Allow", ""))
        return response

    return answered


@csrf_exempt
def missing(request: HttpRequest) -> HttpResponse:
    """Any address that no route has."""
    return answer(NoSuchRoute(f"There is nothing at {request.path[:200]}."))


def _say(say: Callable[[Any], HttpResponse], request: HttpRequest, error: Any) -> HttpResponse:
    return say(error)


def _told(error: TieoutError) -> HttpResponse:
    if not isinstance(error, NeedsHuman | Retriable):
        log.error("%s: %s", error.code, error.message, exc_info=error)
    return answer(error)


def _unforeseen(error: Exception) -> HttpResponse:
    log.error("fault of Tieout itself", exc_info=error)
    return answer(TieoutError())


def _invalid(error: ValidationError) -> BadRequest:
    found = [{"where": " › ".join(str(part) for part in each["loc"]), "what": each["msg"]} for each in error.errors]
    first = found[0] if found else {"where": "body", "what": "missing"}
    return BadRequest(f"{first['where']}: {first['what']}", errors=found)


def _too_large() -> BodyTooLarge:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return BodyTooLarge(f"The body is larger than {limit // 1024**2} MiB.", limit_bytes=limit)


def _discard(request: HttpRequest) -> None:
    """Read what is still being sent: a client that is cut off while it sends never sees the answer."""
    for _ in range(MOST_DISCARDED // CHUNK):
        if not request.read(CHUNK):
            return


def _most(request: HttpRequest) -> int:
    """Bytes that a body may have; files (multipart) go to disk as they arrive, everything else is held in memory."""
    sends_files = request.META.get("CONTENT_TYPE", "").startswith("multipart/form-data")
    return MOST_UPLOADED if sends_files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _declared_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else 0
