"""The kinds of process that post to a ledger."""

from __future__ import annotations

from tieout.ledger.gl_reports.kind import GlReportsKind
from tieout.ledger.journals.check_kind import JournalCheckKind
from tieout.ledger.journals.kind import RevenueJournalsKind
from tieout.ledger.receipts.kind import ReceiptsKind
from tieout.sync import kinds


def register() -> None:
    """Offer them."""
    kinds.register(ReceiptsKind())
    kinds.register(GlReportsKind())
    kinds.register(RevenueJournalsKind())
    kinds.register(JournalCheckKind())
