"""What can go wrong with the settings of a source of revenue data."""

from __future__ import annotations

from tieout.kernel.errors import InvalidInput


class BadSourceSettings(InvalidInput):
    """The settings of the process cannot be used."""

    code = "revenue.bad_source_settings"
    remedy = "Correct the value named, on the process's mapping."


class AlreadyDelivered(InvalidInput):
    """With these settings what was delivered already would come again under other numbers."""

    code = "revenue.already_delivered"
    remedy = "Keep them, or make a new process with a prefix of its own after undoing what this one delivered."
