"""What can be wrong with a command before it reaches a room."""

from __future__ import annotations

from tieout.kernel.errors import Conflict, InvalidInput, NeedsHuman, Retriable


class WhoAreYou(NeedsHuman):
    """Several people use this site, so a command has to say for whom it acts."""

    code = "cli.who_are_you"
    remedy = "Add `--as EMAIL`, or set TIEOUT_USER."


class BadOption(InvalidInput):
    """The value of an option cannot be used."""

    code = "cli.bad_option"
    remedy = "Write it as the command's --help shows."


class NotSetUp(NeedsHuman):
    """The site's database is not set up for this version of Tieout."""

    code = "cli.not_set_up"
    remedy = "Run `tieout setup`; it can be repeated safely."


class DatabaseAway(Retriable):
    """The database cannot be reached."""

    code = "cli.database_away"
    remedy = "Look at `tieout db status`, or at DATABASE_URL and the server that it names."


class JobFailed(Conflict):
    """The run that the command waited for did not succeed."""

    code = "cli.job_failed"
    remedy = "Look at `tieout job show` and `tieout job findings` with the number of the job."
