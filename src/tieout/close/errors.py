"""What can go wrong with a close: each refusal names what is missing or who was faster."""

from __future__ import annotations

from tieout.kernel.errors import Conflict, Forbidden, InvalidInput


class NotDone(Conflict):
    """Steps of the close are not done."""

    code = "close.not_done"
    remedy = "Open the checklist: each step says what is missing and who answers for it."


class NotFrozen(Conflict):
    """The period is not frozen."""

    code = "close.not_frozen"
    remedy = "Freeze the period first: that fixes the figures which are tied out, posted and closed."


class NotOver(Conflict):
    """The period is not over yet."""

    code = "close.not_over"
    remedy = "Wait until its last day has passed; until then its figures can still be previewed."


class ReasonMissing(InvalidInput):
    """Taking a period back needs a reason."""

    code = "close.reason_missing"
    remedy = "Say why in a few words; the reason is kept with the closing and in the audit trail."


class UnderWay(Conflict):
    """Entries of the period are on their way to the ledger."""

    code = "close.under_way"
    remedy = "Wait until the job has ended and every entry is verified or reversed."


class NotSignable(Conflict):
    """This step cannot be signed as it is."""

    code = "close.not_signable"
    remedy = "Do what the step asks for first; a step that is proved by figures cannot be signed away."


class NoteMissing(InvalidInput):
    """A step whose facts are not clear is signed with a note only."""

    code = "close.note_missing"
    remedy = "Say in a few words why the period may be closed all the same; the note is kept in the close package."


class NotSigned(Conflict):
    """You have not signed this step."""

    code = "close.not_signed"
    remedy = "Only the person who signed takes a signature back."


class UnknownStep(InvalidInput):
    """The close has no such step."""

    code = "close.unknown_step"
    remedy = "Name one of: data, findings, ssp, tie_out, preview, posted."


class FourEyes(Forbidden):
    """Whoever froze the period may not be the only one who approves it."""

    code = "close.four_eyes"
    remedy = "Somebody else signs a step, or closes the period; the rule stands under Close › Owners and approval."


class AlreadyPosted(Conflict):
    """Something of this period is in the ledger, so it cannot simply be thawed."""

    code = "close.already_posted"
    remedy = "Finish the close and reopen the period: its entries are then reversed, linked to the originals."


class FiguresMoved(Conflict):
    """The figures or postings changed while the period was being closed."""

    code = "close.figures_moved"
    remedy = "Look at the checklist again and close the period once more; nothing was changed."


class NotThePackage(InvalidInput):
    """This file is no close package of this site, or it was altered."""

    code = "close.not_the_package"
    remedy = "Take the package from the period's page again and compare the two files."
