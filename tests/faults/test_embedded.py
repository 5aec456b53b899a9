"""The embedded servers under kill -9, with their ports taken, and when they cannot start."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from embedded import Stack
from settings import Settings
from stack.children import LOOPBACK, ROOT, CannotStart, Child, claim_port, command_of, release_port
from stack.data_directory import Keys, end_leftovers, locked, note_children, running_stack
from stack.servers import PostgresServer, TemporalServer
from stack.watch import ENDS_A_MINUTE, Watch

OWNER = """
import sys
from pathlib import Path
from stack.servers import PostgresServer, TemporalServer

with PostgresServer(Path(sys.argv[1])) as postgres, TemporalServer(None, ui=False) as temporal:
    print(postgres.pid, temporal.pid, flush=True)
    sys.stdin.read()
"""
SLEEPER = [sys.executable, "-c", "import sys, time; print('here', flush=True); time.sleep(600)"]

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere children outlive a killed owner")


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        result = connection.execute(text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


def await_ends(pids: list[int], within_s: float = 60) -> None:
    """Watches processes that are not ours. A zombie has ended: who reaps it is not our concern."""
    for pid in pids:
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            ended, _, _ = select.select([descriptor], [], [], within_s)
            os.close(descriptor)
            assert ended, f"process {pid} is still there"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Behind a door that only we can pass, as below root's home."""
    directory = tmp_path / "behind" / "data"
    directory.mkdir(parents=True)
    directory.parent.chmod(0o700)
    return directory


def test_postgresql_keeps_its_data_over_kill_9_and_a_restart(data_dir: Path) -> None:
    with PostgresServer(data_dir / "postgres") as server:
        run(server.url, "CREATE TABLE kept (fen bigint)")
        run(server.url, "INSERT INTO kept VALUES (100)")
        os.kill(server.pid, signal.SIGKILL)
        server.start()
        assert run(server.url, "SELECT fen FROM kept") == [(100,)]
        server.stop()
        server.start()
        assert run(server.url, "SELECT fen FROM kept") == [(100,)]


def test_postgresql_lets_nobody_in_without_its_password(data_dir: Path) -> None:
    with PostgresServer(data_dir / "postgres") as server:
        password = (data_dir / "postgres" / "password").read_text()
        with pytest.raises(Exception, match="password authentication failed"):
            run(server.url.replace(password, "guessed"), "SELECT 1")


def test_a_zombie_or_a_stranger_with_the_servers_id_keeps_nothing_from_starting(data_dir: Path) -> None:
    with PostgresServer(data_dir / "postgres") as server:
        server.kill()
        note = server.cluster / "postmaster.pid"
        _, *rest = note.read_text().splitlines()
        note.write_text("\n".join([str(os.getpid()), *rest]))
        assert server.start().pid


def test_temporal_starts_again_where_it_was_killed(tmp_path: Path) -> None:
    with TemporalServer(tmp_path / "temporal.db", ui=False) as server:
        first, address = server.pid, server.address
        server.kill()
        assert server.start().pid != first
        assert server.address == address


@only_linux
def test_servers_end_with_an_owner_that_is_killed(data_dir: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir / "postgres")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with owner:
        assert owner.stdout is not None
        servers = [int(pid) for pid in owner.stdout.readline().split()]
        assert [bool(command_of(pid)) for pid in servers] == [True, True]
        owner.kill()
    await_ends(servers)
    with PostgresServer(data_dir / "postgres") as server:
        assert run(server.url, "SELECT 1") == [(1,)]


def test_a_port_that_is_taken_leads_to_a_free_one(data_dir: Path, taken: int) -> None:
    port = claim_port(taken)
    with PostgresServer(data_dir / "postgres", port) as server:
        assert port != taken
        assert f":{port}/" in server.url


@only_linux
def test_a_port_that_another_stack_is_about_to_use_is_left_to_it() -> None:
    claimed = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from stack.children import claim_port; print(claim_port({(port := claim_port())}))",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    release_port(port)
    assert int(claimed.stdout) != port


def test_a_server_told_to_use_a_taken_port_says_so(data_dir: Path, taken: int) -> None:
    with pytest.raises(CannotStart, match=f"PostgreSQL: port {taken} is taken"):
        PostgresServer(data_dir / "postgres", taken).start()


def test_a_stack_that_cannot_start_says_which_part_and_why_and_leaves_nothing(data_dir: Path) -> None:
    Keys.make(data_dir)
    (data_dir / "temporal.db").write_text("no database at all" * 100)
    settings = Settings(data_dir=data_dir)
    with pytest.raises(CannotStart, match=r"(?s)Temporal: it ended.*file is not a database") as refused:
        Stack.started(settings).__enter__()
    assert refused.value.part == "Temporal"
    assert "temporal.log" in str(refused.value)
    assert not (data_dir / "postgres" / "cluster" / "postmaster.pid").exists()
    assert running_stack(settings) is None


def test_a_stack_names_the_setting_that_leads_nowhere(data_dir: Path) -> None:
    with (
        pytest.raises(CannotStart, match="DATABASE_URL: Could not parse"),
        Stack.started(Settings(data_dir=data_dir, database_url="nowhere")),
    ):
        pass


def test_a_data_directory_serves_one_stack_at_a_time(data_dir: Path) -> None:
    with (
        locked(data_dir),
        pytest.raises(CannotStart, match=f"process {os.getpid()} keeps one up"),
        locked(data_dir),
    ):
        pass


def test_keys_are_made_once_and_never_again_beside_data(data_dir: Path) -> None:
    Keys.make(data_dir)
    first = Keys.of(Settings(data_dir=data_dir))
    Keys.make(data_dir)
    assert Keys.of(Settings(data_dir=data_dir)) == first
    assert (data_dir / "keys.json").stat().st_mode & 0o777 == 0o600
    (data_dir / "keys.json").unlink()
    (data_dir / "postgres").mkdir()
    with pytest.raises(CannotStart, match=r"has data but no keys\.json"):
        Keys.make(data_dir)


def test_what_outlived_its_owner_is_ended_and_a_stranger_with_its_id_is_not(tmp_path: Path) -> None:
    with Child("left", SLEEPER) as left, Child("stranger", SLEEPER) as stranger:
        note_children(tmp_path / "children.json", [left])
        stranger.command = ["another", "command"]
        end_leftovers(tmp_path / "children.json")
        note_children(tmp_path / "strangers.json", [stranger])
        end_leftovers(tmp_path / "strangers.json")
        assert left.ended is not None
        assert stranger.ended is None


def test_a_child_that_ends_is_started_again_until_it_ends_too_often() -> None:
    restarts: list[int] = []
    child = Child("worker", [sys.executable, "-c", "raise SystemExit('no policy')"])
    watch = Watch([child], lambda _, how: restarts.append(how), pause_s=0.001)
    with child:
        watch.begin()
        with pytest.raises(CannotStart, match=r"worker: it ended \(1\) 6 times within a minute.\nno policy"):
            watch.wait()
        watch.leave()
    watch.release()
    assert restarts == [1] * ENDS_A_MINUTE
