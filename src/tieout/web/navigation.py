"""The sidebar as data: what is where, and who sees it. An entry appears here in the commit that installs its page."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from tieout.people.actors import Actor, Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the sidebar."""

    label: str
    page: str
    icon: str
    permission: Permission = Permission.READ

    @property
    def url(self) -> str:
        return reverse(self.page)


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a heading; the first section has none."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An entry as one person sees it now."""

    entry: Entry
    url: str
    current: bool


SECTIONS = (
    Section(
        "",
        (
            Entry("Processes", "processes", "refresh"),
            Entry("Jobs", "jobs", "player-play"),
            Entry("Findings", "findings", "alert-triangle"),
            Entry("Postings", "postings", "receipt"),
            Entry("Connections", "connections", "plug-connected"),
        ),
    ),
    Section(
        "Revenue",
        (
            Entry("Import data", "imports", "file-import"),
            Entry("Contracts", "contracts", "file-text"),
            Entry("Products", "products", "package"),
            Entry("Customers", "customers", "users"),
            Entry("SSP book", "ssp_book", "tag"),
            Entry("Rules", "rules", "gavel"),
            Entry("Incomplete data", "gaps", "alert-circle"),
            Entry("Reports", "reports", "chart-bar"),
            Entry("Tie-out", "revenue_tie_out", "scale"),
            Entry("Close", "close", "lock"),
            Entry("Post journals", "journals", "send"),
            Entry("Export journals", "journal_exports", "file-export"),
        ),
    ),
    Section(
        "Settings",
        (
            Entry("Accounting", "accounting", "book-2", Permission.SET_UP_ACCOUNTING),
            Entry("Accounting periods", "periods", "calendar"),
            Entry("Site", "site", "settings", Permission.MANAGE_PEOPLE),
            Entry("People", "people", "users", Permission.MANAGE_PEOPLE),
            Entry("API tokens", "tokens", "key", Permission.OWN_TOKENS),
            Entry("Audit trail", "audit", "history", Permission.READ_AUDIT),
        ),
    ),
)


def sidebar(actor: Actor, path: str) -> list[tuple[str, list[Place]]]:
    """Headings with the entries that the actor may open; the one that `path` is under is current."""
    entries = [entry for section in SECTIONS for entry in section.entries]
    current = max((entry.url for entry in entries if path.startswith(entry.url)), key=len, default="")
    shown = [(section.label, _places(section, actor, current)) for section in SECTIONS]
    return [(label, places) for label, places in shown if places]


def first_page(actor: Actor) -> str:
    """Where this person starts: the first entry that is open to them, else their own account."""
    allowed = (entry.page for section in SECTIONS for entry in section.entries if actor.may(entry.permission))
    return next(allowed, "account")


def _places(section: Section, actor: Actor, current: str) -> list[Place]:
    return [Place(entry, entry.url, entry.url == current) for entry in section.entries if actor.may(entry.permission)]
