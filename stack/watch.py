"""The watch over a stack while it is up: its children, and the signals that end it."""

import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from stack.children import CannotStart, Child

ENDS_A_MINUTE = 5
"""How often a child may end by itself before it is given up."""
LONGEST_PAUSE_S = 3.0


class Watch:
    """Starts again what ends by itself, for its data are durable, and gives up what ends too often.

    The pause before a start is that many seconds at first and doubles. What is started lives no longer than
    the watch's thread: call `release` when all the children have been stopped.
    """

    def __init__(
        self, children: Sequence[Child], restarted: Callable[[Child, int], None], pause_s: float = 0.2
    ) -> None:
        self._children = children
        self._restarted = restarted
        self._pause_s = pause_s
        self.failure: CannotStart | None = None
        self._over, self._released, self._starting = threading.Event(), threading.Event(), threading.Lock()

    def begin(self) -> None:
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def wait(self) -> None:
        """Until the watch is over. Refused with `CannotStart` when a child was given up."""
        self._over.wait()
        if self.failure is not None:
            raise self.failure

    def leave(self) -> None:
        """From here on nothing is started."""
        with self._starting:
            self._over.set()

    def release(self) -> None:
        self._released.set()

    def _run(self) -> None:
        ends: dict[str, list[float]] = defaultdict(list)
        while not self._over.wait(0.2):
            for child in self._children:
                if (how := child.ended) is not None:
                    now = time.monotonic()
                    ends[child.part] = [*(at for at in ends[child.part] if at > now - 60), now]
                    self._start_again(child, how, len(ends[child.part]))
        self._released.wait()

    def _start_again(self, child: Child, how: int, times: int) -> None:
        if times > ENDS_A_MINUTE:
            why = f"it ended ({how}) {times} times within a minute.\n{child.last_words()}"
            self.failure = CannotStart(child.part, why, child.advice)
            self._over.set()
        elif not self._over.wait(min(self._pause_s * 2 ** (times - 1), LONGEST_PAUSE_S)):
            with self._starting, suppress(CannotStart):
                if not self._over.is_set():
                    child.launch()
                    self._restarted(child, how)


@contextmanager
def signals_end_the_block() -> Iterator[None]:
    """SIGTERM and SIGHUP end it as Ctrl-C does. Without effect outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.signal(name, signal.default_int_handler) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler or signal.SIG_DFL)
