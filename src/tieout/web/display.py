"""How values look on a page: money, moments, states, icons. Everything is escaped here and nowhere else."""

from __future__ import annotations

from datetime import datetime

from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

from tieout.kernel.money import Money
from tieout.web import statuses
from tieout.web.icons import ICONS

_STEPS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))


def money(amount: Money) -> SafeString:
    """`1,234.50 USD`, in figures of one width, with as many decimals as the currency has."""
    return format_html(
        '<span class="money{}">{} <span class="currency">{}</span></span>',
        " negative" if amount.minor < 0 else "",
        f"{amount.decimal():,f}",
        amount.currency,
    )


def figure(amount: Money) -> SafeString:
    """`1,234.50`: an amount in a table that names its currency once; nought is quiet, and nothing is red."""
    return format_html('<span class="money{}">{}</span>', "" if amount.minor else " zero", f"{amount.decimal():,f}")


def shortened(amount: Money) -> str:
    """An amount for the edge of a chart, to three figures and without its currency: `1.23M`, `950`."""
    units = abs(amount.decimal())
    step, letter = next((each for each in _STEPS if units >= each[0]), (1, ""))
    return f"{'−' if amount.minor < 0 else ''}{float(units / step):.3g}{letter}"


def moment(at: datetime | None, *, now: datetime) -> SafeString:
    """A moment in the active time zone, with how long ago it is in the title; a dash for none."""
    if at is None:
        return format_html('<span class="nothing">{}</span>', "—")
    local = timezone.localtime(at)
    ago = f"{timesince(at, now)} ago" if at <= now else f"in {timeuntil(at, now)}"
    return format_html(
        '<time datetime="{}" title="{} · {}">{}</time>',
        local.isoformat(timespec="seconds"),
        ago,
        f"{local:%H:%M:%S} {local.tzname()}",
        f"{local.day} {local:%b %Y, %H:%M}",
    )


def status(state: str, label: str) -> SafeString:
    """Dot and word; the dot pulses while the state passes by itself."""
    return format_html(
        '<span class="status status-{}"><span class="status-dot{}"></span>{}</span>',
        statuses.tone(state),
        " status-dot-animated" if state in statuses.MOVING else "",
        label,
    )


def icon(name: str, label: str = "") -> SafeString:
    """An icon from the sprite; hidden from screen readers unless it has a label. Raises KeyError for one not declared."""
    if name not in ICONS:
        raise KeyError(f"'{name}' is not declared in tieout.web.icons")
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"></use></svg>', spoken, static("vendor/icons.svg"), name)
