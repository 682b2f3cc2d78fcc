"""The path by which clients reach the server's Unix socket, and the process that listens there.

A socket's path may have 107 bytes. The server is told a relative path, so only clients mind: for a site in a deep
directory they go through a symbolic link in a private directory under the system's temporary one, which is remembered
and made again when something cleans it away.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
import tempfile
from pathlib import Path

PORT = "5432"
PATH_BYTES_MAX = 107
ANSWER_SECONDS_MAX = 5


def client_directory(directory: Path, memory: Path) -> Path:
    """A directory path short enough for `host=` that leads to `directory`; `memory` is the file that remembers it."""
    if len(os.fsencode(_socket(directory))) <= PATH_BYTES_MAX:
        return directory
    link = Path(memory.read_text()) if memory.exists() else None
    if link is None or not _leads_to(link, directory):
        link = Path(tempfile.mkdtemp(prefix="tieout-")) / "pg"
        link.symlink_to(directory)
        _remember(memory, link)
    return link


def listener(directory: Path) -> int | None:
    """The pid of the process listening on the socket, as the kernel tells it; None when nobody listens."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(ANSWER_SECONDS_MAX)
        try:
            client.connect(_socket(directory))
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError, TimeoutError):
            return None
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[0])


def _socket(directory: Path) -> str:
    return str(directory / f".s.PGSQL.{PORT}")


def _leads_to(link: Path, directory: Path) -> bool:
    try:
        parent = link.parent.lstat()
        private = stat.S_ISDIR(parent.st_mode) and parent.st_uid == os.geteuid() and not parent.st_mode & 0o077
        return private and link.readlink() == directory
    except OSError:
        return False


def _remember(memory: Path, link: Path) -> None:
    fresh = memory.with_name(f"{memory.name}.{os.getpid()}")
    fresh.write_text(str(link))
    fresh.replace(memory)
