"""While a forfeiture waits for a second operator, nobody takes the money out of its way (AMB-05)."""

import pytest

from activities.gateways.simulated.payments import Behaviour
from models.cases import SYSTEM, Event
from models.deposits import PaymentRequested, ReleaseRequested
from models.interventions import SECOND_APPROVAL, Approved, Disapproved
from models.orders import Cancelled
from models.payments import PaymentMethod
from models.telling import CooperationEnded
from tests.bench import BUYER, OPERATOR, SECOND, SECOND_OPERATOR, Bench, Opened
from tests.workflows.depositing import (
    DEPOSITS,
    EACH,
    RELEASE,
    back,
    body,
    decided,
    figures,
    forfeit,
    funded,
    order_of_days,
    paid,
)

AGREED = Approved(reason="I agree")
LEAVES = ReleaseRequested()
ENDED = CooperationEnded(why="withdrawn")
ASKS = PaymentRequested(method=PaymentMethod.WECHAT_PAY)


def tasks(account: Opened) -> list[str]:
    view = account.case()
    assert view is not None
    return [task.name for task in view.tasks]


@pytest.mark.parametrize("how", [LEAVES, ENDED], ids=["provider", "onboarding"])
async def test_whoever_leaves_meanwhile_waits_for_an_operator(bench: Bench, how: Event) -> None:
    account = await funded(bench, EACH)
    await account.report(forfeit(EACH), actor=OPERATOR)
    view = await account.report(how, actor=SYSTEM)
    assert (view.stage, [task.name for task in view.tasks]) == ("releasing", ["release_decision"])
    assert back(account) == {}
    await decided(account, forfeit(EACH))
    await decided(account, RELEASE)
    assert await account.ends() == "forfeited"
    assert back(account) == {}


async def test_what_was_disapproved_is_still_released_by_an_operator_alone(bench: Bench) -> None:
    account = await funded(bench, EACH)
    await account.report(forfeit(EACH), actor=OPERATOR)
    await account.report(Disapproved(reason="it did nothing"), actor=SECOND_OPERATOR)
    await account.report(LEAVES)
    assert tasks(account) == ["release_decision"]
    await decided(account, RELEASE)
    assert await account.ends() == "released"


@pytest.mark.parametrize("released_by", [LEAVES, RELEASE], ids=["provider", "operator"])
async def test_the_last_order_that_ends_meanwhile_releases_nothing(bench: Bench, released_by: Event) -> None:
    account = await funded(bench, EACH)
    view = await account.on_record()
    order = await order_of_days(bench, view.provider_id)
    await decided(account, released_by)
    await account.stands("orders_open")
    await account.report(forfeit(EACH), actor=OPERATOR)
    await order.report(Cancelled(on_behalf_of=BUYER))
    await order.ends()
    await bench.advance(30 * SECOND)
    assert back(account) == {}
    assert SECOND_APPROVAL in tasks(account)
    await account.report(AGREED, actor=SECOND_OPERATOR)
    assert figures(await account.on_record(), "held", "forfeited") == (0, EACH)


async def test_a_provider_that_asks_for_a_page_makes_no_decision_void(bench: Bench) -> None:
    account = await funded(bench, EACH - 1)
    await account.report(forfeit(EACH - 1), actor=OPERATOR)
    view = await account.report(ASKS)
    assert view.stage == "short"
    await account.stands("payment_requested", "payment_opened")
    assert SECOND_APPROVAL in tasks(account)
    await account.report(AGREED, actor=SECOND_OPERATOR)
    assert figures(await account.on_record(), "held", "forfeited") == (0, EACH - 1)


async def test_whoever_asks_for_pages_that_never_come_cannot_fill_up_its_account(bench: Bench) -> None:
    """Nasty 19: an account takes 2,000 updates a run, and goes on in another only while nothing is asked."""
    admitted = await bench.admit(DEPOSITS, body(), "rehearsal")
    admitted.input["events_a_run"] = 5
    account = await bench.begin(admitted)
    await account.on_record()
    bench.gateway.misbehave("open", Behaviour.REFUSED, 1000)
    try:
        for _ in range(5):
            await account.report(ASKS)
            await account.stands("payment_requested", "blocked")
        assert "too many" in await account.refuses(ASKS)
    finally:
        bench.gateway.misbehave("open", Behaviour.REFUSED, 0)
    await paid(account, EACH)
