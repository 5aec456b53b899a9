"""Which decisions one operator makes alone."""

from models.orders import OrderStage
from models.tasks import Leads


def needs_second_operator(leads: Leads, amount_fen: int, above_fen: int) -> bool:
    """Whether a decision moves more money than one operator may move: `above_fen` itself is still allowed."""
    return leads.stage in (OrderStage.REFUNDING, OrderStage.CLOSED) and amount_fen > above_fen
