"""What can be wrong with a call before it reaches a room."""

from __future__ import annotations

from tieout.kernel.errors import InvalidInput, NeedsHuman, NotFound


class NoToken(NeedsHuman):
    """The call carries no bearer token."""

    code = "api.no_token"
    remedy = "Send the header `Authorization: Bearer <token>`; make a token on the page API tokens."
    http_status = 401


class TooManyAttempts(NeedsHuman):
    """Too many calls with a wrong token came from this address."""

    code = "api.too_many_attempts"
    remedy = "Correct the token and wait for the seconds named in the header Retry-After."
    http_status = 429


class WrongEnvironment(InvalidInput):
    """The token belongs to another environment than the header X-Tieout-Environment names."""

    code = "api.wrong_environment"
    remedy = "Use a token of that environment, or leave the header out."


class BadRequest(InvalidInput):
    """A value of the call is missing or cannot be used."""

    code = "api.bad_request"
    remedy = "Correct the values named under `facts.errors`; nothing was changed."


class NotJson(InvalidInput):
    """The body cannot be read as JSON."""

    code = "api.not_json"
    remedy = "Send UTF-8 JSON without NUL characters and with the header `Content-Type: application/json`."


class BodyTooLarge(InvalidInput):
    """The body is larger than this API accepts."""

    code = "api.body_too_large"
    remedy = "Send less at once."
    http_status = 413


class BadCursor(InvalidInput):
    """The value of `after` does not belong to this list."""

    code = "api.bad_cursor"
    remedy = "Pass the value of `next` from the page before, unchanged, or start without it."


class NoSuchRoute(NotFound):
    """There is nothing at this address."""

    code = "api.no_such_route"
    remedy = "Look at /api/v1/docs for the addresses of this API."


class MethodNotAllowed(NotFound):
    """This address does not offer that method."""

    code = "api.method_not_allowed"
    remedy = "Use one of the methods named in the header Allow."
    http_status = 405
