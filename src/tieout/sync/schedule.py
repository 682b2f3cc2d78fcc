"""When a process runs: pure rules over plain values, in the site's time zone, across daylight-saving changes.

A wall-clock time that a change of clocks skips is taken at the moment the clocks jump; one that happens twice counts the
first time only. Intervals count real elapsed time. Refuses schedules more often than each minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from tieout.kernel.calendar import Calendar, month_day, nth_working_day
from tieout.kernel.errors import InvalidInput
from tieout.kernel.period import Period

Every = Literal["demand", "minutes", "hours", "daily", "weekdays", "monthly", "working_day", "cron"]
KINDS: dict[str, str] = {
    "demand": "On demand only",
    "minutes": "Every N minutes",
    "hours": "Every N hours",
    "daily": "Daily at a time",
    "weekdays": "On weekdays at a time",
    "monthly": "Monthly on a day",
    "working_day": "Monthly on the n-th working day",
    "cron": "Cron expression",
}


class BadSchedule(InvalidInput):
    """The schedule cannot be used."""

    code = "sync.bad_schedule"
    remedy = "Correct the value named; the next five runs are shown as soon as the schedule is right."


@dataclass(frozen=True, slots=True)
class Schedule:
    """`every` says which of the other values count: n for minutes, hours, monthly and working_day; at for the daily ones.

    A negative `n` of working_day counts from the end of the month: -1 is its last working day. A monthly day past the end
    of a short month means its last day.
    """

    every: Every = "demand"
    n: int = 0
    at: str = "06:00"
    cron: str = ""

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Schedule:
        """From stored JSON or a form. Raises BadSchedule naming the value."""
        unknown = set(data) - {"every", "n", "at", "cron"}
        if unknown:
            raise BadSchedule(f"'{sorted(unknown)[0]}' is not part of a schedule.")
        try:
            made = cls(
                data.get("every", "demand"),
                int(data.get("n") or 0),
                str(data.get("at") or "06:00"),
                str(data.get("cron") or ""),
            )
        except (TypeError, ValueError):
            raise BadSchedule(f"'{data.get('n')}' is not a whole number.") from None
        made.check()
        return made

    def check(self) -> None:
        """Raises BadSchedule when a value that counts is out of range."""
        limits = {"minutes": (1, 1440), "hours": (1, 168), "monthly": (1, 31)}
        if self.every not in KINDS:
            raise BadSchedule(f"'{self.every}' is not one of {', '.join(KINDS)}.")
        if self.every in limits and not limits[self.every][0] <= self.n <= limits[self.every][1]:
            raise BadSchedule(
                f"{self.n} is not between {limits[self.every][0]} and {limits[self.every][1]} ({KINDS[self.every]})."
            )
        if self.every == "working_day" and not (1 <= abs(self.n) <= 18):
            raise BadSchedule(f"Working day {self.n} is not between 1 and 18, nor between -18 and -1.")
        if self.every == "cron":
            _cron(self.cron, datetime(2026, 1, 1, tzinfo=UTC))
        _clock(self.at)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON; `parse` reads it back."""
        return asdict(self)

    def label(self) -> str:
        """In words, as the process list shows it."""
        words = {
            "demand": "On demand",
            "minutes": f"Every {self.n} minutes" if self.n != 1 else "Every minute",
            "hours": f"Every {self.n} hours" if self.n != 1 else "Every hour",
            "daily": f"Daily at {self.at}",
            "weekdays": f"Weekdays at {self.at}",
            "monthly": f"Monthly on day {self.n} at {self.at}",
            "working_day": f"{_working_day_words(self.n)} of the month at {self.at}",
            "cron": f"Cron {self.cron}",
        }
        return words[self.every]


def runs_after(schedule: Schedule, after: datetime, zone: ZoneInfo, calendar: Calendar) -> Iterator[datetime]:
    """Every run strictly after `after` (an aware time), in UTC, ascending; nothing for `demand`."""
    local = after.astimezone(zone)
    if schedule.every in ("minutes", "hours"):
        yield from _intervals(schedule, after)
    elif schedule.every == "cron":
        yield from _cron_runs(schedule.cron, after, zone)
    elif schedule.every != "demand":
        for day in _days(schedule, local.date(), calendar):
            moment = _moment(day, _clock(schedule.at), zone)
            if moment > after:
                yield moment


def next_runs(
    schedule: Schedule, after: datetime, zone: ZoneInfo, calendar: Calendar, count: int = 5
) -> list[datetime]:
    """The next `count` runs after `after`, in UTC; fewer when there are no more."""
    return list(islice(runs_after(schedule, after, zone, calendar), count))


def missed(
    schedule: Schedule, due: datetime, now: datetime, zone: ZoneInfo, calendar: Calendar, most: int = 500
) -> list[datetime]:
    """The slots from `due` up to `now`, both included, at most `most` of them."""
    slots = [due]
    for moment in runs_after(schedule, due, zone, calendar):
        if moment > now or len(slots) >= most:
            break
        slots.append(moment)
    return slots


def _intervals(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    step = timedelta(minutes=schedule.n) if schedule.every == "minutes" else timedelta(hours=schedule.n)
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    moment = epoch + ((after - epoch) // step + 1) * step
    while True:
        yield moment
        moment += step


def _cron(expression: str, start: datetime) -> CronSim:
    try:
        return CronSim(expression, start)
    except CronSimError as error:
        raise BadSchedule(f"'{expression}' is not a cron expression: {error}.", cron=expression) from None


def _cron_runs(expression: str, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Cron over wall-clock time, each wall-clock moment mapped to the instant by the rule above."""
    last = after
    for wall in _cron(expression, after.astimezone(zone).replace(tzinfo=None) - timedelta(hours=3)):
        moment = _moment(wall.date(), wall.time(), zone)
        if moment > last:
            last = moment
            yield moment


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise BadSchedule(f"'{text}' is not a time of day; write HH:MM.", at=text) from None


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first instant of that wall-clock time; a skipped one is the instant at which the clocks jump."""
    wall = datetime.combine(day, clock)
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    later = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    low, high = min(instant, later), max(instant, later)
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
    return high.replace(microsecond=0)


def _days(schedule: Schedule, start: date, calendar: Calendar) -> Iterator[date]:
    if schedule.every in ("daily", "weekdays"):
        for offset in range(366 * 5):
            day = start + timedelta(days=offset)
            if schedule.every == "daily" or day.weekday() < 5:
                yield day
        return
    for month in Period(start.replace(day=1), start.replace(year=start.year + 10)).months():
        yield (
            month_day(month, schedule.n)
            if schedule.every == "monthly"
            else nth_working_day(month, schedule.n, calendar)
        )


def _working_day_words(n: int) -> str:
    if n == -1:
        return "Last working day"
    return f"Working day {n}" if n > 0 else f"Working day {-n} before the end"
