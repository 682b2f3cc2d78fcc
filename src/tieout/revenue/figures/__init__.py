"""Sets of figures: computed from what is known, kept as immutable files named by their hash, opened, compared and explained.

A contract that the engine refuses is set aside and becomes a gap; everything else is computed. Nothing here posts.
"""

from tieout.revenue.figures.explaining import Explanation, explain
from tieout.revenue.figures.impacts import Impact, Staged, impact
from tieout.revenue.figures.journals import JournalRow, journal
from tieout.revenue.figures.loading import load
from tieout.revenue.figures.making import make
from tieout.revenue.figures.opening import latest, open_figures

__all__ = [
    "Explanation",
    "Impact",
    "JournalRow",
    "Staged",
    "explain",
    "impact",
    "journal",
    "latest",
    "load",
    "make",
    "open_figures",
]
