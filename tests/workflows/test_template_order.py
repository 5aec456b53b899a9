"""Every way an order can end."""

from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from models.orders import (
    Accepted,
    BusinessCertified,
    Cancelled,
    Declined,
    RefundRequested,
    VersionRejected,
)
from tests.bench import APPROVED, BUILT, BUYER, DAY, MINUTE, Bench, Opened, order_body

REJECTED = VersionRejected(reason="no address")
WANTS_MONEY_BACK = RefundRequested(on_behalf_of=BUYER, reason="opened a café instead")


def refunded(order: Opened) -> list[int]:
    return [refund.amount_fen for refund in order.bench.refunds(order=order)]


async def test_an_accepted_order_is_completed(bench: Bench) -> None:
    """AMP-ORD-20, AMP-IMP-02, -03, AMP-CONF-03."""
    order = await bench.place_in("confirmation")
    view = await order.report(Accepted(on_behalf_of=BUYER))
    assert (view.stage, view.outcome, view.tasks) == ("closed", "completed", ())
    assert await order.ends() == "completed"
    assert order.path() == [
        *("opened", "payment_opened", "paid"),
        *("version_submitted", "version_approved", "accepted"),
    ]
    assert refunded(order) == []


async def test_silence_for_seven_days_completes_the_order(bench: Bench) -> None:
    """AMP-CONF-04."""
    order = await bench.under("2020-12-28").place_in("confirmation")
    assert await order.ends() == "accepted_by_silence"
    *_, approved, overdue = order.changes()
    assert overdue.event == "confirmation_overdue"
    assert 7 * DAY <= overdue.at - approved.at < 7 * DAY + MINUTE
    assert refunded(order) == []


async def test_an_order_nobody_pays_is_cancelled_after_three_days(bench: Bench) -> None:
    """AMP-ORD-19."""
    order = await bench.under("2020-12-28").place()
    assert await order.ends() == "unpaid"
    placed = (await order.on_record()).opened_at
    _, _, overdue, _ = order.changes()
    assert 3 * DAY <= overdue.at - placed < 3 * DAY + MINUTE
    assert order.path() == ["opened", "payment_opened", "payment_overdue", "payment_closed"]


async def test_a_buyer_cancels_what_is_not_paid(bench: Bench) -> None:
    order = await bench.place()
    view = await order.report(Cancelled(on_behalf_of=BUYER))
    assert (view.stage, view.outcome) == ("closing_payment", None)
    assert await order.ends() == "cancelled"
    assert order.path()[-2:] == ["cancelled", "payment_closed"]


@pytest.mark.parametrize("task", ["implementation", "version_review"])
async def test_a_provider_declines_and_the_buyer_gets_everything_back(bench: Bench, task: str) -> None:
    order = await bench.place_in(task)
    view = await order.report(Declined(reason="no capacity"))
    assert (view.stage, view.tasks) == ("refunding", ())
    assert await order.ends() == "declined"
    assert order.path()[-2:] == ["declined", "refunded"]
    assert refunded(order) == [9900]


@pytest.mark.parametrize(
    "task",
    [
        pytest.param("implementation", id="AMP-IMP-06"),
        pytest.param("version_review", id="AMP-IMP-06 in review"),
        pytest.param("confirmation", id="AMP-CONF-02"),
    ],
)
async def test_a_buyer_asks_for_the_money_and_nobody_has_to_agree(bench: Bench, task: str) -> None:
    """AMP-CONF-06."""
    order = await bench.place_in(task)
    await order.report(WANTS_MONEY_BACK)
    assert await order.ends() == "refund_requested"
    assert order.path()[-2:] == ["refund_requested", "refunded"]
    assert refunded(order) == [9900]


async def test_the_buyer_may_cancel_on_the_sixth_day_of_confirming(bench: Bench) -> None:
    """AMP-CONF-02."""
    order = await bench.place_in("confirmation")
    await bench.advance(6 * DAY)
    await order.report(WANTS_MONEY_BACK)
    assert await order.ends() == "refund_requested"


