"""What a Rev.io connection needs, declared once, and the settings that the code reads from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tieout.connectors.kit.fields import Field
from tieout.kernel.currency import EXPONENTS

MAX_PAGE = 500

FIELDS = (
    Field(
        "base_url",
        "Base URL",
        kind="url",
        default="https://restapi.rev.io/v1",
        help="Leave as it is unless Rev.io gave you another address.",
    ),
    Field(
        "login",
        "Login",
        forbidden="@:",
        help="The API user's login, without the part after @. It is not an e-mail address.",
    ),
    Field(
        "client_code",
        "Client code",
        forbidden=":@/",
        help="Your company's code. It decides the environment: the sandbox has its own, such as acme_sandbox.",
    ),
    Field("password", "Password", kind="secret", help="The API user's password."),
    Field(
        "subscription_key",
        "Subscription key",
        kind="secret",
        help="Issued by Rev.io once per company; all its applications share the key and its daily quota.",
    ),
    Field(
        "currency",
        "Currency",
        kind="choice",
        default="USD",
        choices=tuple((code, code) for code in sorted(EXPONENTS)),
        help="The one you bill in: Rev.io's records name none.",
    ),
    Field(
        "page_size",
        "Records per page",
        kind="integer",
        default="500",
        between=(1, MAX_PAGE),
        help="Smaller pages spend more of the daily quota.",
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """One connection's values, checked. The repr holds no secret."""

    base_url: str
    login: str
    client_code: str
    currency: str
    page_size: int
    password: str = field(repr=False)
    subscription_key: str = field(repr=False)

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Settings:
        """From declared and cleaned fields."""
        names = ("base_url", "login", "client_code", "currency", "password", "subscription_key")
        return cls(page_size=int(values["page_size"]), **{name: values[name] for name in names})
