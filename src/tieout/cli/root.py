"""The tree of commands. What needs Django is loaded when it is called, so `tieout --help` starts no database."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from tieout import __version__
from tieout.cli.errors import DatabaseAway, NotSetUp
from tieout.database import commands as database
from tieout.kernel.errors import TieoutError
from tieout.revenue.file_commands import app as revenue
from tieout.sandbox.commands import app as sandbox

app = typer.Typer(
    name="tieout",
    help="Brings a company's billing and payments into Sage Intacct, exactly once, and ties them out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
_WORK = "Daily work"
_SITE = "The site"
_ROOMS = (
    ("connect", "tieout.connect.commands:connections", "Connections to vendors: add, test, change.", _WORK),
    ("process", "tieout.ledger.commands:processes", "What runs, when, and how it is mapped.", _WORK),
    ("job", "tieout.sync.job_commands:jobs", "Runs: progress, history, original input.", _WORK),
    ("finding", "tieout.sync.job_commands:findings", "What needs a person.", _WORK),
    ("posting", "tieout.ledger.commands:postings", "Receipts and journal entries, and how far they have come.", _WORK),
    ("journal", "tieout.ledger.journals.commands:journals", "Revenue journals: accounts, dry runs, posting.", _WORK),
    ("tie-out", "tieout.ledger.commands:tie_out", "Compare the source with the ledger, to the cent.", _WORK),
    ("period", "tieout.revenue.period_commands:accounting_periods", "Accounting periods of each entity.", _WORK),
    ("close", "tieout.close.commands:closes", "Freeze, tie out, lock and reopen periods.", _WORK),
    ("report", "tieout.reports.commands:reports", "Revenue reports, as of and as known on any day.", _WORK),
    ("user", "tieout.people.commands:users", "Who may sign in, and their roles.", _SITE),
    ("token", "tieout.people.commands:tokens", "API tokens.", _SITE),
    ("environment", "tieout.people.commands:environments", "Production and sandbox.", _SITE),
    ("site", "tieout.people.commands:site", "Name, time zone and holidays.", _SITE),
    ("audit", "tieout.audit.commands:audit", "Who did what.", _SITE),
    ("remap", "tieout.records.commands:remap", "Read stored raw records anew, without pulling them again.", _SITE),
    ("setup", "tieout.cli.setup:setup", "Make or update this site; safe to repeat.", _SITE),
    ("up", "tieout.cli.up:up", "Start everything on this machine.", _SITE),
    ("web", "tieout.cli.serving:web", "Serve the pages and the API.", _SITE),
    ("worker", "tieout.cli.serving:worker", "Work off queued jobs; start as many as wanted.", _SITE),
    ("demo", "tieout.demo.commands:demo", "A demo site over local sandboxes, run and tied out.", "Trying it out"),
)
_REVENUE = {
    "import": "Bring a file of revenue data in: read, shown, and applied when asked.",
    "batches": "What came in.",
    "batch": "One batch with its problems.",
    "apply": "Apply a batch that is ready.",
    "undo": "Bring back what was known before a batch.",
    "discard": "Put aside a batch that was not applied.",
    "original": "Save the file of a batch, exactly as it came in.",
    "template": "An empty import file with this site's columns and choices.",
    "export": "Everything in force as an import file.",
}
_VERBATIM = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a fault is told on stderr and ends with 1, wrong usage with 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(args=given, prog_name="tieout")
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        known = _known(error)
        if known is None:
            raise
        _tell(known, as_json="--json" in given)
        raise SystemExit(1) from None


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(f"tieout {__version__}")
        raise typer.Exit


def load(target: str) -> typer.Typer:
    """The commands at `module:name`, with Django set up for them."""
    module, name = target.split(":")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tieout.config.settings")
    import django

    django.setup()
    found = getattr(import_module(module), name)
    if isinstance(found, typer.Typer):
        return found
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command()(found)
    return alone


def _mount(name: str, target: str, about: str, panel: str) -> None:
    def run(context: typer.Context) -> None:
        load(target)(args=context.args, prog_name=f"tieout {name}")

    app.command(name, help=about, add_help_option=False, context_settings=_VERBATIM, rich_help_panel=panel)(run)


def _mount_on_revenue(name: str, about: str) -> None:
    def run(context: typer.Context) -> None:
        load("tieout.revenue.commands:imports")(args=[name, *context.args], prog_name="tieout revenue")

    revenue.command(name, help=about, add_help_option=False, context_settings=_VERBATIM)(run)


def _known(error: Exception) -> TieoutError | None:
    """The fault in our own words: ours already, or the database's when it is away or not set up."""
    if isinstance(error, TieoutError):
        return error
    if "django" not in sys.modules:
        return None
    from django.db.utils import OperationalError, ProgrammingError

    if isinstance(error, OperationalError):
        return DatabaseAway()
    undefined = getattr(error.__cause__, "sqlstate", "") in ("42P01", "42703")
    return NotSetUp() if isinstance(error, ProgrammingError) and undefined else None


def _tell(error: TieoutError, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(error.as_dict(), indent=2, default=str), err=True)
        return
    said = Console(stderr=True, highlight=False, soft_wrap=True)
    said.print(Text.assemble((error.code, "bold red"), ": ", error.message))
    said.print(Text(error.advice))


for _room in _ROOMS:
    _mount(*_room)
for _name, _about in _REVENUE.items():
    _mount_on_revenue(_name, _about)
app.add_typer(revenue, name="revenue", rich_help_panel=_WORK)
app.add_typer(sandbox, name="sandbox", rich_help_panel="Trying it out")
app.add_typer(database.app, name="db", rich_help_panel=_SITE)
app.command("down", rich_help_panel=_SITE)(database.stop)
app.command("backup", rich_help_panel=_SITE)(database.backup)
app.command("restore", rich_help_panel=_SITE)(database.restore)
