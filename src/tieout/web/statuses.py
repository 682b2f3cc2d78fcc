"""How a state looks: one tone for each word that any room uses, so that green means the same on every page."""

from __future__ import annotations

TONES: dict[str, str] = {
    **dict.fromkeys(
        ("healthy", "succeeded", "verified", "resolved", "active", "ok", "done", "closed", "applied"), "green"
    ),
    **dict.fromkeys(
        ("running", "sending", "queued", "sent", "reversing", "closing", "frozen", "ready", "reading", "applying"),
        "blue",
    ),
    **dict.fromkeys(("attention", "unknown", "stopping", "open", "failing", "waiting", "warning"), "orange"),
    **dict.fromkeys(("failed", "error", "revoked", "expired", "refused"), "red"),
    **dict.fromkeys(
        ("idle", "untested", "planned", "stopped", "settled", "dismissed", "reversed", "inactive"), "secondary"
    ),
}
MOVING = frozenset({"running", "sending", "stopping", "reversing", "reading", "applying"})
"""States that pass by themselves: their dot pulses."""


def tone(state: str) -> str:
    """The colour of a state; a state that nobody gave a tone is grey."""
    return TONES.get(state, "secondary")
