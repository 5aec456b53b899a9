"""Money that a case asks for: a page to pay on, and before it is given up a question to the gateway."""

import asyncio
from enum import StrEnum

from activities.payments import Payments
from models.cases import Event
from models.payments import Charge, Paid
from models.rules.payments import pays_in_time
from models.tasks import TaskKind
from workflows.calls import OUTSIDE, call
from workflows.case import Case
from workflows.tasks import Countdown


async def paid_or_closed(
    case: Case, charge: Charge, kind: TaskKind, clock: Countdown, *, closing: StrEnum, found_in: StrEnum
) -> Event | None:
    """The payment, what somebody did instead, or None. Before the charge is given up, the gateway closes it
    and tells what it had taken in time (AMP-ORD-19)."""
    asking = asyncio.create_task(_show_where_to_pay(case, charge))
    paid = await case.wait_for(kind, clock=clock)
    asking.cancel()
    if isinstance(paid, Paid):
        return paid
    case.enter(closing)
    payments = await case.insist(lambda: call(Payments.close, charge, OUTSIDE, summary=charge.reference))
    due = clock.clock.deadline_at
    found = next((p for p in payments if pays_in_time(p, charge.amount_fen, due)), None)
    if paid is None and found is not None:
        case.enter(found_in, "payment_found", at=found.paid_at, payment_id=found.payment_id)
        return Paid(payment_id=found.payment_id, amount_fen=found.amount_fen)
    case.note("payment_closed")
    return paid


async def _show_where_to_pay(case: Case, charge: Charge) -> None:
    page = await case.insist(lambda: call(Payments.open, charge, OUTSIDE, summary=charge.key))
    case.note("payment_opened", pay_url=page.pay_url)
