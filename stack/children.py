"""Child processes that end with their owner, however it ends, and the ports of 127.0.0.1 they answer on."""

import atexit
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from pwd import struct_passwd
from types import TracebackType
from typing import IO, Self, TypedDict
from urllib.parse import urlsplit

import psutil

LOOPBACK = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[1]
LOG_LIMIT = 10 * 1024 * 1024
"""Bytes. A log beyond them begins anew with the next start."""

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_claims: dict[int, socket.socket] = {}


class CannotStart(Exception):
    """A part did not start or did not stay up: which, why (with the end of its log), and what to do."""

    def __init__(self, part: str, why: str, advice: str) -> None:
        super().__init__(f"{part}: {why.strip()}\n{advice}")
        self.part = part


def claim_port(*wanted: int) -> int:
    """The first wanted port that is free, or one that the system picks. Held until it is released."""
    for port in wanted:
        if port and _claim(port):
            return port
    while not _claim(port := _unused_port()):
        pass
    return port


def release_port(port: int) -> None:
    if claim := _claims.pop(port, None):
        claim.close()


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _claim(port: int) -> bool:
    if port in _claims:
        return False
    claim = socket.socket(socket.AF_UNIX)
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))
        if sys.platform == "linux":
            # Seconds pass until a child listens. The name keeps other stacks away, and ends with us.
            claim.bind(f"\0{LOOPBACK}:{port}")
    except OSError:
        claim.close()
        return False
    _claims[port] = claim
    return True


def answers(url: str, path: str) -> bool:
    """Whether GET is answered with 200 there, within two seconds and never by way of a proxy."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def command_of(pid: int) -> list[str]:
    """The command line of a live process. Empty for none and for a zombie."""
    try:
        return list(psutil.Process(pid).cmdline())
    except psutil.Error:
        return []


class Identity(TypedDict):
    user: int | None
    group: int | None
    extra_groups: list[int] | None


def as_account(account: struct_passwd | None) -> Identity:
    """Whom a child runs as: the account, without any of our groups, or ourselves."""
    if account is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def dies_with_us(orphaned_by: signal.Signals = signal.SIGKILL) -> Callable[[], None] | None:
    """What a child calls before it runs its program. None where the system cannot: atexit remains."""
    if _LIBC is None:
        return None
    prctl, owner = _LIBC.prctl, os.getpid()

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, int(orphaned_by), 0, 0, 0)
        if os.getppid() != owner:  # It ended before the call: nobody will send the signal any more.
            os._exit(1)

    return before_exec


class Child:
    """A process that ends with its owner. On Linux that is the thread which starts it: let it live as long.

    It leads a session of its own, so that a Ctrl-C reaches the owner alone, who ends its children in order.
    """

    stop_by = signal.SIGTERM
    orphaned_by = signal.SIGKILL

    def __init__(
        self,
        part: str,
        command: Sequence[str] = (),
        *,
        ports: Sequence[int] = (),
        log: Path | None = None,
        environment: Mapping[str, str] | None = None,
        ready: Callable[[], bool] = lambda: True,
        stops_within_s: float = 10,
    ) -> None:
        self.part = part
        self.command = list(command)
        self.ports = tuple(ports)
        self.log = log
        self.environment = environment
        self.stops_within_s = stops_within_s
        self.account: struct_passwd | None = None
        self.descriptors: tuple[int, ...] = ()
        self._ready = ready
        self._output: IO[bytes] | None = None
        self._output_from = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.part} was not started"
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """How it ended, as subprocess counts: negative for a signal. None while it runs."""
        return None if self._process is None else self._process.poll()

    def ready(self) -> bool:
        return self._ready()

    def start(self, within_s: float = 60) -> Self:
        """Back when it can be used. Refused with `CannotStart`, and then nothing of it is left."""
        try:
            self.launch()
            self.await_ready(within_s)
        except BaseException:
            self.stop()
            raise
        return self

    def launch(self) -> None:
        self.kill()
        for port in self.ports:
            if port not in _claims and not _claim(port):
                raise CannotStart(
                    self.part, f"port {port} is taken.", "End what listens there, or set another port."
                )
        self._open_output()
        try:
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT if self.account is None else "/",
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                pass_fds=self.descriptors,
                start_new_session=True,
                preexec_fn=dies_with_us(self.orphaned_by),  # noqa: PLW1509  one system call, no locks
                **as_account(self.account),
            )
        except OSError as error:
            raise CannotStart(
                self.part, str(error), "Repair the environment: make clean, then again."
            ) from error
        atexit.register(self.kill)

    def await_ready(self, within_s: float = 60, needs: Sequence["Child"] = ()) -> None:
        """Refused with `CannotStart` as soon as it ends, or one that it needs."""
        deadline = time.monotonic() + within_s
        while not self.ready():
            for child in (self, *needs):
                child.refuse_if_ended()
            if time.monotonic() > deadline:
                why = f"not ready after {within_s:g} s.\n{self.last_words()}"
                raise CannotStart(self.part, why, self.advice)
            time.sleep(0.05)
        self.refuse_if_ended()  # or the answer was a stranger's, who was quicker at the port

    def refuse_if_ended(self) -> None:
        if self.ended is not None:
            raise CannotStart(self.part, f"it ended ({self.ended}).\n{self.last_words()}", self.advice)

    def stop(self) -> None:
        """In order, or by force when that takes too long. Without effect on what has ended."""
        try:
            if self._process is not None and self.ended is None:
                self._process.send_signal(self.stop_by)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(self.stops_within_s)
        finally:
            self.kill()
            atexit.unregister(self.kill)
            for port in self.ports:
                release_port(port)
            if self._output is not None:
                self._output.close()
                self._output = None

    def kill(self) -> None:
        """At once, as kill -9 does. `start` goes on where it was. Without effect on what has ended."""
        if self._process is not None and self.ended is None:
            self._process.kill()
            self._process.wait()

    def last_words(self, lines: int = 8) -> str:
        """The end of what it wrote since its last launch."""
        if self._output is None:
            return ""
        size = os.fstat(self._output.fileno()).st_size
        begin = max(self._output_from, size - 8192)
        # pread: the child writes at the offset that it shares with us.
        text = os.pread(self._output.fileno(), size - begin, begin).decode(errors="replace")
        return "\n".join(text.strip().splitlines()[-lines:])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def advice(self) -> str:
        return f"Its log: {self.log}" if self.log else "It keeps no log of its own."

    def _open_output(self) -> None:
        if self._output is not None:
            self._output.close()
        if self.log is None:
            self._output = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the child
        else:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self._output = self.log.open("ab+")
            if os.fstat(self._output.fileno()).st_size > LOG_LIMIT:
                self._output.truncate(0)
        self._output_from = os.fstat(self._output.fileno()).st_size
