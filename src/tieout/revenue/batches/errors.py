"""What can stop a batch as a whole. Faults in its rows are problems of the batch, shown on its page, and no exceptions."""

from __future__ import annotations

from typing import Any

from tieout.kernel.errors import Conflict, InvalidInput


class UnreadableUpload(InvalidInput):
    """The file cannot be read."""

    code = "revenue.unreadable_upload"
    remedy = "Give an XLSX workbook, a CSV file, or a zip of CSV files; the template shows the form."


class UploadTooLarge(InvalidInput):
    """The file is too large, or unpacks to too much."""

    code = "revenue.upload_too_large"
    remedy = "Split the file by contract and import the parts one after the other."
    http_status = 413


class NotNow(Conflict):
    """The batch is in a state that does not allow this."""

    code = "revenue.batch_state"


class HasProblems(Conflict):
    """The batch has errors, so none of it is applied."""

    code = "revenue.batch_has_problems"
    remedy = "Mend the rows that the batch's page names, and import the file again."


class ChangedMeanwhile(Conflict):
    """Another batch was applied while this one was being applied."""

    code = "revenue.batch_overtaken"
    remedy = "Look at the preview again, which now compares with the new state, and apply once more."


class ChangedLater(Conflict):
    """Later batches changed the same rows."""

    code = "revenue.changed_later"
    remedy = "Undo the later batches first, newest first, or correct the rows by a new import."

    def __init__(self, message: str, *, rows: list[dict[str, Any]]) -> None:
        super().__init__(message, rows=rows)
