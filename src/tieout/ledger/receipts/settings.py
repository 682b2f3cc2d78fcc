"""The mapping of a receipts process: where each method's money goes, and what is done about unusual payments."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tieout.sync.kinds import Rule

HOLD, LEAVE_OUT, BOOK, REPOST = "hold", "leave_out", "book", "repost"
_HOLD = (HOLD, "Hold it until somebody decides")
_LEAVE = (LEAVE_OUT, "Leave it out, and note it")
_BOOK = (BOOK, "Book it as it stands")
RULES: tuple[Rule, ...] = (
    Rule("refunded", "Refunded payments", (_HOLD, _LEAVE, _BOOK)),
    Rule("bounced", "Bounced payments", (_HOLD, _LEAVE, _BOOK)),
    Rule("zero", "Payments of zero", (_LEAVE, _HOLD)),
    Rule("no_money", "Entries that move no money", (_LEAVE, _HOLD)),
    Rule("unmapped_method", "Methods without a mapping", (_HOLD, _LEAVE)),
    Rule("unmapped_entity", "Customers without a mapped entity", (_HOLD, _LEAVE)),
    Rule("unknown_customer", "Payments of an unknown customer", (_HOLD, _BOOK, _LEAVE)),
    Rule("reversed", "Payments whose receipt was reversed by hand", (_HOLD, _BOOK, _LEAVE)),
    Rule("negative_deposit", "Deposits that are not positive", (_HOLD,)),
    Rule(
        "changed_after_posting",
        "Payments that changed after they were posted",
        (_HOLD, (REPOST, "Reverse the receipt and post it anew"), (LEAVE_OUT, "Leave the receipt as it is")),
    ),
)
"""What a receipts process may find. The first choice of each is the default."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class MethodMapping(_Strict):
    """Where payments of one method go. `currency` and `entity` narrow it; the narrowest row that fits wins."""

    method: str = Field(min_length=1, max_length=200)
    currency: str = Field("", max_length=3)
    entity: str = Field("", max_length=100, description="The source's value, before it is mapped to a ledger entity.")
    treatment: Literal["bank", "undeposited", "no_money"] = "bank"
    bank_account: str = Field("", max_length=60)
    undeposited_account: str = Field("", max_length=60)
    payment_method: Literal["Printed Check", "Cash", "EFT", "Credit Card"] = "EFT"
    account: str = Field("", max_length=60)
    account_label: str = Field("", max_length=60)
    location: str = Field("", max_length=100)
    department: str = Field("", max_length=100)
    class_id: str = Field("", max_length=100)
    custom: dict[str, str] = Field(default_factory=dict)
    deposit_after: int = Field(0, ge=0, le=30, description="Working days from payment to deposit.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.treatment == "no_money":
            return self
        if self.treatment == "bank" and not self.bank_account:
            raise ValueError(f"{self.method} goes to a bank account, but none is chosen")
        if self.treatment == "undeposited" and not self.undeposited_account:
            raise ValueError(f"{self.method} goes to undeposited funds, but no account is chosen")
        if bool(self.account) == bool(self.account_label):
            raise ValueError(f"{self.method} needs either an income or clearing account, or an account label")
        return self

    def narrowness(self) -> int:
        """How many of the two optional conditions the row names."""
        return bool(self.currency) + bool(self.entity)


class ReceiptSettings(_Strict):
    """Everything that a receipts process is told."""

    start_on: date
    methods: tuple[MethodMapping, ...] = ()
    entity_field: str = Field("", max_length=100, description="The customer's custom field that names the entity.")
    entities: dict[str, str] = Field(default_factory=dict, description="The source's value to the ledger's entity.")
    rules: dict[str, str] = Field(default_factory=dict)
    posts: Literal["automatic", "on_demand"] = "automatic"
    include_today: bool = False
    reread_days: int = Field(45, ge=0, le=400)
    max_lines: int = Field(500, ge=1, le=1000)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        seen = [(row.method, row.currency, row.entity) for row in self.methods]
        double = next((row for row in seen if seen.count(row) > 1), None)
        if double:
            raise ValueError(f"{double[0]} is mapped twice for the same currency and entity")
        offered = {rule.name: dict(rule.choices) for rule in RULES}
        for name, action in self.rules.items():
            if action not in offered.get(name, {}):
                raise ValueError(f"'{action}' is not offered for the rule '{name}'")
        return self

    def action(self, rule: str) -> str:
        """What to do about this rule: the process's choice, else the rule's default."""
        default = next(each.choices[0][0] for each in RULES if each.name == rule)
        return self.rules.get(rule, default)

    def mapping_for(self, method: str, currency: str, entity: str) -> MethodMapping | None:
        """The narrowest row that fits, or None."""
        fitting = [
            row
            for row in self.methods
            if row.method == method and row.currency in ("", currency) and row.entity in ("", entity)
        ]
        return max(fitting, key=MethodMapping.narrowness, default=None)
