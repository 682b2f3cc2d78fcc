"""What the gateway answers when it refuses: numbers and texts as the real one words them, innermost reason first.

Each error carries the wrappers that the real gateway stacks on it. Stand-ins for what no public source shows are listed in
the README.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

_SERIAL = itertools.count(1)

ROLLED_BACK = "The entire transaction in this operation has been rolled back due to an error."


def support_id() -> str:
    """The marker that ends the first error's text."""
    digest = hashlib.sha256(str(next(_SERIAL)).encode()).hexdigest()
    return f" [Support ID: {digest[:5]}%7E{digest[5:13]}]"


@dataclass(frozen=True)
class Detail:
    """One `error` element. `errorid`, `messageid` and `placeholders` appear only with showadditionalerrorinfo."""

    errorno: str
    description2: str = ""
    correction: str = ""
    description: str = ""
    errorid: str = ""
    messageid: str = ""
    placeholders: Mapping[str, str] = field(default_factory=dict)


class GatewayError(Exception):
    """A refusal at whatever level catches it, with its stacked errors."""

    def __init__(self, *details: Detail) -> None:
        super().__init__(details[0].description2 or details[0].errorno)
        self.details = details

    def wrapped(self, text: str, **facts: str) -> GatewayError:
        """The same refusal with one more wrapper after it."""
        return type(self)(*self.details, business(text, **facts).details[0])


class ControlFailure(GatewayError):
    """The request fails before sign-in."""


class AuthenticationFailure(GatewayError):
    """The sign-in fails; nothing is executed."""


def business(text: str, correction: str = "", **facts: str) -> GatewayError:
    """A general business error."""
    return GatewayError(Detail("BL01001973", text, correction, **facts))  # type: ignore[arg-type]


def validation(text: str, correction: str = "") -> GatewayError:
    """A value that cannot be used."""
    return GatewayError(Detail("BL03000018", text, correction))


def already_exists(label: str, value: str) -> GatewayError:
    """A natural key is taken. The double space is the gateway's own."""
    text = f"Another {label} with the given value(s) {value}  already exists"
    return GatewayError(Detail("BL34000061", text, "Use a unique value instead.")).wrapped(
        f"Could not create {label} record!"
    )


def not_permitted(operation: str, object_name: str) -> GatewayError:
    """The user lacks the right."""
    text = f"You do not have permission for API operation {operation} on objects of type {object_name.lower()}"
    return GatewayError(Detail("PL04000005", text))


def unknown_object(name: str) -> GatewayError:
    """No such object."""
    return GatewayError(Detail("Query Failed", f"Object definition {name} not found"))


def bad_query(text: str) -> GatewayError:
    """A query that makes no sense."""
    return GatewayError(Detail("Query Failed", text))


def data_layer() -> GatewayError:
    """The database could not answer."""
    return GatewayError(Detail("DL02000001", "There was an error processing the request."))


def processing_failed(text: str) -> GatewayError:
    """The function itself is wrong."""
    return GatewayError(Detail("XL03000009", f"There was an error processing the function. {text}"))


def already_executed(controlid: str) -> GatewayError:
    """Stand-in: how the real gateway words this refusal is not public."""
    return GatewayError(Detail("XL03000010", f"The function with control ID '{controlid}' has already been executed."))


def malformed(text: str) -> ControlFailure:
    """XML that does not parse or does not follow the schema."""
    return ControlFailure(Detail("XL03000003", f"XML Parse schema error: {text}"))


def wrong_sender() -> ControlFailure:
    """Sender ID or its password is wrong."""
    return ControlFailure(Detail("XL03000006", "Incorrect Intacct XML Partner ID or password."))


def sign_in_incorrect() -> AuthenticationFailure:
    """Company, user or password is wrong."""
    return AuthenticationFailure(Detail("XL03000006", "Sign-in information is incorrect"))


def invalid_session() -> AuthenticationFailure:
    """The session is unknown or has expired."""
    return AuthenticationFailure(Detail("XL03000006", "Invalid session. Provide an active Session ID."))


def sender_not_authorised(sender: str) -> AuthenticationFailure:
    """The company has not authorised the sender."""
    text = f"Web Services Authorization not configured for sender '{sender}'"
    correction = "Contact the company administrator to grant Web Services access to this client's company."
    return AuthenticationFailure(Detail("XL03000006", text, correction, "Invalid Web Services Authorization"))


def invalid_entity(entity: str) -> AuthenticationFailure:
    """The entity of the sign-in does not exist or is closed to the user."""
    return AuthenticationFailure(
        Detail("XL03000006", f"The location id '{entity}' is not a valid entity for this sign-in.")
    )
