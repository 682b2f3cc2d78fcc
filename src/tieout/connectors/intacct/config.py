"""What a Sage Intacct connection needs, declared once, and the settings that the code reads from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tieout.connectors.kit.fields import Field

GATEWAY = "https://api.intacct.com/ia/xml/xmlgw.phtml"
DOMAIN = "intacct.com"
LONGEST_WAIT = 900

FIELDS = (
    Field("company_id", "Company ID", help="As entered on the sign-in page."),
    Field("sender_id", "Sender ID", help="Your Web Services sender; it must be authorised under Company > Security."),
    Field("sender_password", "Sender password", kind="secret", help="Issued by Sage together with the sender ID."),
    Field("user_id", "User ID", help="A Web Services user; set its time zone to GMT and its dates to mm/dd/yyyy."),
    Field("user_password", "User password", kind="secret", help="The password of that user."),
    Field("entity_id", "Entity ID", required=False, help="Only to confine the connection to one entity."),
    Field(
        "gateway_url",
        "Gateway address",
        kind="url",
        default=GATEWAY,
        help="Leave as it is unless you test against a local gateway.",
    ),
    Field(
        "timeout",
        "Seconds to wait for an answer",
        kind="integer",
        default="120",
        between=(1, LONGEST_WAIT),
        help=f"Sage itself gives up after {LONGEST_WAIT} seconds.",
    ),
    Field(
        "settle_seconds",
        "Seconds until an unanswered posting is settled",
        kind="integer",
        required=False,
        default=str(LONGEST_WAIT),
        between=(1, 24 * 3600),
        help=(
            "A posting whose answer never arrived is sent again only when it is absent after this time. Not less than the"
            f" {LONGEST_WAIT} seconds that Sage may work on a request, unless you test against a local gateway."
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """One connection's values, checked. The repr holds no secret."""

    company_id: str
    sender_id: str
    user_id: str
    entity_id: str
    gateway_url: str
    timeout: int
    sender_password: str = field(repr=False)
    user_password: str = field(repr=False)

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Settings:
        """From declared and cleaned fields."""
        names = ("company_id", "sender_id", "user_id", "gateway_url", "sender_password", "user_password")
        timeout, entity_id = int(values["timeout"]), values.get("entity_id", "")
        return cls(timeout=timeout, entity_id=entity_id, **{name: values[name] for name in names})
