"""Accounting periods as the API and `--json` show them, and what is sent to set them up."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ninja import Schema
from pydantic import Field

from tieout.api.shapes import Strict


class Period(Schema):
    """One accounting period; `ends_on` is the day after its last."""

    id: int
    entity: str = Field(description="Empty for the company as a whole.")
    label: str
    starts_on: date
    ends_on: date
    state: str = Field(description="future, open, closing (frozen) or closed.")


class YearEnd(Strict):
    """How a fiscal year of weeks ends."""

    month: int = Field(ge=1, le=12)
    weekday: int = Field(ge=0, le=6, description="Monday is 0.")
    rule: Literal["nearest", "last"]


class SetUp(Strict):
    """The first period, the calendar, and for how many years."""

    entity: str = Field("", max_length=100)
    first: date = Field(
        description="A day in the first period; for weeks without `year_end`, a fiscal year's first day."
    )
    calendar: Literal["months", "4-4-5", "4-5-4", "5-4-4"] = "months"
    years: int = Field(1, ge=1, le=20)
    year_end: YearEnd | None = None


class Extend(Strict):
    """How many years more."""

    entity: str = Field("", max_length=100)
    years: int = Field(1, ge=1, le=20)
