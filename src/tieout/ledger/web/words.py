"""How a posting's life reads on its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tieout.ledger.models import Posting

State = Posting.State
_ORDER = (State.PLANNED, State.SENDING, State.SENT, State.VERIFIED)
_PLACE = {State.UNKNOWN: 1, State.FAILED: 1, State.REVERSING: 3, State.REVERSED: 3, State.WITHDRAWN: 0}


@dataclass(frozen=True, slots=True)
class Step:
    """One state of the usual way. `mark` is done, here, wrong or ahead."""

    label: str
    mark: str
    at: datetime | None = None


def steps(posting: Posting) -> list[Step]:
    """The usual way of a posting, with how far this one has come; a turn off the way stands in its place."""
    state = State(posting.state)
    place = _PLACE.get(state, _ORDER.index(state) if state in _ORDER else 0)
    times = {State.PLANNED: posting.planned_at, State.SENT: posting.sent_at, State.VERIFIED: posting.verified_at}
    usual = [
        Step(each.label, "done" if index <= place else "ahead", times.get(each)) for index, each in enumerate(_ORDER)
    ]
    if state in (State.FAILED, State.UNKNOWN):
        usual[1] = Step(state.label, "wrong")
    elif state == State.WITHDRAWN:
        usual = [usual[0], Step(state.label, "here")]
    elif state in (State.REVERSING, State.REVERSED):
        usual.append(Step(state.label, "here", posting.reversed_at))
    else:
        usual[place] = Step(usual[place].label, "done" if state == State.VERIFIED else "here", usual[place].at)
    return usual
