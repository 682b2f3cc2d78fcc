"""The icons that pages use, by their name in Tabler's outline set. The sprite holds these and no others."""

from __future__ import annotations

_NAMES = """
alert-circle alert-triangle arrow-back-up arrow-right chart-bar check chevron-down chevron-left chevron-right
chevrons-left circle-check circle-x clock copy download edit eye gavel history info-circle key lock logout
menu-2 mood-empty moon-stars player-pause player-play player-stop package plug plug-connected plus power receipt refresh
scale search send settings shield-lock sun sun-moon trash upload user user-check user-off user-plus users
zoom-check
"""
ICONS = frozenset(_NAMES.split())
