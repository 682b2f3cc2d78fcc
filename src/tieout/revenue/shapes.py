"""Shapes of batches for the API and the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tieout.api.shapes import Strict


class Batch(Schema):
    """One delivery of revenue data."""

    id: int
    title: str
    origin: str = Field(description="upload, form, job or undo.")
    state: str = Field(description="waiting, reading, ready, refused, applying, applied, undone or discarded.")
    file_name: str
    file_sha256: str
    file_size: int
    counts: dict[str, Any] = Field(
        description="Per table: rows read, new, changed, unchanged; how many problems and warnings."
    )
    undoes_id: int | None = None
    replaces_id: int | None = Field(None, description="Conversion data of which this is the edited form.")
    created_by: str
    created_at: datetime
    applied_by: str
    applied_at: datetime | None = None


class BatchInFull(Batch):
    """With what is wrong in it, how it was understood, and what it changes."""

    problems: list[dict[str, Any]] = Field(description="The first hundred; all of them are a file of their own.")
    matching: dict[str, Any]
    impact: dict[str, Any] = Field(
        description="Revenue, deferred revenue and journals by period in minor units, before and after."
    )
    progress: dict[str, Any]


class Choices(Strict):
    """How a file is to be read; what is left out keeps its former choice."""

    sheets: dict[str, str] = Field({}, description="Sheet → kind; an empty one leaves the sheet out.")
    columns: dict[str, dict[str, str]] = Field({}, description="Sheet → heading → column; an empty one leaves it out.")
    dates: str | None = Field(None, description="dmy or mdy.")
    decimal: str | None = Field(None, description="The sign before the decimals: a point or a comma.")
    encoding: str | None = None


class Reason(Strict):
    """Why a batch is undone."""

    reason: str = Field(max_length=500)
