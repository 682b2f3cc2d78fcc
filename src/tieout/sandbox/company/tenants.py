"""The three companies of one client: each has its own client code and exactly one currency, which its API never names."""

from __future__ import annotations

from dataclasses import dataclass

from tieout.kernel.currency import exponent


@dataclass(frozen=True, slots=True)
class Tenant:
    """Prices are kept in US cents; `price_percent` turns them into the tenant's minor units. Tax is in basis points."""

    code: str
    name: str
    currency: str
    size: int
    """Customers at scale 1."""
    price_percent: int
    tax_points: int
    entities: tuple[str, ...]
    """Values of the custom field "Entity"; an empty one means that the field is missing."""

    @property
    def places(self) -> int:
        """Decimals of the currency."""
        return exponent(self.currency)

    def price(self, cents: int) -> int:
        """A price of `cents` in minor units of this tenant."""
        return cents * self.price_percent // 100


TENANTS: dict[str, Tenant] = {
    tenant.code: tenant
    for tenant in (
        Tenant("acme", "Acme Communications", "USD", 3_000, 100, 825, ("US", "US", "US", "UK", "US", "US", "UK", "")),
        Tenant("acme_jp", "Acme Communications Japan", "JPY", 300, 150, 1_000, ("JP",)),
        Tenant("acme_kw", "Acme Communications Kuwait", "KWD", 300, 307, 500, ("KW", "KW", "")),
    )
}
