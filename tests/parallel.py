"""A session that several workers share: each has servers of its own, and the last sees what all played."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from stack.servers import PostgresServer


def cluster_of(files: Path) -> Path:
    """Where the worker whose files lie here keeps its cluster."""
    return files / "postgres"


def tell_of_the_end(files: Path) -> None:
    """This worker has ended. Its servers have stopped: nothing changes in its cluster any more."""
    files.with_suffix(".over").touch()


@contextmanager
def played_by_others(
    files: Path, others: int, pause: Callable[[float], None] = time.sleep
) -> Iterator[list[str]]:
    """The databases of so many other workers, once each of them has ended."""
    while len([*files.parent.glob("*.over")]) < others:
        pause(0.1)
    everyones = {cluster_of(each) for each in files.parent.iterdir()} if others else set()
    with ExitStack() as servers:
        kept = sorted(each for each in everyones - {cluster_of(files)} if each.exists())
        yield [servers.enter_context(PostgresServer(each)).url for each in kept]
