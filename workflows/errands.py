"""What follows a change without anybody waiting for it: one thing after another, each until it is done."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.calls import leave_trace

Errand = Callable[[], Awaitable[object]]


class Errands:
    """A refusal ends an errand: whoever refuses knows why, and nothing here depends on it."""

    def __init__(self) -> None:
        self._waiting: deque[Errand] = deque()
        self._running: asyncio.Task[None] | None = None

    @property
    def done(self) -> bool:
        return not self._waiting

    def add(self, errand: Errand) -> None:
        self._waiting.append(errand)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())

    async def finished(self, within: timedelta | None = None) -> None:
        """Until everything is done, or for so long."""
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.done, timeout=within)

    async def _run(self) -> None:
        while self._waiting:
            with suppress(ActivityError):
                await self._waiting[0]()
            self._waiting.popleft()
            leave_trace()
