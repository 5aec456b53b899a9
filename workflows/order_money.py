"""An order's money: asked for, taken, given back, or owed to its provider."""

import asyncio
from datetime import timedelta
from decimal import Decimal

from activities.payments import Payments
from models.cases import Event
from models.ledger import Account, applied, completed, received, refunded
from models.order_tasks import PAYMENT
from models.orders import OrderOutcome, OrderStage, Paid, PlacedOrder
from models.payments import Charge
from models.rules.payments import pays_in_time
from workflows.calls import OUTSIDE, call
from workflows.case import Case


class OrderMoney:
    def __init__(self, case: Case, order: PlacedOrder) -> None:
        self.case, self.order = case, order
        self.paid: Paid | None = None

    async def awaited(self, within: timedelta) -> Event | None:
        """The payment, what the buyer did instead, or None. Before an order is given up, the gateway closes
        the payment and tells what it had taken (AMP-ORD-19)."""
        case, charge = self.case, self.order.charge()
        clock = case.countdown(within)
        asking = asyncio.create_task(self._show_where_to_pay(charge))
        paid = await case.wait_for(PAYMENT, clock=clock)
        asking.cancel()
        if isinstance(paid, Paid):
            return self._take(paid)
        case.enter(OrderStage.CLOSING_PAYMENT)
        payments = await case.insist(lambda: call(Payments.close, charge, OUTSIDE, summary=charge.reference))
        due = clock.clock.deadline_at
        found = next((p for p in payments if pays_in_time(p, charge.amount_fen, due)), None)
        if paid is None and found is not None:
            case.enter(
                OrderStage.IMPLEMENTING, "payment_found", at=found.paid_at, payment_id=found.payment_id
            )
            return self._take(Paid(payment_id=found.payment_id, amount_fen=found.amount_fen))
        case.note("payment_closed")
        return paid

    async def _show_where_to_pay(self, charge: Charge) -> None:
        page = await self.case.insist(lambda: call(Payments.open, charge, OUTSIDE, summary=charge.key))
        self.case.note("payment_opened", pay_url=page.pay_url)

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
