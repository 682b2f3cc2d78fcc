"""Control routes of this vendor: settings, and the closing and opening of months, per entity or for the whole company."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.sandbox.intacct.settings import BadSetting, Settings
from tieout.sandbox.intacct.store import Store
from tieout.sandbox.kit.control import BadControl, bad_request, json_body


class Controls:
    """`/intacct/control/settings` and `/intacct/control/periods`."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def routes(self) -> list[Route]:
        """The two routes."""
        return [
            Route("/control/settings", self._switch, methods=["GET", "POST"]),
            Route("/control/periods", self._periods, methods=["GET", "POST"]),
        ]

    async def _switch(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                body = await json_body(request)
                if not isinstance(body, dict):
                    raise BadControl("an object of settings is wanted")
                self._settings.change(body)
            except (BadControl, BadSetting) as problem:
                return bad_request(str(problem))
        return JSONResponse(self._settings.as_dict())

    async def _periods(self, request: Request) -> Response:
        try:
            body = await json_body(request) if request.method == "POST" else None
            closed = await run_in_threadpool(self._close, body)
        except BadControl as problem:
            return bad_request(str(problem))
        return JSONResponse({"closed": [{"month": month, "entity": entity} for month, entity in closed]})

    def _close(self, body: object) -> list[tuple[str, str]]:
        with self._store.work():
            match body:
                case None:
                    pass
                case {"month": str(month), "closed": bool(closed), **rest}:
                    self._set(month, rest.get("entity") or "", closed)
                case _:
                    raise BadControl(
                        'give {"month": "2026-09", "closed": true, "entity": "UK"}; without entity it is for all'
                    )
            rows = self._store.rows("SELECT month, entity FROM closed ORDER BY month, entity")
        return [(str(month), str(entity)) for month, entity in rows]

    def _set(self, month: str, entity: object, closed: bool) -> None:
        if not self._store.rows("SELECT 1 FROM REPORTINGPERIOD WHERE substr(START_DATE, 1, 7) = ?", [month]):
            raise BadControl(f"'{month}' is not a reporting period; write it as 2026-09")
        if entity and not self._store.first("LOCATIONENTITY", LOCATIONID=str(entity)):
            raise BadControl(f"'{entity}' is not an entity")
        self._store.execute("DELETE FROM closed WHERE month = ? AND entity = ?", [month, str(entity)])
        if closed:
            self._store.execute("INSERT INTO closed VALUES (?, ?)", [month, str(entity)])
