"""A deposit is released once: never on hold, never with orders open, and not by itself after a violation."""

import asyncio
from typing import Any

import pytest

from activities.gateways.payments import GatewayRefused
from activities.gateways.simulated.payments import Behaviour
from models.cases import SYSTEM, Event
from models.deposits import DepositInStead, PaymentRequested, ReleaseRequested
from models.interventions import Approved
from models.ledger import Account, deposit_of
from models.orders import Cancelled
from models.payments import PaymentMethod
from models.telling import CooperationEnded
from tests.bench import BUYER, OPERATOR, SECOND, SECOND_OPERATOR, Bench, Opened
from tests.workflows.depositing import (
    EACH,
    HOLD,
    LIFT,
    RELEASE,
    TWO,
    back,
    body,
    decided,
    figures,
    forfeit,
    funded,
    new_onboarding,
    onboarding,
    opened,
    opened_by,
    order_of_days,
    paid,
    payments_of,
    pays,
    return_excess,
)
from tests.workflows.money import balances

LEAVES = ReleaseRequested()
ENDED = CooperationEnded(why="withdrawn")
PAID = {"unpaid": (), "short": (100,), "held": (EACH,)}


async def in_stage(bench: Bench, stage: str) -> Opened:
    account = await funded(bench, *PAID[stage])
    assert (await account.on_record()).stage == stage
    return account


async def leaves(account: Opened, how: Event) -> None:
    await (account.report(how, actor=SYSTEM) if how is ENDED else decided(account, how))


@pytest.mark.parametrize("how", [LEAVES, ENDED, RELEASE], ids=["provider", "onboarding", "operator"])
@pytest.mark.parametrize("stage", ["unpaid", "short", "held"])
async def test_everything_goes_back_from_every_stage_whoever_ends_it(
    bench: Bench, stage: str, how: Event
) -> None:
    """ALI-DEP-13, ALI-RTL-06, AMB-39: without violations, all that was paid."""
    account = await in_stage(bench, stage)
    await leaves(account, how)
    assert await account.ends() == "released"
    view, fen = await account.on_record(), sum(PAID[stage])
    assert figures(view, "paid", "returned", "held", "returning", "forfeited") == (fen, fen, 0, 0, 0)
    assert sum(back(account).values()) == fen
    assert view.data["blocks"] == ["listing", "withdrawal"]
    assert view.provider_id
    assert balances(account).get(deposit_of(view.provider_id), 0) == 0
    assert account.path()[-1] == "account_settled"


async def test_each_payment_gets_back_what_is_left_of_it(bench: Bench) -> None:
    """AMB-05: what goes back is what was paid less what was forfeited, and each fen once."""
    account = await funded(bench, 40_000, 20_000, 7)
    await account.report(return_excess(5_000), actor=OPERATOR)
    await account.stands("given_back")
    await account.report(forfeit(9_000), actor=OPERATOR)
    await account.report(LEAVES)
    await account.stands("release_requested")
    await decided(account, RELEASE)
    assert await account.ends() == "released"
    view = await account.on_record()
    assert figures(view, "paid", "returned", "forfeited") == (60_007, 51_007, 9_000)
    sums = [back(account).get(each["payment_id"], 0) for each in payments_of(view)]
    assert sums == [40_000, 11_007, 0]
    assert balances(account)[Account.FORFEITED] == 9_000


# --- violations


async def test_after_a_violation_an_operator_has_to_release(bench: Bench) -> None:
    """ALI-DEP-13: one violation or more, not automatic."""
    account = await funded(bench, EACH)
    await account.report(forfeit(1), actor=OPERATOR)
    view = await account.report(LEAVES)
    assert (view.stage, [task.name for task in view.tasks]) == ("releasing", ["release_decision"])
    await bench.advance(60 * SECOND)
    assert account.path()[-1] == "release_requested"
    view = await account.report(RELEASE, actor=OPERATOR)
    assert [task.name for task in view.tasks] == ["release_decision", "second_approval"]
    assert back(account) == {}
    await account.report(Approved(reason="I agree"), actor=SECOND_OPERATOR)
    assert await account.ends() == "released"
    assert [*back(account).values()] == [EACH - 1]


