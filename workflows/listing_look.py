"""Looking at what stands against a product or shop now, and what of its content is forbidden by now."""

import asyncio
from collections.abc import Callable

from activities.listings import Listings
from models.listings import AskedLook, Looked
from workflows.calls import RECORD, call
from workflows.case import Case
from workflows.listing_known import ListingKnown


class Look:
    """One at a time. What becomes outdated meanwhile is looked at again; what is no news wakes nobody."""

    def __init__(self, case: Case, known: ListingKnown, is_news: Callable[[Looked], bool]) -> None:
        self.case, self.known, self._is_news = case, known, is_news
        self._outdated = False
        self._looking: asyncio.Task[None] | None = None
        self._looked: Looked | None = None

    @property
    def has_news(self) -> bool:
        broke = self._looking is not None and self._looking.done()
        return broke or self._looked is not None

    @property
    def may_rest(self) -> bool:
        return self._looking is None and self._looked is None

    def again(self) -> None:
        self._outdated, self._looked = True, None
        if self._looking is None:
            self._looking = asyncio.create_task(self._until_up_to_date())

    def take(self) -> Looked | None:
        """What was found, once. Raises what broke the look."""
        if self._looking and self._looking.done():
            self._looking.result()
        looked, self._looked = self._looked, None
        return looked

    def cancel(self) -> None:
        if self._looking:
            self._looking.cancel()

    async def _until_up_to_date(self) -> None:
        while self._outdated:
            self._outdated = False
            looked = await self.case.insist(self._ask)
        self._looking = None
        self._looked = looked if self._is_news(looked) else None

    async def _ask(self) -> Looked:
        listing = self.known.listing
        asked = AskedLook(
            market=listing.opening.market,
            provider_id=listing.provider_id,
            kind=listing.kind,
            content=self.known.now.live,
            terms=listing.terms,
        )
        return await call(Listings.look, asked, RECORD, summary=f"what stands against {listing.opening.id}")
