"""What other terms mean for an order that is under way."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.clocks import Clock
from models.orders import OrderTerms

PERIODS = ("pay_within", "implement_within", "confirm_within")
AS_AGREED = ("commission_rate", "approval_above_fen")
"""What an order's money follows: no move changes it."""


def longer(before: OrderTerms, after: OrderTerms, *, reworking: bool) -> dict[str, timedelta]:
    """By how much each period that differs becomes longer, or shorter. A rework under way keeps its time."""
    found = {name: getattr(after, name) - getattr(before, name) for name in PERIODS}
    return {name: by for name, by in found.items() if by and not (reworking and name == "implement_within")}


def too_late(clocks: Iterable[Clock], now: datetime) -> str | None:
    """What stands against moving an order, if one of its clocks is over, or would be: running, or stopped."""
    over = any(clock.is_late(now) or _used_up(clock) for clock in clocks)
    return "its time is over, or would be" if over else None


def kept(agreed: OrderTerms, version: OrderTerms) -> OrderTerms:
    """A version's terms for an order under way: what its money follows stays as it was placed with."""
    return version.model_copy(update={name: getattr(agreed, name) for name in AS_AGREED})


def _used_up(clock: Clock) -> bool:
    return clock.left is not None and clock.left <= timedelta()
