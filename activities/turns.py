"""Work that keeps others waiting: few do it at once, and nobody has every place."""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock


class Turns:
    """At most so many at once, and of each at most so many of them. May be asked by many threads."""

    def __init__(self, at_once: int, of_each: int) -> None:
        self.at_once, self.of_each = at_once, of_each
        self._taken = Counter[Hashable]()
        self._lock = Lock()

    @contextmanager
    def turn(self, whose: Hashable) -> Iterator[bool]:
        """Whether there is one now. It lasts as long as the block."""
        with self._lock:
            free = self._taken.total() < self.at_once and self._taken[whose] < self.of_each
            if free:
                self._taken[whose] += 1
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._taken -= Counter([whose])
