"""Reads are tried again, with growing pauses or as the vendor wishes. Writes never are: they are looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import stamina

from tieout.connectors.kit.faults import HostUnreachable, VendorBusy, VendorFault

T = TypeVar("T")
ATTEMPTS = 5
PATIENCE = 90.0
"""Seconds after which a read is given up and the job parks; a longer Retry-After is handed to the caller at once."""


def retrying(call: Callable[[], T], *, attempts: int = ATTEMPTS, patience: float = PATIENCE) -> T:
    """The result of `call`, tried again on HostUnreachable, VendorBusy and VendorFault. Raises the last fault."""

    def wait(error: Exception) -> bool | float:
        if not isinstance(error, HostUnreachable | VendorBusy | VendorFault):
            return False
        if error.after is None:
            return True
        return error.after if error.after <= patience else False

    for attempt in stamina.retry_context(on=wait, attempts=attempts, timeout=patience, wait_initial=0.5, wait_max=20.0):
        with attempt:
            return call()
    raise AssertionError("unreachable: the last attempt raises")
