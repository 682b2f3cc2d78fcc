"""The documented control routes, mounted at `/control`: faults, log, reset, clock, latency. Bad input is refused as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.sandbox.kit.faults import Firing, InvalidFault, fault_from
from tieout.sandbox.kit.panel import ControlPanel


class BadControl(ValueError):
    """The control request cannot be used; the text says why."""


def bad_request(problem: str, status: int = 400) -> JSONResponse:
    """The JSON shape of every refusal."""
    return JSONResponse({"error": problem}, status_code=status)


async def json_body(request: Request) -> Any:
    """The request's JSON; raises BadControl for anything else."""
    try:
        return json.loads(await request.body())
    except ValueError as problem:
        raise BadControl(f"the body is not JSON: {problem}") from None


def control_routes(panel: ControlPanel, resets: Sequence[Callable[[], None]]) -> list[Route]:
    """The routes of one sandbox process; `resets` bring each vendor back to its seeded state."""
    routes = _Routes(panel, resets)
    return [
        Route("/faults", routes.faults, methods=["GET", "POST", "DELETE"]),
        Route("/log", routes.log, methods=["GET", "DELETE"]),
        Route("/reset", routes.reset, methods=["POST"]),
        Route("/clock", routes.clock, methods=["GET", "POST"]),
        Route("/latency", routes.latency, methods=["GET", "POST"]),
    ]


class _Routes:
    def __init__(self, panel: ControlPanel, resets: Sequence[Callable[[], None]]) -> None:
        self._panel = panel
        self._resets = resets

    async def faults(self, request: Request) -> Response:
        board = self._panel.faults
        if request.method == "DELETE":
            board.clear()
        elif request.method == "POST":
            try:
                body = await json_body(request)
                for fault in [fault_from(item) for item in (body if isinstance(body, list) else [body])]:
                    board.add(fault)
            except (InvalidFault, BadControl) as problem:
                return bad_request(str(problem))
        return JSONResponse({"waiting": board.waiting(), "fired": [_fired(firing) for firing in board.fired]})

    async def log(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._panel.log.clear()
        requests = self._panel.log.as_list(request.query_params.get("vendor"))
        return JSONResponse({"total": self._panel.log.total, "requests": requests})

    async def reset(self, _: Request) -> Response:
        self._panel.reset()
        for reset in self._resets:
            reset()
        return JSONResponse({"reset": True})

    async def clock(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                _set_clock(self._panel, await json_body(request))
            except (ValueError, TypeError, OverflowError) as problem:
                return bad_request(f'give one of {{"today"}}, {{"now"}}, {{"advance"}}: {problem}')
        return JSONResponse(
            {"now": self._panel.clock.now().isoformat(), "today": self._panel.clock.today().isoformat()}
        )

    async def latency(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                seconds = (await json_body(request))["seconds"]
                if isinstance(seconds, bool) or not 0 <= seconds <= 60:
                    raise BadControl("seconds must lie between 0 and 60")
            except (ValueError, KeyError, TypeError) as problem:
                return bad_request(f'give {{"seconds": 0.2}}: {problem}')
            self._panel.latency = float(seconds)
        return JSONResponse({"seconds": self._panel.latency})


def _fired(firing: Firing) -> dict[str, Any]:
    facts = {key: value if isinstance(value, str) else list(value) for key, value in firing.facts.items()}
    return {"fault": firing.fault.as_dict(), "request": facts}


def _set_clock(panel: ControlPanel, body: Any) -> None:
    if not isinstance(body, dict) or len(body) != 1:
        raise BadControl("an object with exactly one key")
    match body:
        case {"today": str(day)}:
            panel.clock.set(datetime.combine(date.fromisoformat(day), time(12), UTC))
        case {"now": str(instant)}:
            now = datetime.fromisoformat(instant)
            panel.clock.set(now if now.tzinfo else now.replace(tzinfo=UTC))
        case {"advance": int() | float() as seconds} if not isinstance(seconds, bool):
            panel.clock.advance(seconds)
        case _:
            raise BadControl("a value of the wrong type or an unknown key")
