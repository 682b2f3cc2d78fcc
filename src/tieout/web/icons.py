"""The icons that pages use, by their name in Tabler's outline set. The sprite holds these and no others."""

from __future__ import annotations

_NAMES = """
adjustments-horizontal alert-circle alert-triangle arrow-left arrow-right check chevron-down chevron-left chevron-right
chevrons-left circle-check circle-x clock copy dots-vertical download edit eye-off history info-circle key lock
logout mail menu-2 mood-empty moon-stars player-play plug plug-connected plus search select settings shield-lock sun
sun-moon trash user user-check user-off user-plus users x
"""
ICONS = frozenset(_NAMES.split())
