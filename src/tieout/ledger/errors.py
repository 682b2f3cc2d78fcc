"""What can go wrong with postings and their mappings."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tieout.kernel.errors import Conflict, InvalidInput, NeedsHuman


class BadMapping(InvalidInput):
    """The mapping of the process cannot be used."""

    code = "ledger.bad_mapping"
    remedy = "Correct the value named on the process's mapping; the lists of the ledger are offered there."


class BookedTwice(InvalidInput):
    """With these settings the same money would be booked twice."""

    code = "ledger.booked_twice"
    remedy = "Leave cash out of the journal, or carry it through the clearing account that the receipts credit."


class OneJournalProcess(Conflict):
    """An environment posts its revenue journals by one process."""

    code = "ledger.one_journal_process"
    remedy = "Change that process under Settings › Accounting instead of adding another one."


class NoJournalProcess(Conflict):
    """The environment does not post revenue journals yet."""

    code = "ledger.no_journal_process"
    remedy = "Connect the ledger and choose a journal under Settings › Accounting."


class BadAccountMapping(InvalidInput):
    """The account mapping cannot be used; nothing was changed."""

    code = "ledger.bad_account_mapping"
    remedy = "Correct what is named, on Settings › Accounting or in the file."


class BadCustomField(InvalidInput):
    """The custom field cannot be used; nothing was changed."""

    code = "ledger.bad_custom_field"
    remedy = "Correct what is named under Settings › Accounting."


class NotPostable(Conflict):
    """Only a planned or failed posting can be posted."""

    code = "ledger.not_postable"
    remedy = "Look at the posting's state; one that was sent is never sent again."


class NotReversible(Conflict):
    """Only a verified posting can be reversed."""

    code = "ledger.not_reversible"
    remedy = "Wait until the posting is verified, or mend what its page names."


class HeldTwice(NeedsHuman):
    """The ledger holds more than one record under this posting's key."""

    code = "ledger.held_twice"
    remedy = "Delete the surplus record in the ledger, then verify the posting again."


class Vanished(NeedsHuman):
    """The ledger says that it executed the request, but holds no record under its key."""

    code = "ledger.vanished"
    remedy = "Look in the ledger's audit trail whether somebody deleted the record; then post it again."


class Differs(NeedsHuman):
    """The ledger holds the record, but not as it was planned."""

    code = "ledger.differs"
    remedy = "Compare the two columns on the posting's page; undo the change in the ledger, or reverse and post again."


class PreflightFailed(NeedsHuman):
    """The ledger would refuse this document."""

    code = "ledger.preflight"
    remedy = "Mend what is named, in the mapping or in the ledger; then retry the posting."


Settings = TypeVar("Settings", bound=BaseModel)


def parse_settings(model: type[Settings], data: dict[str, Any]) -> Settings:
    """Read a process's settings. Raises BadMapping naming the place and what is wrong with it."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = " › ".join(str(part + 1) if isinstance(part, int) else str(part) for part in first["loc"])
        raise BadMapping(f"{place}: {first['msg']}", place=place) from None
