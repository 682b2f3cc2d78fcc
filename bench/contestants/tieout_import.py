"""One step of importing a file, as a worker does it: read and preview, apply, undo, or export what is in force.

Reads one JSON task and prints one JSON line: seconds of each part (without starting Python), peak memory, and an answer.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

from bench.contestants.wire import peak_mb


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, in which environment, with which file or batch."""

    act: str
    environment: str
    path: str = ""
    batch: int = 0


def run(step: Step) -> dict[str, Any]:
    """Do it. `seconds` has the time of each part by name, `peak_mb` the most memory held until its end."""
    django.setup()
    from django.utils import timezone

    from bench import site
    from tieout.people import queries as people
    from tieout.revenue.batches import exporting, operations, reading, weighing
    from tieout.revenue.models import Batch

    actor = people.actor_for(site.user(), people.environment(step.environment), "cli")
    seconds: dict[str, float] = {}
    peaks: dict[str, float] = {}

    def timed(part: str, act: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        done = act()
        seconds[part] = time.perf_counter() - started
        peaks[part] = peak_mb()
        return done

    def read() -> Batch:
        queued: list[int] = []
        source = Path(step.path)
        batch = operations.receive(actor, name=source.name, source=source, now=timezone.now(), defer=queued.append)
        return reading.read(batch) if batch.state == Batch.State.READING else batch

    answer: dict[str, Any] = {}
    if step.act == "read":
        batch = timed("read", read)
        timed("weigh", lambda: weighing.weigh(batch))
        answer = {"batch": batch.pk, "state": batch.state, "counts": batch.counts, "problems": batch.problems[:5],
                  "impact": sorted(batch.impact)}  # fmt: skip
    elif step.act == "apply":
        answer = {
            "state": timed("apply", lambda: operations.apply(actor, batch_id=step.batch, now=timezone.now())).state
        }
    elif step.act == "undo":
        reason = {"reason": "The bench", "now": timezone.now()}
        answer = {"state": timed("undo", lambda: operations.undo(actor, batch_id=step.batch, **reason)).state}
    else:
        timed("export", lambda: exporting.write_export(actor.environment_id, "xlsx", Path(step.path)))
    return {"seconds": seconds, "peak_mb": peaks, "answer": answer}


if __name__ == "__main__":
    print(json.dumps(run(Step(**json.load(sys.stdin)))))
