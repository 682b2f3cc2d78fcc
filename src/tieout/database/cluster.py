"""The embedded server's own directory: made once and whole, configured anew at every start, never removed.

The directory is handed to PostgreSQL's programs as an open descriptor, so they work whatever the permissions, the
length or the characters of the path above it. Whoever calls holds the server's lock, and hands it down.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tieout.database.account import Account
from tieout.database.binaries import Binaries
from tieout.database.errors import BinariesUnfit, InitialisationFailed, ServerDoesNotStart

ROLE = DATABASE = "tieout"
SUPERUSER = "postgres"

CONFIGURATION = """\
# Written at every start. Put your own settings into local.conf beside this file.
listen_addresses = ''
unix_socket_directories = '../run'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
fsync = on
full_page_writes = on
synchronous_commit = on
hot_standby = off
restart_after_crash = on
shared_buffers = '128MB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
effective_cache_size = '1GB'
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = '../log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = '1d'
log_rotation_size = 0
log_file_mode = 0600
log_line_prefix = '%m [%p] %q%u@%d '
include_if_exists 'local.conf'
"""
# Only these operating-system users may enter, each as the application's role or as the superuser.
AUTHENTICATION = "local all all peer map=tieout\n"


@dataclass(frozen=True)
class Cluster:
    """What lies in `directory`: data/, conf/, log/, run/ (the socket) and the lock."""

    directory: Path
    binaries: Binaries
    account: Account

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def launch(self, lock: int) -> None:
        """Makes the data directory if there is none, and starts the server; does not wait until it answers."""
        self._own()
        if not self.data.exists():
            self._create(lock)
        self._check_version()
        self._forget_the_dead()
        self._configure()
        self._start(lock)

    def _own(self) -> None:
        """The account reaches its own directories through this one, and cannot change what else lies here."""
        if self.account.is_other:
            os.chown(self.directory, os.geteuid(), self.account.gid)
            self.directory.chmod(0o710)
        for name in ("run", "log", "data"):
            path = self.directory / name
            if name != "data":
                path.mkdir(mode=0o700, exist_ok=True)
            if path.exists() and path.stat().st_uid != self.account.uid:
                self._give(path)

    def _give(self, top: Path) -> None:
        """Hands a whole tree to the account, the top last: a walk cut short is walked again."""
        for parent, directories, files in os.walk(top, topdown=False):
            for name in (*directories, *files):
                os.chown(Path(parent, name), self.account.uid, self.account.gid, follow_symlinks=False)
        os.chown(top, self.account.uid, self.account.gid)

    def _create(self, lock: int) -> None:
        """Built under another name with role and database in it, then renamed: `data` is whole or is not there."""
        building = self.directory / "data.new"
        if building.exists():
            shutil.rmtree(building)
        building.mkdir(mode=0o700)
        self._give(building)
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        self._make("initdb", "-D", "{}/data.new", "-U", SUPERUSER, "--auth-local=peer", "--auth-host=reject",
                   *(provider if self.binaries.major >= 17 else ["--locale=C.UTF-8"]),
                   "--encoding=UTF8", "--data-checksums", "--no-instructions", lock=lock)  # fmt: skip
        self._make("postgres", "--single", "-D", "{}/data.new", "-c", "exit_on_error=on", "postgres", lock=lock,
                   sql=f"CREATE ROLE {ROLE} LOGIN CREATEDB\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n")  # fmt: skip
        building.rename(self.data)
        self._sync()

    def _make(self, *command: str, lock: int, sql: str = "") -> None:
        answer = self._run(*command, lock=lock, sql=sql)
        if answer.returncode:
            raise InitialisationFailed(f"{command[0]} failed: {answer.stderr.strip()[-2000:]}")

    def _check_version(self) -> None:
        written_by = int((self.data / "PG_VERSION").read_text())
        if written_by != self.binaries.major:
            raise BinariesUnfit(f"The data is of PostgreSQL {written_by}, the programs of {self.binaries.major}.")

    def _forget_the_dead(self) -> None:
        """With the lock in our hands no server that Tieout started is alive, whatever its pid files say.

        PostgreSQL would take a zombie or a recycled pid for it and refuse. A server started by hand is left alone.
        """
        remains = self.data / "postmaster.pid"
        pid = remains.read_text().split("\n", 1)[0] if remains.exists() else ""
        if pid and _works_in(pid, self.data):
            raise ServerDoesNotStart(f"The process {pid}, not started by Tieout, serves this data.", pid=pid)
        for path in (remains, *(self.directory / "run").glob(".s.PGSQL.*")):
            path.unlink(missing_ok=True)

    def _configure(self) -> None:
        conf = self.directory / "conf"
        conf.mkdir(mode=0o700, exist_ok=True)
        users = sorted({"root", self.account.name})
        identities = "".join(f'tieout "{user}" {role}\n' for user in users for role in (ROLE, SUPERUSER))
        for name, text in {
            "postgresql.conf": CONFIGURATION, "pg_hba.conf": AUTHENTICATION, "pg_ident.conf": identities
        }.items():  # fmt: skip
            (conf / name).write_text(text)
        for path, mode in ((conf, 0o710), *((file, 0o640) for file in conf.iterdir())):
            os.chown(path, -1, self.account.gid)
            path.chmod(mode)

    def _start(self, lock: int) -> None:
        options = " ".join(
            f"-c {setting}={{}}/conf/{file}"
            for setting, file in (
                ("config_file", "postgresql.conf"), ("hba_file", "pg_hba.conf"), ("ident_file", "pg_ident.conf")
            )
        )  # fmt: skip
        answer = self._run("pg_ctl", "start", "-W", "-s", "-D", "{}/data", "-l", "{}/log/startup.log", "-o", options,
                           lock=lock)  # fmt: skip
        if answer.returncode:
            raise ServerDoesNotStart(f"pg_ctl failed: {answer.stderr.strip()[-2000:]}")

    def _run(self, program: str, *arguments: str, lock: int, sql: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a program as the account; `{}` in an argument stands for this directory."""
        directory = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        here = f"/proc/self/fd/{directory}"
        try:
            return subprocess.run(  # noqa: S603
                [self.binaries.path(program), *(argument.replace("{}", here) for argument in arguments)],
                input=sql, capture_output=True, text=True, check=False, start_new_session=True, cwd="/",
                pass_fds=(directory, lock), env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                **(self.account.identity if self.account.is_other else {}),
            )  # fmt: skip
        finally:
            os.close(directory)

    def _sync(self) -> None:
        directory = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _works_in(pid: str, directory: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").samefile(directory)
    except OSError:
        return False
