"""What other terms mean for an order that is under way, and which decisions one operator makes alone."""

from datetime import timedelta

from models.orders import OrderStage, OrderTerms
from models.tasks import Leads

PERIODS = ("pay_within", "implement_within", "confirm_within")


def longer(before: OrderTerms, after: OrderTerms, *, reworking: bool) -> dict[str, timedelta]:
    """By how much each period that differs becomes longer, or shorter. A rework under way keeps its time."""
    found = {name: getattr(after, name) - getattr(before, name) for name in PERIODS}
    return {name: by for name, by in found.items() if by and not (reworking and name == "implement_within")}


def needs_second_operator(leads: Leads, amount_fen: int, above_fen: int) -> bool:
    """Whether a decision moves more money than one operator may move: `above_fen` itself is still allowed."""
    return leads.stage in (OrderStage.REFUNDING, OrderStage.CLOSED) and amount_fen > above_fen