async def test_after_completion_nothing_is_refunded(bench: Bench) -> None:
    """AMP-CONF-03, -06."""
    order = await bench.place_in("confirmation")
    await order.report(Accepted(on_behalf_of=BUYER))
    await order.ends()
    with pytest.raises(RPCError) as gone:
        await order.report(WANTS_MONEY_BACK)
    assert gone.value.status is RPCStatusCode.NOT_FOUND
    assert order.path()[-1] == "accepted"
    assert refunded(order) == []


@pytest.mark.parametrize(
    ("events", "waiting"),
    [
        pytest.param([], "implementation", id="AMP-IMP-04 nothing built"),
        pytest.param([BUILT], "version_review", id="AMP-IMP-08 review still open"),
        pytest.param([BUILT, REJECTED], "implementation", id="AMP-IMP-10 rejected"),
        pytest.param([BUILT, REJECTED, BUILT], "version_review", id="AMP-IMP-10 mended"),
    ],
)
async def test_what_is_not_confirmable_in_thirty_days_is_refunded(
    bench: Bench, events: list[VersionRejected], waiting: str
) -> None:
    """AMP-IMP-04, -05, -08, -10, AMB-48: one clock, whatever is rejected on the way."""
    order = await bench.place_paid()
    due = await order.due()
    for event in events:
        await bench.advance(9 * DAY)
        view = await order.report(event)
        assert [task.deadline_at for task in view.tasks] == [due]
    assert await order.ends() == "not_implemented"
    overdue, back = order.changes()[-2:]
    assert (overdue.event, back.event) == (f"{waiting}_overdue", "refunded")
    assert due <= overdue.at < due + MINUTE
    assert refunded(order) == [9900]


async def test_a_mended_version_can_still_be_accepted(bench: Bench) -> None:
    """AMP-IMP-10."""
    order = await bench.place_in("version_review")
    for event in (REJECTED, BUILT, APPROVED, Accepted(on_behalf_of=BUYER)):
        await order.report(event)
    assert await order.ends() == "completed"


CERTIFIES: dict[str, Any] = {
    "template": {**order_body()["template"], "account_types": ["individually_owned_business"]},
    "buyer": {"account_type": "individual", "is_legal_person": True},
}


async def test_a_buyer_becomes_a_business_between_ordering_and_building(bench: Bench) -> None:
    """AMP-ORD-14."""
    order = await bench.place(**CERTIFIES)
    await order.refuses(BusinessCertified())
    await bench.pay(order)
    paid = await order.stands("paid")
    await order.refuses(BUILT)
    certified = await order.report(BusinessCertified())
    assert (paid.tasks[0].name, certified.tasks[0].name) == ("certification", "implementation")
    assert certified.tasks[0].deadline_at == paid.tasks[0].deadline_at
    await order.refuses(BusinessCertified())
    await order.report(BUILT)
    await order.refuses(BusinessCertified())
    await order.report(Declined(reason="no capacity"))
    assert await order.ends() == "declined"


async def test_an_order_whose_buyer_never_becomes_a_business_is_refunded(bench: Bench) -> None:
    """AMP-ORD-14, AMP-IMP-04."""
    order = await bench.place_paid(**CERTIFIES)
    assert await order.ends() == "not_implemented"
    assert order.path()[-2:] == ["certification_overdue", "refunded"]
    assert refunded(order) == [9900]


async def test_a_buyer_who_is_a_business_already_need_not_become_one(bench: Bench) -> None:
    """AMP-ORD-14."""
    order = await bench.place_paid()
    await order.refuses(BusinessCertified())
    assert (await order.on_record()).tasks[0].name == "implementation"


async def test_no_order_takes_what_belongs_to_another_stage(bench: Bench) -> None:
    order = await bench.place()
    for early in (BUILT, APPROVED, Accepted(on_behalf_of=BUYER), WANTS_MONEY_BACK, Declined(reason="no")):
        assert await order.refuses(early) == f"unpaid does not take {early.event}"
    assert order.path() == ["opened", "payment_opened"]
