"""What can go wrong between us and a vendor, by what the caller must do next.

Each error carries the `exchange` where there was one, so that the answer can be shown with secrets masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from tieout.kernel.errors import Fatal, NeedsHuman, Retriable

if TYPE_CHECKING:
    from tieout.connectors.kit.capabilities import Exchange


class WithExchange:
    """Mixin: remembers the request and answer that led here."""

    exchange: Exchange | None = None

    def seen(self, exchange: Exchange | None) -> Self:
        """Attach the exchange and return self, for `raise Error(...).seen(exchange)`."""
        self.exchange = exchange
        return self


class HostUnreachable(WithExchange, Retriable):
    """The host does not answer: its name is unknown, it refuses connections, or there is no route to it."""

    code = "connectors.host_unreachable"
    remedy = "Check the address of the connection and this machine's network; then test the connection again."


class VendorBusy(WithExchange, Retriable):
    """The vendor asked us to slow down or is briefly out of service; nothing was executed."""

    code = "connectors.vendor_busy"


class VendorFault(WithExchange, Retriable):
    """The vendor answered a read with something that cannot be used."""

    code = "connectors.vendor_fault"


class NoAnswer(VendorFault):
    """The request was sent and no answer of the vendor's came back: time-out, cut connection, gateway's error page.

    The vendor may still be working on it.
    """

    code = "connectors.no_answer"

    def __init__(self, message: str | None = None, *, timed_out: bool = False, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.timed_out = timed_out


class NotSent(WithExchange, Retriable):
    """The document was certainly not booked; sending it again is safe."""

    code = "connectors.not_sent"


class OutcomeUnknown(WithExchange, Retriable):
    """The answer never arrived: the document may or may not have been booked.

    `in_flight` says that the vendor may still be working on it, so that looking it up too early proves nothing.
    """

    code = "connectors.outcome_unknown"
    remedy = "Nothing: the record is looked up by its key before anything is sent again."

    def __init__(self, message: str | None = None, *, in_flight: bool = True, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.in_flight = in_flight


class AlreadyExecuted(WithExchange, Retriable):
    """The vendor's duplicate protection says that this very request was executed before."""

    code = "connectors.already_executed"
    remedy = "Nothing: the record is looked up by its key."


class Refused(WithExchange, NeedsHuman):
    """The vendor understood the request and will not do it."""

    code = "connectors.refused"
    remedy = "Mend what the vendor's message names, then try again."


class WrongCredentials(WithExchange, NeedsHuman):
    """The vendor does not accept these credentials."""

    code = "connectors.wrong_credentials"
    remedy = "Enter the credentials again on the connection's page and test it."


class PermissionMissing(WithExchange, NeedsHuman):
    """The vendor's user may not do this."""

    code = "connectors.permission_missing"
    remedy = "Give the API user the permission named, in the vendor's system; then test the connection."


class WrongAddress(WithExchange, NeedsHuman):
    """A server answers, but there is nothing of the vendor's at this address."""

    code = "connectors.wrong_address"
    remedy = "Check the address on the connection's page, its path included; then test the connection."


class OtherTenant(WithExchange, Fatal):
    """The credentials answer for another company than the one that was connected."""

    code = "connectors.other_tenant"
    remedy = "Enter the credentials of the pinned company, or create a new connection for the other company."


class OtherHost(WithExchange, Fatal):
    """The vendor pointed to another host than the connection's; nothing was sent there."""

    code = "connectors.other_host"
    remedy = "If the host named is really the vendor's, enter its address on the connection and test it again."


class AnswerTooLarge(WithExchange, Fatal):
    """The vendor's answer is larger than the limit for one page."""

    code = "connectors.answer_too_large"
    remedy = "Use a smaller page size on the connection."
