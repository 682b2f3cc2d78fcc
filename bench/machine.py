"""The machine and the versions that figures belong to."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psycopg

PACKAGES = ("django", "psycopg", "httpx2", "orjson", "lxml")


def describe(conninfo: str) -> str:
    """Processor, memory, load when asked, and what runs on it."""
    with psycopg.connect(conninfo) as connection:
        server = connection.info.parameter_status("server_version")
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores ({_line('/proc/cpuinfo', 'model name')}), {_memory()} GiB, {platform.system()} "
        f"{platform.machine()}, CPython {platform.python_version()}, PostgreSQL {server}, {packages}. "
        f"Load when the run began: {os.getloadavg()[0]:.1f}."
    )


def _line(path: str, name: str) -> str:
    lines = Path(path).read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "unknown")


def _memory() -> int:
    return round(int(_line("/proc/meminfo", "MemTotal").split()[0]) / 1024**2)