async def test_nothing_is_released_while_it_is_on_hold(bench: Bench) -> None:
    """A hold stays on record: once it is lifted an operator still decides."""
    account = await funded(bench, EACH)
    await account.report(HOLD, actor=OPERATOR)
    await account.refuses(RELEASE, actor=OPERATOR)
    await account.report(LEAVES)
    await account.refuses(RELEASE, actor=OPERATOR)
    view = await account.report(LIFT, actor=OPERATOR)
    assert [task.name for task in view.tasks] == ["release_decision"]
    assert back(account) == {}
    await decided(account, RELEASE)
    assert await account.ends() == "released"


async def test_it_is_forfeited_where_nothing_is_left(bench: Bench) -> None:
    account = await funded(bench, EACH)
    await account.report(HOLD, actor=OPERATOR)
    await account.report(LEAVES)
    await decided(account, forfeit(EACH))
    await account.report(LIFT, actor=OPERATOR)
    await decided(account, RELEASE)
    assert await account.ends() == "forfeited"
    assert back(account) == {}
    assert balances(account)[Account.FORFEITED] == EACH


async def test_an_operator_asks_for_the_release_in_the_providers_stead_and_two_agree(bench: Bench) -> None:
    account = await funded(bench, EACH)
    await decided(account, DepositInStead(reason="it wrote a letter", act=LEAVES))
    assert "approved" in account.path()
    assert await account.ends() == "released"


# --- open orders


async def order_of(account: Opened) -> Opened:
    view = await account.on_record()
    return await order_of_days(account.bench, view.provider_id)


async def test_nothing_is_released_while_an_order_is_open(bench: Bench) -> None:
    """Safety: never while orders are open."""
    account = await funded(bench, EACH)
    order = await order_of(account)
    await account.report(LEAVES)
    view = await account.stands("release_requested", "orders_open")
    assert (view.data["open_orders"], view.data["blocks"]) == (1, ["listing"])
    assert [task.name for task in view.tasks] == ["open_orders"]
    await bench.advance(6 * SECOND)
    assert account.path()[-1] == "orders_open"
    assert back(account) == {}
    await order.report(Cancelled(on_behalf_of=BUYER))
    await order.ends()
    await bench.advance(5 * SECOND)
    assert await account.ends() == "released"
    assert account.path()[-4:] == ["orders_open", "no_open_orders", "given_back", "account_settled"]


async def test_orders_of_others_and_of_other_markets_hold_up_nothing(bench: Bench) -> None:
    account = await funded(bench, EACH)
    view = await account.on_record()
    await bench.place("rehearsal")
    await bench.place("alipay", provider_id=view.provider_id)
    await account.report(LEAVES)
    await account.stands("given_back", "account_settled")


async def test_a_violation_found_while_orders_end_stops_the_release(bench: Bench) -> None:
    account = await funded(bench, EACH)
    order = await order_of(account)
    await account.report(LEAVES)
    await account.stands("orders_open")
    view = await account.report(forfeit(1), actor=OPERATOR)
    assert [task.name for task in view.tasks] == ["release_decision"]
    await decided(account, RELEASE)
    await account.stands("orders_open")
    view = await account.report(HOLD, actor=OPERATOR)
    assert [task.name for task in view.tasks] == ["release_decision"]
    await order.report(Cancelled(on_behalf_of=BUYER))
    await order.ends()
    await bench.advance(20 * SECOND)
    assert back(account) == {}
    await account.report(LIFT, actor=OPERATOR)
    await decided(account, RELEASE)
    assert await account.ends() == "released"


# --- money meanwhile


