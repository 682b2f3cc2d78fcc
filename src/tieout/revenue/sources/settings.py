"""The mapping of a source of revenue data: what a contract is, how products are recognised, what credits mean.

What a source does not tell — entity, region, class — comes from fields of its customers.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tieout.revenue.sources.errors import BadSourceSettings
from tieout.sync.kinds import Rule

Way = Literal["", "ratable", "start", "end", "invoice", "billing", "leave_out"]
Treatment = Literal["billing_correction", "price_concession", "goodwill", "refund", "bad_debt"]
WAYS: dict[str, dict[str, str]] = {
    "ratable": {"method": "ratable", "trigger": "delivery", "convention": "actual_days"},
    "start": {"method": "point_in_time", "trigger": "start", "convention": "actual_days"},
    "end": {"method": "point_in_time", "trigger": "end", "convention": "actual_days"},
    "invoice": {"method": "point_in_time", "trigger": "invoice", "convention": "actual_days"},
    "billing": {"method": "billing", "trigger": "delivery", "convention": "actual_days"},
}
"""The rule that each way of recognition delivers."""
RULES: tuple[Rule, ...] = (
    Rule("unmapped_product", "Products that nobody said how to recognise", ()),
    Rule("unmapped_entity", "Customers without a mapped entity", ()),
    Rule("unknown_customer", "Lines and charges of customers that are not there", ()),
    Rule("unknown_product", "Lines and charges of products that are not there", ()),
    Rule("incomplete_line", "Order lines without a usable quantity, price or term", ()),
    Rule("negative_charge", "Negative charges", ()),
    Rule("unplaced_credit", "Credits whose bill holds nothing they could lower", ()),
    Rule("withdrawn", "Rows that the source does not stand by any more", ()),
)
"""What such a process may find. What a finding speaks of is not delivered until it is mended."""
FIXED = ("prefix", "contracts", "start_on")
"""What cannot change once something was delivered."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class ProductWay(_Strict):
    """How a product, by its number or its name, is recognised."""

    product: str = Field(min_length=1, max_length=200)
    recognised: Way = "ratable"


class CreditWay(_Strict):
    """What credits with this description do to revenue."""

    reason: str = Field(min_length=1, max_length=200)
    treatment: Treatment


class SourceSettings(_Strict):
    """Everything that a process is told which brings revenue data."""

    start_on: date = Field(description="First day of revenue here. Agreements in force are taken over from it on.")
    prefix: str = Field("", max_length=40, description="Put before every number, so that sources do not meet.")
    contracts: Literal["order", "line"] = Field("order", description="What is accounted for together.")
    products: tuple[ProductWay, ...] = ()
    otherwise: Way = Field("ratable", description="How products without a row are recognised; empty asks for each.")
    changes: Literal["prospective", "separate"] = "prospective"
    ssp: Literal["list", "here"] = Field("list", description="Whether list prices are the stand-alone selling prices.")
    credits: tuple[CreditWay, ...] = ()
    other_credits: Treatment = "refund"
    entity_field: str = Field("", max_length=100)
    entities: dict[str, str] = Field(default_factory=dict)
    region_field: str = Field("", max_length=100)
    class_field: str = Field("", max_length=100)
    customer_fields: dict[str, str] = Field(default_factory=dict)
    look_back_months: int = Field(2, ge=1, le=36, description="How long bills are made ahead, or change later.")
    rules: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for what, named in (("product", [row.product for row in self.products]), ("credit", self.reasons())):
            double = next((each for each in named if named.count(each) > 1), None)
            if double:
                raise ValueError(f"the {what} '{double}' is mapped twice")
        bad = next((each for each in self.customer_fields.values() if not each or set(each) & set(";=")), None)
        if bad is not None:
            raise ValueError(f"'{bad}' is no name of a field")
        return self

    def reasons(self) -> list[str]:
        """Descriptions of credits that have a row."""
        return [row.reason for row in self.credits]


def parse(data: dict[str, Any]) -> SourceSettings:
    """Read a process's settings. Raises BadSourceSettings naming the place and what is wrong with it."""
    try:
        return SourceSettings.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = " › ".join(str(part + 1) if isinstance(part, int) else str(part) for part in first["loc"])
        raise BadSourceSettings(f"{place}: {first['msg']}", place=place) from None
