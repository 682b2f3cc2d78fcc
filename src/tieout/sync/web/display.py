"""How jobs and findings read on a page: durations, rates, phases and rules in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from tieout.sync import kinds
from tieout.sync.models import Finding, Job

COUNTS = (
    ("read", "Read"),
    ("new", "New"),
    ("changed", "Changed"),
    ("unchanged", "Unchanged"),
    ("skipped", "Skipped"),
    ("posted", "Posted"),
    ("findings", "Findings"),
)
OF_RECORDS = frozenset({"read", "new", "changed", "unchanged", "skipped"})
"""Counts that say something only where a process reads from a source."""
PHASES = {
    "settle": "Looking up",
    "pull": "Reading",
    "plan": "Planning",
    "post": "Posting",
    "verify": "Reading back",
    "reverse": "Reversing",
    "deliver": "Delivering",
}
OTHER_RULES = {"unreadable": "Records that cannot be read"}
TROUBLES = (("failed", "refused"), ("differences", "not as planned"))
SOMETIMES = (("delivered", "delivered"), *TROUBLES)
"""Counts that are shown where there are some."""


def duration(job: Job, now: datetime) -> timedelta | None:
    """How long the job has worked; None before it began."""
    if job.started_at is None:
        return None
    return (job.finished_at or now) - job.started_at


def duration_text(length: timedelta | None) -> str:
    """`0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`."""
    if length is None:
        return "—"
    seconds = max(0.0, length.total_seconds())
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def rate(job: Job, now: datetime) -> int | None:
    """Records read a second; None when nothing was read."""
    length, read = duration(job, now), int(job.counts.get("read", 0))
    if not length or not read:
        return None
    return round(read / max(length.total_seconds(), 0.001))


def counts(job: Job) -> list[tuple[str, int]]:
    """Label and number of every count that the job list shows for it, and of troubles when there are any."""
    shown = [(label, int(job.counts.get(name, 0))) for name, label in COUNTS if is_counted(job, name)]
    return shown + [
        (label.capitalize(), number) for name, label in SOMETIMES if (number := int(job.counts.get(name, 0)))
    ]


def is_counted(job: Job, name: str) -> bool:
    """Whether such a count can be anything but zero."""
    return job.process.source_id is not None or name not in OF_RECORDS


def rule_labels() -> dict[str, str]:
    """Every rule that any kind of process may find, by name."""
    return OTHER_RULES | {rule.name: rule.label for kind in kinds.all_kinds() for rule in kind.rules}


def choices_of(finding: Finding) -> dict[str, str]:
    """What may be decided about this finding: action and its label; empty when only mending the cause helps."""
    rules = {rule.name: rule for rule in kinds.get(finding.process.kind).rules}
    return dict(rules[finding.rule].choices) if finding.rule in rules else {}
