"""A story that runs beside the case's own."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Beside:
    """A story that runs while the case waits for something else."""

    def __init__(self) -> None:
        self._running: asyncio.Task[None] | None = None

    def begin(self, story: Coroutine[Any, Any, None]) -> None:
        self._running = asyncio.create_task(story)

    @property
    def broke(self) -> bool:
        """It ended by an error, which breaks the case's story, too."""
        running = self._running
        return running is not None and running.done() and running.exception() is not None

    def check(self) -> None:
        """Raise what broke it."""
        if self._running and self.broke:
            self._running.result()

    async def finished(self) -> None:
        if self._running:
            await self._running
