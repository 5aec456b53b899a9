"""The whole stack on one machine: PostgreSQL, Temporal with its UI, the worker and the API, under one owner.

What the settings name (DATABASE_URL, TEMPORAL_ADDRESS) is used instead of a part of our own.
"""

import fcntl
import http.client
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import AwareDatetime, Field, ValidationError
from rich.console import Console

from children import CannotStart, Child, end_leftover
from keys import Keys, bearer_token
from models.base import Frozen
from models.cases import Role
from settings import Settings, settings

PORTS = {"postgres": 54329, "temporal": 7233, "ui": 8233, "api": 8000}
SAMPLE_PROVIDER = "provider-1"
WITHIN_S = 60
WORKER_STOPS_WITHIN_S = 25
"""More than a worker takes to finish the activities that are under way."""
ENDS_A_MINUTE = 5
"""How often a part may end by itself before it is given up."""


class Running(Frozen):
    """What stack.json says of a stack: where its parts answer, and which processes they are."""

    api_url: str
    ui_url: str | None
    temporal_address: str
    database_url: str = Field(repr=False)
    owner: int
    started_at: AwareDatetime
    ports: dict[str, int]
    children: dict[int, list[str]]

    @classmethod
    def last(cls, data_dir: Path) -> Self | None:
        """What was written last, whether it still runs or not."""
        with suppress(OSError, ValidationError):
            return cls.model_validate_json((data_dir / "stack.json").read_text())
        return None


def running_stack(of: Settings | None = None) -> Running | None:
    """The stack that is up with this data directory, if its API answers."""
    data_dir = (of or settings()).data_dir
    try:
        with (data_dir / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        running = Running.last(data_dir)
        return running if running and answers(running.api_url, "/healthz") else None
    except FileNotFoundError:
        pass
    return None


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


class Stack:
    """A stack that is up for as long as the block that started it."""

    keys: Keys
    api_url: str
    ui_url: str | None
    temporal_address: str
    database_url: str

    def __init__(self, settings: Settings, console: Console | None = None) -> None:
        self.settings = settings
        self.console = console or Console(quiet=True)
        self.data_dir = settings.data_dir.resolve()
        self._ends = ExitStack()
        self._children: list[Child] = []
        self._ports: dict[str, int] = {}
        self._started_at = datetime.now(UTC)
        self._failure: CannotStart | None = None
        self._unwatched, self._ended = threading.Event(), threading.Event()

    @classmethod
    @contextmanager
    def started(cls, settings: Settings, console: Console | None = None) -> Iterator[Self]:
        """Everything is up within the block and ended after it. Refused with `CannotStart`.

        SIGTERM and SIGHUP end the block as Ctrl-C does.
        """
        stack = cls(settings, console)
        with _ended_in_order(), stack._ends:
            try:
                stack.data_dir.mkdir(parents=True, exist_ok=True)
                stack._ends.enter_context(_locked(stack.data_dir))
                stack._start()
            except OSError as error:
                raise CannotStart(
                    "The stack", str(error), "Set DATA_DIR to a directory of your own."
                ) from error
            yield stack

    def token(self, role: Role, *, market: str = "*", provider_id: str | None = None) -> str:
        return bearer_token(self.settings, role, market=market, provider_id=provider_id)

    def wait(self) -> None:
        """Until a part is given up: then `CannotStart`."""
        self._unwatched.wait()
        if self._failure is not None:
            raise self._failure

    def _start(self) -> None:
        last = Running.last(self.data_dir)
        for pid, command in last.children.items() if last else ():
            end_leftover(pid, command)
        Keys.make(self.data_dir)
        self.keys = Keys.of(self.settings)
        self._ports = dict(last.ports) if last else {}
        self._start_servers()
        self._migrate()
        self._start_ours()
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        self._ends.callback(self._ended.set)