async def test_money_that_comes_while_it_is_released_goes_back_too(bench: Bench) -> None:
    account = await funded(bench, EACH)
    await account.report(HOLD, actor=OPERATOR)
    await account.report(LEAVES)
    payment, receipt = await pays(account, 500)
    assert await receipt.ends() == "refunded"
    assert receipt.changes()[2].data == {"reason": "deposit_leaving"}
    assert [row.amount_fen for row in bench.refunds(payment)] == [500]
    assert figures(await account.on_record(), "paid", "held") == (EACH, EACH)


async def test_a_payment_and_a_release_in_one_moment_lose_nothing(bench: Bench) -> None:
    """Taken and given back, or never taken and given back: once, either way."""
    for _ in range(4):
        account = await funded(bench, 20_000)
        (payment, receipt), _ = await asyncio.gather(pays(account, 10_000), account.report(LEAVES))
        assert await account.ends() == "released"
        assert await receipt.ends() in ("applied", "refunded")
        assert [row.amount_fen for row in bench.refunds(payment)] == [10_000]
        assert sum(back(account).values()) in (20_000, 30_000)


async def test_the_page_is_closed_before_the_money_goes_back(bench: Bench) -> None:
    account = await opened(bench)
    await account.report(PaymentRequested(method=PaymentMethod.QQ_PAY, amount_fen=10))
    await account.stands("payment_opened")
    await bench.pay(account)
    await account.stands("paid", "partly_covered")
    await account.report(LEAVES)
    assert await account.ends() == "released"
    with pytest.raises(GatewayRefused, match="charge_closed"):
        bench.gateway.pay(account.case_id)


@pytest.mark.parametrize("behaviour", [Behaviour.LOST_ANSWER, Behaviour.IN_PROGRESS, Behaviour.UNAVAILABLE])
async def test_a_release_is_made_once_whatever_the_gateway_answers(
    bench: Bench, behaviour: Behaviour
) -> None:
    account = await funded(bench, 20_000, 10_000)
    bench.gateway.misbehave("refund", behaviour, 2)
    await account.report(LEAVES)
    assert await account.ends() == "released"
    assert sorted(back(account).values()) == [10_000, 20_000]


async def test_what_is_on_its_way_back_already_is_not_given_again(bench: Bench) -> None:
    account = await funded(bench, EACH + 300)
    bench.gateway.misbehave("refund", Behaviour.UNAVAILABLE, 3)
    await account.report(return_excess(300), actor=OPERATOR)
    await account.report(LEAVES)
    assert await account.ends() == "released"
    assert [*back(account).values()] == [EACH + 300]


async def test_a_release_is_asked_for_once_and_an_onboarding_that_ends_meanwhile_is_heard(
    bench: Bench,
) -> None:
    account = await funded(bench, EACH)
    await account.report(HOLD, actor=OPERATOR)
    await account.report(LEAVES)
    await account.refuses(LEAVES)
    view = await account.report(ENDED, actor=SYSTEM)
    assert (view.stage, [task.name for task in view.tasks]) == ("releasing", ["release_decision"])
    await account.report(LIFT, actor=OPERATOR)
    await decided(account, RELEASE)
    assert await account.ends() == "released"
    assert [*back(account).values()] == [EACH]


async def test_an_onboarding_hears_that_nothing_is_held_any_more(bench: Bench) -> None:
    asked = new_onboarding()
    account = await opened_by(asked, bench, categories=TWO)
    await paid(account, 2 * EACH)
    async with onboarding(bench, asked) as told:
        await account.report(ENDED, actor=SYSTEM)
        await told.heard(2 * EACH, 0)
        assert await account.ends() == "released"


async def test_a_provider_that_left_may_come_back_with_another_account(bench: Bench) -> None:
    account = await funded(bench, EACH)
    provider: Any = (await account.on_record()).provider_id
    await account.report(LEAVES)
    await account.ends()
    again = await opened(bench, **body(provider_id=provider).model_dump(include={"provider_id"}))
    assert (await again.on_record()).stage == "unpaid"
