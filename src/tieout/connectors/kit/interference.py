"""A reverse proxy that fails on demand, for tests: it forwards to a real vendor or sandbox and spoils chosen exchanges.

It listens on the loopback address only and keeps the client's Host header, so that addresses in answers lead back to it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit


class Fail(StrEnum):
    """What is done to one exchange. The vendor sees the request only in the first three."""

    LOSE_ANSWER = "lose the answer"
    CUT_ANSWER = "cut the answer in the middle"
    GARBLE_ANSWER = "truncate the answer and call it complete"
    DROP_REQUEST = "drop the request"
    HANG = "never answer"
    STATUS = "answer with a status of its own"


@dataclass(frozen=True, slots=True)
class Spoiling:
    """One failure; with STATUS also what is answered."""

    fail: Fail
    status: int = 0
    body: bytes = b"<html>no</html>"
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.fail} {self.status or ''}".strip()


PASS = None


class Interference:
    """`with Interference(url) as proxy:` then `proxy.plan(...)`: one entry per request to come, then all pass."""

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream)
        self._planned: deque[Spoiling | None] = deque()
        self.seen: list[bytes] = []
        """Every request's line and body, in order of arrival."""
        self.released = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def address(self, url: str) -> str:
        """The vendor's address as it reads through the proxy."""
        return urlunsplit(urlsplit(url)._replace(netloc=f"127.0.0.1:{self._server.server_port}"))

    def plan(self, *spoilings: Spoiling | None) -> None:
        """What happens to the next requests, in order; PASS lets one through."""
        self._planned = deque(spoilings)

    def next(self, request: bytes) -> Spoiling | None:
        """Note the request and say what becomes of it."""
        self.seen.append(request)
        return self._planned.popleft() if self._planned else PASS

    def forward(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[HTTPResponse, bytes]:
        """Ask the vendor."""
        connection = HTTPConnection(self._upstream.hostname or "", self._upstream.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, proxy: Interference) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def _exchange(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        spoiling = self.server.proxy.next(f"{self.command} {self.path}\n".encode() + body)
        fail = spoiling.fail if spoiling else None
        if spoiling and fail is Fail.STATUS:
            self._send(spoiling.status, spoiling.headers, spoiling.body, len(spoiling.body))
        elif fail in (Fail.DROP_REQUEST, Fail.HANG):
            self._leave(wait=fail is Fail.HANG)
        else:
            self._forward(fail, body)

    do_GET = do_POST = _exchange  # noqa: N815 - names that the base class asks for

    def _forward(self, fail: Fail | None, body: bytes) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
        answer, received = self.server.proxy.forward(self.command, self.path, headers, body)
        kept = {name: value for name, value in answer.getheaders() if name.lower() in ("content-type", "retry-after")}
        half = received[: len(received) // 2]
        if fail is Fail.GARBLE_ANSWER:
            self._send(answer.status, kept, half, len(half))
        elif fail is Fail.CUT_ANSWER:
            self._send(answer.status, kept, half, len(received))
            self._leave()
        elif fail is Fail.LOSE_ANSWER:
            self._leave()
        else:
            self._send(answer.status, kept, received, len(received))

    def _send(self, status: int, headers: Mapping[str, str], body: bytes, length: int) -> None:
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(length))
            self.end_headers()
            self.wfile.write(body)

    def _leave(self, *, wait: bool = False) -> None:
        if wait:
            self.server.proxy.released.wait(30)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
