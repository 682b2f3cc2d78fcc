"""One HTTP client bound to one host. It follows no redirects, keeps no cookies, verifies TLS and bounds time and size.

Plain http is accepted only for this machine and for names without a dot (a neighbour in a private network). Every
exchange is recorded with secrets masked; headers are not recorded at all, since they carry the credentials.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urljoin

import httpx2

from tieout import __version__
from tieout.connectors.kit.capabilities import Exchange
from tieout.connectors.kit.faults import AnswerTooLarge, HostUnreachable, NoAnswer, OtherHost, VendorFault
from tieout.connectors.kit.fields import BadField, is_this_machine, problem_of_address
from tieout.connectors.kit.masking import Mask

USER_AGENT = f"Tieout/{__version__}"
_NOTHING_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer; `headers` have lower-case names. Masking waits until somebody wants to keep the exchange."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    sent: bytes = field(repr=False)
    seconds: float
    mask: Mask

    @property
    def exchange(self) -> Exchange:
        """The request and this answer, secrets masked."""
        return Exchange(self.request, self.mask.bytes(self.body), self.status, self.seconds)

    @property
    def request(self) -> bytes:
        """What was sent, secrets masked; without a body: method and path."""
        return self.mask.bytes(self.sent)

    @property
    def retry_after(self) -> float | None:
        """Seconds that the vendor asks us to wait; a date counts from the answer's own Date header."""
        value = self.headers.get("retry-after", "").strip()
        if value.isdigit():
            return float(value)
        try:
            until, now = (parsedate_to_datetime(text) for text in (value, self.headers.get("date", "")))
            return max(0.0, (until - now).total_seconds())
        except (TypeError, ValueError):
            return None


@cache
def _authorities(trust_env: bool) -> ssl.SSLContext:
    """Whom a host's certificate may come from; read once, because it takes longer than many a request. Not read for
    plain http, whose client trusts nobody's."""
    return httpx2.create_ssl_context(trust_env=trust_env)


class Client:
    """Sends requests to `base` and nowhere else; `domain` admits the vendor's other hosts, when `base` is one of them.

    `timeout` bounds the whole answer, not the pause between two packets. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        base: str,
        *,
        mask: Mask,
        headers: Mapping[str, str] | None = None,
        domain: str = "",
        connect_timeout: float = 10.0,
        timeout: float = 60.0,
        max_bytes: int = 64 * 1024 * 1024,
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base = _parsed(base)
        self.mask = mask
        self._domain = domain if domain and _within(self.base.host, domain) else ""
        self._timeout, self._max_bytes, self._clock = timeout, max_bytes, clock
        # Pages of one list have one address, and taking an address apart takes longer than to send a request.
        self._resolved = lru_cache(maxsize=64)(self.resolve)
        remote = not is_this_machine(self.base.host)
        self._client = httpx2.Client(
            headers={"user-agent": USER_AGENT, **(headers or {})},
            timeout=httpx2.Timeout(timeout, connect=connect_timeout),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            transport=transport,
            trust_env=remote,
            verify=_authorities(remote) if self.base.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            follow_redirects=False,
        )

    def resolve(self, address: str) -> str:
        """The absolute address, when it is on the connection's host. Raises OtherHost."""
        url = httpx2.URL(urljoin(str(self.base), address))
        same_host = (url.host, url.port) == (self.base.host, self.base.port)
        sibling = bool(self._domain) and url.port == self.base.port and _within(url.host, self._domain)
        if url.scheme != self.base.scheme or url.userinfo or not (same_host or sibling):
            raise OtherHost(f"The vendor points to {url.scheme}://{url.netloc.decode()}, not to {self.base.host}")
        return str(url)

    def request(
        self,
        method: str,
        address: str = "",
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send once. Raises HostUnreachable (nothing was sent), NoAnswer, VendorFault, AnswerTooLarge or OtherHost."""
        url = self._resolved(address)
        request = self._client.build_request(method, url, params=params, content=content, headers=headers)
        started = self._clock()
        try:
            status, received, body = self._receive(request, started)
        except httpx2.HTTPError as error:
            lost = Exchange(self.mask.bytes(_sent(request)), b"", None, self._clock() - started)
            raise self._fault(error).seen(lost) from error
        answer = Answer(status, received, body, _sent(request), self._clock() - started, self.mask)
        self._refuse_redirect(answer)
        return answer

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()

    def _receive(self, request: httpx2.Request, started: float) -> tuple[int, Mapping[str, str], bytes]:
        response = self._client.send(request, stream=True)
        try:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._max_bytes:
                    raise AnswerTooLarge(f"{self.base.host} sends more than {self._max_bytes // 2**20} MB at once")
                if self._clock() - started > self._timeout:
                    raise httpx2.ReadTimeout("the answer is too slow", request=request)
        finally:
            response.close()
        return response.status_code, {name.lower(): text for name, text in response.headers.items()}, bytes(body)

    def _refuse_redirect(self, answer: Answer) -> None:
        target = answer.headers.get("location")
        if answer.status in (301, 302, 303, 307, 308) and target:
            host = httpx2.URL(urljoin(str(self.base), target))
            raise OtherHost(f"{self.base.host} redirects to {host.copy_with(query=None)}").seen(answer.exchange)

    def _fault(self, error: httpx2.HTTPError) -> HostUnreachable | VendorFault:
        host = self.base.netloc.decode()
        if isinstance(error, _NOTHING_SENT):
            return HostUnreachable(f"Could not connect to {host}: {_plainly(error)}")
        if isinstance(error, httpx2.TimeoutException):
            return NoAnswer(f"{host} gave no complete answer within {self._timeout:g} seconds", timed_out=True)
        if isinstance(error, httpx2.DecodingError):
            return VendorFault(f"The answer of {host} cannot be decoded")
        return NoAnswer(f"{host} closed the connection before its answer was complete")


def _sent(request: httpx2.Request) -> bytes:
    return request.content or f"{request.method} {request.url.raw_path.decode()}".encode()


def _parsed(base: str) -> httpx2.URL:
    problem = problem_of_address(base)
    if problem:
        raise BadField(f"The address {problem}", field="address")
    return httpx2.URL(base)


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _plainly(error: httpx2.HTTPError) -> str:
    text = str(error).lower()
    if isinstance(error, httpx2.TimeoutException):
        return "it does not answer in time"
    if "certificate" in text or "ssl" in text:
        return f"the encrypted connection fails ({error})"
    if "name" in text or "nodename" in text or "address associated" in text:
        return "its name is unknown"
    return "it refuses connections" if "refused" in text else str(error)
