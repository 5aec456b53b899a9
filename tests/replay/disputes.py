"""The paths on which work is sent back, appealed, decided by operators, or moved to other terms."""

from collections.abc import Awaitable, Callable
from typing import Any

from models.cases import Event
from models.interventions import Extended
from models.orders import Accepted, Declined, TermsChanged, VersionRejected
from tests.bench import APPROVED, BUILT, BUYER, DAY, OPERATOR, SECOND, Bench, Opened
from tests.workflows.disputes import (
    ACCEPT,
    AGREED,
    ALONE,
    BUYER_APPEALS,
    BUYER_SAYS,
    CLAIMED,
    FIVE_DAYS,
    NOT_AGREED,
    NOTED,
    PROVIDER_SAYS,
    REFUND,
    RELEASED,
    RESUME,
    SENT_BACK,
    appealed,
    decided,
    idle,
    in_stead,
    sent_back,
    task,
)

Path = Callable[[Bench], Awaitable[Opened]]
ACCEPTED = Accepted(on_behalf_of=BUYER)


async def ended(order: Opened) -> Opened:
    await order.ends()
    return order


async def reworked(bench: Bench) -> Opened:
    order = await bench.place_in("confirmation")
    await sent_back(order)
    for event in (SENT_BACK, BUILT, VersionRejected(reason="no address"), BUILT, APPROVED, ACCEPTED):
        await order.report(event)
    return await ended(order)


async def reworked_until_appealed(bench: Bench) -> Opened:
    order = await bench.place_in("confirmation")
    await sent_back(order, 3)
    await order.report(BUYER_APPEALS)
    await bench.settle(order)
    await decided(order, RESUME)
    return await ended(order)


async def reminded(bench: Bench) -> Opened:
    return await ended(await bench.place_in("version_review"))


def in_appeal(kind: str, *decisions: Event, **terms: Any) -> Path:
    async def played(bench: Bench) -> Opened:
        order = await appealed(bench.under(**terms), kind)
        await decided(order, *decisions)
        return await ended(order)

    return played


async def appealed_again(bench: Bench) -> Opened:
    order = await appealed(bench)
    await decided(order, FIVE_DAYS)
    await idle(order, BUYER_APPEALS)
    await order.report(BUYER_APPEALS)
    await bench.settle(order)
    await decided(order, REFUND, AGREED)
    return await ended(order)


async def argued_and_given_in(bench: Bench) -> Opened:
    order = await appealed(bench)
    for said in (BUYER_SAYS, PROVIDER_SAYS):
        await order.report(said)
    await order.report(Declined(reason="no capacity"))
    return await ended(order)


async def escalated(bench: Bench) -> Opened:
    order = await appealed(bench, "confirmation")
    due = task(await order.stands("replanned"), "appeal").deadline_at
    assert due is not None
    await bench.advance_to(due + SECOND)
    await order.stands("appeal_overdue")
    await order.report(PROVIDER_SAYS)
    await decided(order, RESUME)
    return await ended(order)


async def two_operators(bench: Bench) -> Opened:
    order = await appealed(bench)
    for event in (CLAIMED, NOTED, REFUND, NOT_AGREED, RELEASED, ACCEPT):
        await order.report(event, actor=OPERATOR)
    await order.report(Extended(reason="ill", by=DAY), actor=OPERATOR)
    await decided(order, AGREED)
    return await ended(order)


async def acted_in_stead(bench: Bench) -> Opened:
    order = await bench.place_in("implementation")
    await decided(order, *(in_stead(act) for act in (BUILT, APPROVED, SENT_BACK, BUILT, APPROVED)))
    await decided(order, in_stead(ACCEPTED), AGREED)
    return await ended(order)


async def moved_and_moved_back(bench: Bench) -> Opened:
    order = await bench.place_in("implementation")
    longer = bench.terms(implement_within=45 * DAY, confirm_within=10 * DAY)
    moves = [("2026-01-01", "2027", longer), ("2027", "2026-01-01", bench.terms())]
    for before, to, terms in moves:
        changed = TermsChanged(before=before, policy_version=to, terms=terms, reason="a new guide")
        await order.report(changed, actor=OPERATOR)
        await bench.advance(DAY)
    for event in (BUILT, APPROVED):
        await order.report(event)
    return await ended(order)


DISPUTES: dict[str, tuple[Path, str]] = {
    "order-reworked": (reworked, "completed"),
    "order-reworked-until-appealed": (reworked_until_appealed, "accepted_by_silence"),
    "order-reminded": (reminded, "not_implemented"),
    "order-appeal-resumed": (in_appeal("implementation", RESUME), "not_implemented"),
    "order-appeal-more-days": (in_appeal("confirmation", FIVE_DAYS), "accepted_by_silence"),
    "order-appeal-refunded": (in_appeal("implementation", REFUND, **ALONE), "appeal_refunded"),
    "order-appeal-accepted": (in_appeal("confirmation", ACCEPT, **ALONE), "appeal_accepted"),
    "order-appealed-again": (appealed_again, "appeal_refunded"),
    "order-argued-and-given-in": (argued_and_given_in, "declined"),
    "order-appeal-escalated": (escalated, "accepted_by_silence"),
    "order-two-operators": (two_operators, "appeal_accepted"),
    "order-acted-in-stead": (acted_in_stead, "completed"),
    "order-moved-and-moved-back": (moved_and_moved_back, "accepted_by_silence"),
}
"""By file name: how it is played, and the outcome it has."""
