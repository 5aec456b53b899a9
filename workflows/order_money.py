"""An order's money: asked for, taken, given back, or owed to its provider."""

from datetime import timedelta
from decimal import Decimal

from activities.payments import Payments
from models.cases import Event
from models.ledger import Account, applied, completed, received, refunded
from models.order_tasks import PAYMENT
from models.orders import OrderOutcome, OrderStage, PlacedOrder
from models.payments import Paid
from workflows.calls import OUTSIDE, call
from workflows.case import Case
from workflows.paying import paid_or_closed


class OrderMoney:
    def __init__(self, case: Case, order: PlacedOrder) -> None:
        self.case, self.order = case, order
        self.paid: Paid | None = None

    async def awaited(self, within: timedelta) -> Event | None:
        """The payment, what the buyer did instead, or None (AMP-ORD-19)."""
        ended = await paid_or_closed(
            self.case,
            self.order.charge(),
            PAYMENT,
            self.case.countdown(within),
            closing=OrderStage.CLOSING_PAYMENT,
            found_in=OrderStage.IMPLEMENTING,
        )
        return self._take(ended) if isinstance(ended, Paid) else ended

    async def give_back(self, reason: OrderOutcome) -> None:
        """Everything that was paid, once (AMP-IMP-05)."""
        if self.paid is None:
            return
        refund = self.order.refund_of(self.paid, reason)
        self.case.enter(OrderStage.REFUNDING)
        await self.case.insist(lambda: call(Payments.refund, refund, OUTSIDE, summary=refund.key))
        self.case.note("refunded", refunded_fen=refund.amount_fen)
        self.case.post(refunded(refund.key, refund.market, refund.amount_fen, Account.ESCROW))

    def earned(self, commission_rate: Decimal) -> None:
        """What was paid is owed to the provider, less our commission (TCM-FEE-02)."""
        opening = self.order.opening
        if self.paid is not None and opening.provider_id is not None:
            market, provider_id, fen = opening.market, opening.provider_id, self.paid.amount_fen
            self.case.post(completed(opening.case_id, market, provider_id, fen, commission_rate))

    def _take(self, paid: Paid) -> Paid:
        """The payment is this order's: held for it until it ends (AMP-ORD-20)."""
        market, case = self.order.opening.market, self.case
        self.paid = paid
        case.show(payment_id=paid.payment_id)
        case.post(received(market, paid.payment_id, paid.amount_fen))
        case.post(applied(market, paid.payment_id, paid.amount_fen))
        return paid
