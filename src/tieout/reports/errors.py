"""What can be wrong with a question to the reports."""

from __future__ import annotations

from tieout.kernel.errors import InvalidInput, NotFound


class NoFigures(NotFound):
    """There are no figures yet that were known then."""

    code = "reports.no_figures"
    remedy = (
        "Import contracts, or choose a later day for what was known: figures are computed whenever data is applied."
    )


class BadQuestion(InvalidInput):
    """The report cannot be asked like this."""

    code = "reports.bad_question"
    remedy = (
        "Correct the value named; days are written as 2026-03-31, and what a report can be grouped by is on its page."
    )
