"""What an embedded stack keeps in its data directory: its keys, its lock, and where it answers."""

import fcntl
import json
import os
import re
import secrets
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import jwt
from pydantic import AwareDatetime, Field, ValidationError

from models.base import Frozen
from models.cases import Role
from settings import Settings, settings
from stack.children import CannotStart, Child, answers, command_of

ISSUER = AUDIENCE = "marketplace-back-office"
A_SHIFT = timedelta(hours=12)


class Keys(Frozen):
    """32 random bytes each, in hex. They are made once: what is stored under them needs them."""

    jwt_key: str = Field(min_length=32, repr=False)
    data_key: str = Field(min_length=32, repr=False)
    notice_key: str = Field(min_length=32, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The data directory's own, but for those that are set. Refused when they cannot be read."""
        file = settings.data_dir / "keys.json"
        try:
            kept = cls.model_validate_json(file.read_text())
        except (OSError, ValidationError) as error:
            raise CannotStart("Keys", f"{file} cannot be read.", "Put it back as it was.") from error
        set_keys = {name: getattr(settings, name) for name in cls.model_fields}
        return kept.model_copy(
            update={name: key.get_secret_value() for name, key in set_keys.items() if key is not None}
        )

    @classmethod
    def make(cls, data_dir: Path) -> None:
        """Once. Refused when they are gone and what was stored under them is not."""
        if (data_dir / "keys.json").exists():
            return
        if (data_dir / "postgres").exists() or (data_dir / "temporal.db").exists():
            advice = "Put it back, or give the data up: make clean data=1"
            raise CannotStart("Keys", f"{data_dir} has data but no keys.json.", advice)
        made = cls(**{name: secrets.token_hex(32) for name in cls.model_fields})
        write_private(data_dir / "keys.json", made.model_dump_json(indent=2))


class Running(Frozen):
    """What stack.json says of a stack: where its parts answer, and whose it is."""

    api_url: str
    ui_url: str | None
    temporal_address: str
    database_url: str = Field(repr=False)
    ports: dict[str, int]
    owner: int
    started_at: AwareDatetime

    @classmethod
    def last(cls, data_dir: Path) -> Self | None:
        """What was written last, whether it still runs or not."""
        with suppress(OSError, ValidationError):
            return cls.model_validate_json((data_dir / "stack.json").read_text())
        return None

    def write(self, data_dir: Path) -> None:
        write_private(data_dir / "stack.json", self.model_dump_json(indent=2))


def running_stack(of: Settings | None = None) -> Running | None:
    """The stack that is up with this data directory, if its API answers."""
    data_dir = (of or settings()).data_dir
    with suppress(FileNotFoundError), (data_dir / "lock").open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            running = Running.last(data_dir)
            return running if running and answers(running.api_url, "/healthz") else None
    return None


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """One stack at a time in a data directory. Refused when another has it."""
    with (data_dir / "lock").open("a+") as lock:
        for _ in range(20):  # Who asks whether a stack is running holds it for a moment, too.
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.05)
        else:
            lock.seek(0)
            raise CannotStart(
                "The stack",
                f"process {lock.read().strip() or '(unknown)'} keeps one up in {data_dir}.",
                "Use that one, or end it, or set another DATA_DIR.",
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def bearer_token(
    settings: Settings,
    role: Role,
    *,
    market: str = "*",
    provider_id: str | None = None,
    subject: str | None = None,
    lasts: timedelta = A_SHIFT,
) -> str:
    """What a caller of the API carries. Refused (ValueError): a provider without an id, an id for others."""
    if (role is Role.PROVIDER) != (provider_id is not None):
        raise ValueError("a provider's token, and no other, has a provider id")
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject or provider_id or str(role),
        "role": str(role),
        "market": market,
        "iat": now,
        "exp": now + lasts,
    }
    if provider_id is not None:
        claims["provider_id"] = provider_id
    return jwt.encode(claims, Keys.of(settings).jwt_key, algorithm=settings.jwt_algorithm)


def period(text: str) -> timedelta:
    """How long a token lasts. Refused (ValueError): what is no number and unit."""
    if (parts := re.fullmatch(r"([1-9]\d{0,5})([smhd])", text)) is None:
        raise ValueError("a period is a number and one of s, m, h, d, such as 12h")
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[parts[2]]
    return timedelta(**{unit: int(parts[1])})


def note_children(file: Path, children: Iterable[Child]) -> None:
    """For `end_leftovers`, in case the owner has no time to end them."""
    file.write_text(json.dumps({child.pid: child.command for child in children}))


def end_leftovers(file: Path, within_s: float = 10) -> None:
    """Ends what outlived its owner. Whoever has such an id by now but runs another command stays."""
    noted: dict[str, list[str]] = {}
    with suppress(FileNotFoundError, ValueError):
        noted = json.loads(file.read_text())
    deadline = time.monotonic() + within_s
    while left := {int(pid) for pid, command in noted.items() if command_of(int(pid)) == command}:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.1)


def write_private(file: Path, text: str) -> None:
    """Whole or not at all, and for the owner's eyes only."""
    descriptor, fresh = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    Path(fresh).replace(file)
