"""The paths of deposit accounts of which a history is kept: every end, and whatever may happen before."""

import asyncio
from collections.abc import Awaitable, Callable

from activities.gateways.simulated.payments import Behaviour
from models.cases import SYSTEM, Event
from models.deposits import PaymentRequested, ReleaseRequested
from models.interventions import Approved, Disapproved, Extended, Paused, Resumed
from models.orders import Cancelled
from models.payments import PaymentMethod
from models.rules.tariffs import Tariff
from models.telling import CooperationEnded
from tests.bench import BUYER, DAY, OPERATOR, SECOND, SECOND_OPERATOR, SOMEBODY, Bench, Opened
from tests.workflows.depositing import (
    DEPOSITS,
    EACH,
    HOLD,
    LIFT,
    RELEASE,
    TWO,
    body,
    decided,
    forfeit,
    funded,
    now_in,
    opened,
    paid,
    pays,
    return_excess,
)
from tests.workflows.tariffs import market_of

Path = Callable[[Bench], Awaitable[Opened]]
LEAVES, ENDED = ReleaseRequested(), CooperationEnded(why="withdrawn")
AGREED, NOT_AGREED = Approved(reason="so do I"), Disapproved(reason="too much")
RESUME = Resumed(reason="settled")


async def ended(account: Opened, how: Event = LEAVES) -> Opened:
    await account.report(how, actor=SYSTEM if how is ENDED else SOMEBODY)
    await account.ends()
    return account


async def paid_in_parts(bench: Bench) -> Opened:
    """Over, too: a part of it goes back before the rest."""
    account = await funded(bench, 100, EACH - 100, 700)
    await decided(account, return_excess(300))
    await account.stands("decided", "given_back")
    return await ended(account)


async def forfeited_by_two(bench: Bench) -> Opened:
    account = await funded(bench, EACH)
    await account.report(HOLD, actor=OPERATOR)
    await account.report(forfeit(EACH), actor=OPERATOR)
    await account.report(NOT_AGREED, actor=SECOND_OPERATOR)
    await account.report(LEAVES)
    for act in (forfeit(EACH), LIFT, RELEASE):
        await decided(account, act)
    await account.ends()
    return account


async def left_while_undecided(bench: Bench) -> Opened:
    """Whoever leaves while a forfeiture waits is released by operators alone."""
    account = await funded(bench, EACH)
    await account.report(forfeit(EACH), actor=OPERATOR)
    await account.report(LEAVES)
    await decided(account, RELEASE)
    await account.ends()
    return account


async def tariff_raised(bench: Bench) -> Opened:
    """And lowered, and topped up; a category is joined at what is asked for then."""
    with market_of(bench) as market:
        account = await funded(bench, EACH, market=market.name)
        for version, fen in (("2", EACH + 500), ("3", EACH - 500), ("4", EACH + 100)):
            market.publishes(version, Tariff(flat_fen=fen))
            await market.reconciles()
        await paid(account, 100)
        market.publishes("5", Tariff(otherwise_fen=100))
        await decided(account, now_in(*TWO))
        return await ended(account)


async def topped_up_late(bench: Bench) -> Opened:
    """Asked for, reminded of, extended, paused, overdue, and paid after all."""
    account = await opened(bench, "aliyun")
    await account.report(PaymentRequested(method=PaymentMethod.ALIPAY, amount_fen=100))
    await account.stands("payment_requested", "payment_opened")
    _, receipt = await bench.pay(account)
    await receipt.ends()
    for ruling in (Extended(reason="asked for", by=DAY), Paused(reason="a dispute"), RESUME):
        await account.report(ruling, actor=OPERATOR)
    await bench.advance_to(await account.due() + SECOND)
    await account.stands("top_up_overdue")
    await paid(account, 3_000_000)
    return await ended(account)


async def refund_refused(bench: Bench) -> Opened:
    account = await funded(bench, 20_000, 20_000)
    await asyncio.to_thread(bench.gateway.misbehave, "refund", Behaviour.REFUSED)
    await account.report(return_excess(10_000), actor=OPERATOR)
    await account.stands("decided", "blocked")
    await account.report(RESUME, actor=OPERATOR)
    await account.stands("resumed", "given_back")
    return await ended(account, ENDED)


async def orders_open(bench: Bench) -> Opened:
    account = await funded(bench, EACH)
    view = await account.on_record()
    order = await bench.place("rehearsal", provider_id=view.provider_id)
    await account.report(LEAVES)
    await account.stands("orders_open")
    await pays(account, 200)
    await order.report(Cancelled(on_behalf_of=BUYER))
    await account.ends()
    return account


async def never_paid(bench: Bench) -> Opened:
    return await ended(await opened(bench), ENDED)


async def run_after_run(bench: Bench) -> Opened:
    """Payments, a notice, a forfeiture and what went back are taken along."""
    admitted = await bench.admit(DEPOSITS, body(), "aliyun")
    admitted.input["events_a_run"] = 3
    account = await bench.begin(admitted)
    await account.on_record()
    await paid(account, 500_000, 500_000, 1_000_000)
    await account.report(PaymentRequested(method=PaymentMethod.ALIPAY))
    await account.stands("payment_requested", "payment_opened")
    _, receipt = await bench.pay(account)
    await receipt.ends()
    await paid(account, 500)
    await decided(account, return_excess(300))
    await account.stands("given_back")
    for act in (HOLD, LIFT, forfeit(5_000)):
        await decided(account, act)
    await paid(account, 1, 2, 3)
    await account.report(LEAVES)
    await decided(account, RELEASE)
    await account.ends()
    return account


DEPOSITS_PLAYED: dict[str, tuple[Path, str]] = {
    "deposit-paid-in-parts": (paid_in_parts, "released"),
    "deposit-forfeited-by-two": (forfeited_by_two, "forfeited"),
    "deposit-left-while-undecided": (left_while_undecided, "released"),
    "deposit-tariff-raised": (tariff_raised, "released"),
    "deposit-topped-up-late": (topped_up_late, "released"),
    "deposit-refund-refused": (refund_refused, "released"),
    "deposit-orders-open": (orders_open, "released"),
    "deposit-never-paid": (never_paid, "released"),
    "deposit-run-after-run": (run_after_run, "released"),
}
"""By file name: how it is played, and the outcome it has."""
