"""What a product's or shop's stories know together, and how those beside its own run."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from models.listing_terms import ListingTerms
from models.listings import Listing, ListingStanding


class Known:
    """What is carried from run to run, and whether the case is over for every story of it."""

    def __init__(self, listing: Listing) -> None:
        self.listing, self.now = listing, listing.standing or ListingStanding()
        self.over = False

    @property
    def terms(self) -> ListingTerms:
        return self.listing.terms

    def change(self, **facts: object) -> None:
        self.now = self.now.model_copy(update=facts)


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
