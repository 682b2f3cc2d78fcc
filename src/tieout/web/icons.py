"""The icons that pages use, by their name in Tabler's outline set. The sprite holds these and no others."""

from __future__ import annotations

_NAMES = """
alert-circle alert-triangle arrow-back-up arrow-right arrows-split book-2 calendar chart-bar chart-pie check
chevron-down chevron-left chevron-right chevrons-left circle-check circle-x clock coins copy download edit eye
file-export file-import file-text gavel history hourglass info-circle key lock logout menu-2 mood-empty moon-stars
package player-pause player-play player-stop plug plug-connected plus power receipt refresh scale search send settings
shield-lock stairs-down sun sun-moon tag trash upload user user-check user-off user-plus users zoom-check
"""
ICONS = frozenset(_NAMES.split())
