"""How a room declares its routes: path, permission and answer, in one line that cannot leave the permission out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from django.http import HttpRequest
from ninja import Router, Status

from tieout.api.guard import BearerToken
from tieout.api.shapes import Problem
from tieout.people.actors import Actor, Permission

View = TypeVar("View", bound=Callable[..., Any])
Needed = Permission | tuple[Permission, ...]
CONNECT = (Permission.CONNECT_SOURCE, Permission.CONNECT_TARGET)
"""Which of the two it takes depends on the vendor; the operation asks for exactly one of them."""
_FAULTS = dict.fromkeys((401, 403, 404, 409, 413, 422, 429), Problem)


class Call(HttpRequest):
    """A request that the guard let pass, at one moment."""

    auth: Actor
    now: datetime


class Doors:
    """The routes of one room, collected in `router`."""

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def get(self, path: str, permission: Needed, answer: Any, **extra: Any) -> Callable[[View], View]:
        """A read."""
        return self._route("GET", path, permission, {200: answer}, extra)

    def post(
        self, path: str, permission: Needed, answer: Any, status: int = 200, **extra: Any
    ) -> Callable[[View], View]:
        """A change, or a question too long for an address."""
        return self._route("POST", path, permission, {status: answer}, extra)

    def put(self, path: str, permission: Needed, answer: Any, **extra: Any) -> Callable[[View], View]:
        """A record brought to the state given."""
        return self._route("PUT", path, permission, {200: answer}, extra)

    def delete(self, path: str, permission: Needed, **extra: Any) -> Callable[[View], View]:
        """The end of a record; answers 204 without a body."""
        return self._route("DELETE", path, permission, {204: None}, extra)

    def file(self, path: str, permission: Needed, media_type: str) -> Callable[[View], View]:
        """A read that answers bytes of a media type."""
        content = {"responses": {"200": {"description": "The bytes", "content": {media_type: {}}}}}
        return self._route("GET", path, permission, {}, {"openapi_extra": content})

    def _route(
        self, method: str, path: str, permission: Needed, answers: dict[int, Any], extra: dict[str, Any]
    ) -> Callable[[View], View]:
        needed = permission if isinstance(permission, tuple) else (permission,)

        def declare(view: View) -> View:
            self.router.api_operation(
                [method],
                path,
                auth=BearerToken(*needed),
                response={**answers, **_FAULTS},
                operation_id=view.__name__,
                summary=view.__name__.replace("_", " ").capitalize(),
                **extra,
            )(_with_status(view, *answers))
            return view

        return declare


def _with_status(view: Callable[..., Any], status: int = 0) -> Callable[..., Any]:
    """The view's value under the one status that its route has; responses made by the view stay as they are."""

    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> Any:
        value = view(*args, **kwargs)
        return Status(status, value) if status else value

    # Annotations are text; ninja would look their names up in this module instead of the view's.
    answered.__signature__ = signature(view, eval_str=True)  # type: ignore[attr-defined]
    return answered
