"""Journals of revenue: which accounts events move between, what a period's entries are, and what the ledger holds of them."""

from tieout.ledger.journals.dry_run import DryLine, DryRun, Unmapped, account_rows, difference
from tieout.ledger.journals.planning import plan
from tieout.ledger.journals.posted import journal_process, posted, posted_rows

__all__ = [
    "DryLine",
    "DryRun",
    "Unmapped",
    "account_rows",
    "difference",
    "journal_process",
    "plan",
    "posted",
    "posted_rows",
]
