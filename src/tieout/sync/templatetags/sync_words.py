"""Words of the sync room for templates."""

from __future__ import annotations

from django import template

from tieout.sync.web.display import PHASES

register = template.Library()


@register.filter
def phase_words(phase: str) -> str:
    """What a running job is doing, in words."""
    return PHASES.get(phase, "Starting")
