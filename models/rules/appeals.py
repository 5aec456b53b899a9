"""Who may send an order's work back, and who may appeal."""

from models.appeals import BuyerAppealed, ProviderAppealed
from models.cases import Event
from models.order_tasks import CONFIRMATION, IMPLEMENTATION
from models.orders import OrderTerms, ReworkRequested
from models.tasks import TaskKind

FROM_THE_IDLE: dict[str, type[Event]] = {
    IMPLEMENTATION.name: BuyerAppealed,
    CONFIRMATION.name: ProviderAppealed,
}
"""Who may appeal once the side that a task waits for has been idle for long."""


def reworks_left(terms: OrderTerms, reworks: int) -> int:
    return max(terms.rework.reworks - reworks, 0) if terms.rework else 0


def closed_to(kind: TaskKind, terms: OrderTerms, reworks: int, appeals: int) -> frozenset[type[Event]]:
    """What a task does not take, after so many reworks and appeals.

    While reworks are left a buyer asks for one and does not appeal; a provider appeals against the last.
    """
    left = reworks_left(terms, reworks)
    closed: set[type[Event]] = set() if left else {ReworkRequested}
    if terms.appeal is None or appeals >= terms.appeal.appeals:
        closed |= {BuyerAppealed, ProviderAppealed}
    if kind.name == CONFIRMATION.name and left:
        closed.add(BuyerAppealed)
    if kind.name == IMPLEMENTATION.name and (left or not reworks):
        closed.add(ProviderAppealed)
    return frozenset(closed)
