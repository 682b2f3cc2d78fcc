"""What can go wrong, grouped by recovery, and the catalogue of every error the product can show.

An error class carries a stable `code` and a `remedy`; its docstring is the message unless a better one is given.
Facts travel as attributes, never inside the text only. Findings about the user's data are values, not exceptions:
see `tieout.sync.findings`.
"""

from __future__ import annotations

from typing import Any, ClassVar

CATALOGUE: dict[str, type[TieoutError]] = {}


class TieoutError(Exception):
    """Something went wrong in Tieout."""

    code: ClassVar[str] = "tieout.error"
    remedy: ClassVar[str] = "Report this with the job number; the log line with the same number has the details."
    http_status: ClassVar[int] = 500

    def __init__(self, message: str | None = None, *, remedy: str | None = None, **facts: Any) -> None:
        self.message = message or " ".join((type(self).__doc__ or type(self).__name__).split())
        self.advice = remedy or type(self).remedy
        self.facts = facts
        super().__init__(self.message)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Enter the class into the catalogue; two classes with one code is a programming mistake."""
        super().__init_subclass__(**kwargs)
        if "code" in cls.__dict__:
            other = CATALOGUE.setdefault(cls.code, cls)
            if other is not cls and other.__qualname__ != cls.__qualname__:
                raise TypeError(f"{cls.__name__} and {other.__name__} share the error code {cls.code}")

    def as_dict(self) -> dict[str, Any]:
        """The shape that the API and `--json` answer with: code, message, remedy, facts."""
        return {
            "code": self.code,
            "message": self.message,
            "remedy": self.advice,
            **({"facts": self.facts} if self.facts else {}),
        }


class Fatal(TieoutError):
    """The run cannot go on and trying again will not help."""

    code = "tieout.fatal"


class Retriable(TieoutError):
    """A passing fault: the same step is tried again after a pause."""

    code = "tieout.retriable"
    remedy = "Nothing: it is tried again by itself. If it keeps failing, look at the vendor's status page."
    http_status = 503

    def __init__(self, message: str | None = None, *, after: float | None = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.after = after
        """Seconds the other side asked us to wait, when it said so."""


class Skip(TieoutError):
    """One record cannot be used; the others can."""

    code = "tieout.skip"

    def __init__(self, message: str | None = None, *, record: str, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.record = record


class NeedsHuman(TieoutError):
    """A person has to mend something first, here or in the other system."""

    code = "tieout.needs_human"
    http_status = 409


class InvalidInput(NeedsHuman):
    """What was given cannot be used."""

    code = "tieout.invalid_input"
    remedy = "Correct the value named and send it again; nothing was changed."
    http_status = 422


class Forbidden(NeedsHuman):
    """Your role does not allow this."""

    code = "tieout.forbidden"
    remedy = "Ask someone with the role named in the message, or an Admin for that role."
    http_status = 403


class NotFound(NeedsHuman):
    """There is no such record in this environment."""

    code = "tieout.not_found"
    remedy = "Check the number, and the environment shown at the top of the page."
    http_status = 404


class Conflict(NeedsHuman):
    """The record is in a state that does not allow this now."""

    code = "tieout.conflict"
    remedy = "Reload the page and look at the state; then try again if it still makes sense."
    http_status = 409
