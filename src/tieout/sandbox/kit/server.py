"""One process for all vendor sandboxes: vendors are mounted by path beside `/control` and an index page.

The same application answers in process (through an ASGI transport) and on a socket (`serve`, `RunningSandbox`).
It listens on the loopback address only.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from datetime import date
from types import TracebackType
from typing import Protocol, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tieout.sandbox.kit import pages
from tieout.sandbox.kit.control import control_routes
from tieout.sandbox.kit.exchange import TRANSPORT
from tieout.sandbox.kit.panel import ControlPanel

HOST = "127.0.0.1"


class Vendor(Protocol):
    """What a vendor's sandbox has to offer to be mounted at `/<slug>`."""

    slug: str
    title: str

    def routes(self, panel: ControlPanel) -> Sequence[BaseRoute]:
        """Routes below `/<slug>`; the panel carries faults, clock and log, and is kept by the vendor."""

    def credentials(self, base_url: str) -> dict[str, str]:
        """What a client needs to sign in; `base_url` is the process's own, without a slash at the end."""

    def reset(self) -> None:
        """Back to the seeded state."""


class Sandbox:
    """The ASGI application, with its vendors and the panel that controls them."""

    def __init__(self, vendors: Sequence[Vendor], today: date) -> None:
        self.vendors = tuple(vendors)
        self.panel = ControlPanel(today)
        self._app: ASGIApp = Starlette(routes=self._routes())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep the socket's transport within reach, so that a fault can cut the connection."""
        scope[TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, send)

    def credentials(self, base_url: str) -> dict[str, dict[str, str]]:
        """Per vendor, what a client needs."""
        return {vendor.slug: vendor.credentials(base_url.rstrip("/")) for vendor in self.vendors}

    def _routes(self) -> list[BaseRoute]:
        control = control_routes(self.panel, [vendor.reset for vendor in self.vendors])
        mounts = [Mount(f"/{vendor.slug}", routes=vendor.routes(self.panel)) for vendor in self.vendors]
        return [
            Route("/", self._index),
            Route("/style.css", _stylesheet),
            Mount("/control", routes=control),
            *mounts,
        ]

    async def _index(self, _: Request) -> Response:
        rows = [(pages.link(f"/{vendor.slug}/", vendor.title), f"/{vendor.slug}") for vendor in self.vendors]
        lead = f"Local vendor sandboxes. Today is {self.panel.clock.today()}."
        return pages.page("Sandboxes", pages.table(["Vendor", "Mounted at"], rows), lead=lead)


def build(*vendors: Vendor, today: date) -> Sandbox:
    """Mount the vendors in one application."""
    return Sandbox(vendors, today)


def serve(sandbox: Sandbox, port: int) -> None:
    """Serve until interrupted."""
    uvicorn.Server(_config(sandbox, port)).run()


class RunningSandbox:
    """A sandbox on an ephemeral loopback port, in a thread: `with RunningSandbox(build(...)) as running`."""

    def __init__(self, app: Sandbox) -> None:
        self.app = app
        self.control = app.panel
        self._socket = socket.create_server((HOST, 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each small answer waits 40 ms
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        self._server = uvicorn.Server(_config(app, self.port))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def credentials(self) -> dict[str, dict[str, str]]:
        """Per vendor, what a client needs to reach this server."""
        return self.app.credentials(self.url)

    def start(self) -> Self:
        """Begin to listen; returns once connections are accepted."""
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stop listening, dropping what is still open."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(timeout=10)
        self._socket.close()

    def __enter__(self) -> Self:
        """Start on entry."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop on exit."""
        self.stop()


def _config(app: ASGIApp, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app, host=HOST, port=port, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )


async def _stylesheet(_: Request) -> Response:
    return Response(pages.STYLESHEET, media_type="text/css", headers={"cache-control": "max-age=3600"})
