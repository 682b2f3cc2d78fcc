"""What an HTTP status means for the caller, the same for every vendor, and what a read's fault means for a write.

A write is "not sent" only where the vendor says so itself; whenever a machine in between answers in its place, the
outcome is unknown and the record has to be looked up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tieout.connectors.kit.faults import (
    AnswerTooLarge,
    HostUnreachable,
    NoAnswer,
    NotSent,
    OutcomeUnknown,
    PermissionMissing,
    Refused,
    VendorBusy,
    VendorFault,
    WrongAddress,
    WrongCredentials,
)
from tieout.connectors.kit.http import Answer

OFFLINE_TEXTS = (b"temporarily off-line", b"temporarily offline")
_GATEWAY = frozenset({408, 502, 503, 504, *range(520, 528)})
_WORDS = {502: "a bad gateway", 503: "that the service is unavailable", 504: "a gateway time-out", 524: "a time-out"}


def check_status(answer: Answer) -> None:
    """Nothing for 2xx; else raises the fault that the status stands for, with the exchange attached."""
    status = answer.status
    if 200 <= status < 300:
        return
    offline = status == 503 and any(text in answer.body.lower() for text in OFFLINE_TEXTS)
    if status == 429 or offline:
        told = "asks us to slow down (429)" if status == 429 else "is temporarily off-line (503)"
        raise VendorBusy(f"The vendor {told}", after=answer.retry_after).seen(answer.exchange)
    if status in _GATEWAY:
        word = _WORDS.get(status, "no usable answer")
        fault = NoAnswer(
            f"A gateway reports {word} ({status})", timed_out=status in (408, 504, 524), after=answer.retry_after
        )
        raise fault.seen(answer.exchange)
    raise _by_class(status).seen(answer.exchange)


def _by_class(status: int) -> VendorFault | WrongCredentials | PermissionMissing | WrongAddress | Refused:
    if status == 401:
        return WrongCredentials("The vendor does not accept the credentials (401)")
    if status == 403:
        return PermissionMissing("The vendor denies access (403)")
    if status in (404, 405, 410):
        return WrongAddress(f"There is nothing of the vendor's at this address ({status})")
    if 400 <= status < 500:
        return Refused(f"The vendor refuses the request ({status})")
    return VendorFault(f"The vendor reports an internal error ({status})")


@contextmanager
def preparing() -> Iterator[None]:
    """Around what precedes a write, such as signing in: any passing fault means that the document was not sent."""
    try:
        yield
    except (HostUnreachable, VendorBusy, VendorFault) as fault:
        raise NotSent(f"Not sent: {fault.message}", after=fault.after).seen(fault.exchange) from fault


@contextmanager
def sending() -> Iterator[None]:
    """Around the one request that writes: faults become NotSent or OutcomeUnknown, never anything in between."""
    try:
        yield
    except (HostUnreachable, VendorBusy) as fault:
        raise NotSent(f"Not sent: {fault.message}", after=fault.after).seen(fault.exchange) from fault
    except NoAnswer as fault:
        raise OutcomeUnknown(f"Outcome unknown: {fault.message}", in_flight=True).seen(fault.exchange) from fault
    except (VendorFault, AnswerTooLarge) as fault:
        raise OutcomeUnknown(f"Outcome unknown: {fault.message}", in_flight=False).seen(fault.exchange) from fault
