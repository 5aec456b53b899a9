"""How often we look for what fell between two steps, and how far back."""

from datetime import timedelta

from models.base import Frozen


class Reconcile(Frozen):
    every: timedelta = timedelta(seconds=20)
    give_time: timedelta = timedelta(seconds=10)
    """How long the API may take to start what it let in."""
    look_back: timedelta = timedelta(days=30)
    """How far back the gateway is asked for payments."""
    stuck_at_most: int = 500
    """How many cases that cannot go on are put on the operators' desk at once, or taken off it."""
    stuck_within: timedelta = timedelta(seconds=3)
    """How long Temporal may take to say which they are."""


class Found(Frozen):
    untold_payments: int
    orphans: int
    untold_entries: int = 0
    tariffs: int = 0
    """Deposit accounts that changed over to the tariff in force."""
    listings: int = 0
    """Products and shops that look again at what stands against them."""
    stuck: int = 0
    """Cases whose workflow cannot go on, and that operators were not told of yet."""
    mended: int = 0
    """Cases of which operators had been told that, and that go on again."""

    @property
    def any(self) -> bool:
        return any(self.model_dump().values())
