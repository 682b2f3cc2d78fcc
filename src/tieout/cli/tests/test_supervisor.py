"""The process that keeps the others running: real children, real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

LOOP = "import time\nwhile True: time.sleep(0.05)"
STUBBORN = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{LOOP}"
PARENT = """
import sys
from tieout.cli import supervisor
supervisor.PATIENCE_SECONDS = 1.0
scripts = sys.argv[2:]
note = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\\\n')\\n"
children = [
    supervisor.Child(f"child {n}", [sys.executable, "-c", note + script, f"{sys.argv[1]}/{n}"])
    for n, script in enumerate(scripts)
]
supervisor.Supervisor(children, lambda text: print(text, flush=True)).run()
print("over", flush=True)
"""


@pytest.fixture
def supervise(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """A supervisor of children that run these scripts; each start notes its process id in a file."""

    def start(*scripts: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PARENT, str(tmp_path), *scripts]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    return start


def _pids(tmp_path: Path, child: int, at_least: int) -> list[int]:
    """The process ids that a child had, once it started that often."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        noted = (tmp_path / str(child)).read_text().split() if (tmp_path / str(child)).exists() else []
        if len(noted) >= at_least:
            return [int(pid) for pid in noted]
        time.sleep(0.02)
    raise AssertionError(f"child {child} did not start {at_least} times")


def _gone(pid: int) -> bool:
    """Whether the process has ended; a zombie has."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def test_a_child_that_dies_is_started_again(supervise: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    running = supervise(LOOP, LOOP)
    first, steady = _pids(tmp_path, 0, 1)[0], _pids(tmp_path, 1, 1)[0]
    os.kill(first, signal.SIGKILL)
    again = _pids(tmp_path, 0, 2)[1]
    running.send_signal(signal.SIGTERM)
    said, _ = running.communicate(timeout=20)
    assert running.returncode == 0
    assert said == "child 0 ended with -9; started again in 0 s.\nover\n"
    assert all(_gone(pid) for pid in (first, again, steady))
    assert len(_pids(tmp_path, 1, 1)) == 1


def test_a_child_that_keeps_dying_is_given_time(
    supervise: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    running = supervise("raise SystemExit(3)")
    _pids(tmp_path, 0, 3)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=20)
    pauses = [line.rsplit(" in ", 1)[1] for line in said.splitlines() if "started again" in line]
    assert pauses[:2] == ["0 s.", "1 s."]


def test_a_child_that_does_not_end_is_killed(supervise: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    running = supervise(STUBBORN)
    stubborn = _pids(tmp_path, 0, 1)[0]
    time.sleep(0.2)
    running.send_signal(signal.SIGTERM)
    said, _ = running.communicate(timeout=20)
    assert "child 0 does not end and is killed." in said
    assert _gone(stubborn)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_no_child_outlives_a_supervisor_that_is_killed(
    supervise: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    running = supervise(LOOP, LOOP)
    orphans = [_pids(tmp_path, child, 1)[0] for child in (0, 1)]
    running.kill()
    running.communicate()
    assert all(_gone(pid) for pid in orphans)
