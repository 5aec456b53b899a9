"""A template that costs nothing: AMP-ORD-21, AMP-IMP-05."""

from typing import Any

import pytest

from models.orders import Cancelled, Declined, RefundRequested
from models.payments import Paid
from tests.bench import APPROVED, BUILT, BUYER, DAY, MINUTE, Bench, order_body

FREE: dict[str, Any] = {"template": {**order_body()["template"], "price_fen": 0}}


async def test_a_free_order_waits_for_no_payment(bench: Bench) -> None:
    """AMP-ORD-21."""
    order = await bench.under("2020-12-28").place(**FREE)
    view = await order.on_record()
    assert (view.stage, [task.name for task in view.tasks]) == ("implementing", ["implementation"])
    assert view.tasks[0].deadline_at == view.opened_at + 30 * DAY
    await order.refuses(Paid(payment_id="p-1", amount_fen=0))
    await order.refuses(Cancelled(on_behalf_of=BUYER))
    await order.report(BUILT)
    await order.report(APPROVED)
    assert await order.ends() == "accepted_by_silence"
    assert order.path() == ["opened", "version_submitted", "version_approved", "confirmation_overdue"]


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (RefundRequested(on_behalf_of=BUYER), "refund_requested"),
        (Declined(reason="no capacity"), "declined"),
    ],
)
async def test_where_nothing_was_paid_nothing_is_refunded(
    bench: Bench, event: RefundRequested | Declined, outcome: str
) -> None:
    """AMP-IMP-05."""
    order = await bench.place(**FREE)
    before = len(bench.all_refunds())
    view = await order.report(event)
    assert (view.stage, view.outcome) == ("closed", outcome)
    assert await order.ends() == outcome
    assert order.path() == ["opened", event.event]
    assert len(bench.all_refunds()) == before


async def test_a_free_order_that_is_never_built_ends_without_a_refund(bench: Bench) -> None:
    """AMP-IMP-04, -05."""
    order = await bench.place(**FREE)
    before = len(bench.all_refunds())
    assert await order.ends() == "not_implemented"
    overdue = order.changes()[-1]
    case = await order.on_record()
    assert overdue.event == "implementation_overdue"
    assert 30 * DAY <= overdue.at - case.opened_at < 30 * DAY + MINUTE
    assert len(bench.all_refunds()) == before
