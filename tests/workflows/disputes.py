"""Orders that two sides do not agree about: what they say, what is decided, and how one gets there."""

from typing import Any

from models.appeals import (
    BuyerAppealed,
    BuyerStated,
    DecidedToAccept,
    DecidedToGiveDays,
    DecidedToRefund,
    DecidedToResume,
    Evidence,
    ProviderAppealed,
    ProviderStated,
)
from models.cases import CaseView, Event, Task
from models.interventions import Approved, Claimed, Disapproved, Noted, Released
from models.orders import DecidedInStead, ReworkRequested, ReworkTerms
from tests.bench import APPROVED, BUILT, BUYER, DAY, OPERATOR, SECOND, SECOND_OPERATOR, Bench, Opened

EVIDENCE = (Evidence(name="chat.png", sha256="ab" * 32),)
SENT_BACK = ReworkRequested(on_behalf_of=BUYER, reason="the menu is missing")
BUYER_APPEALS = BuyerAppealed(on_behalf_of=BUYER, statement="nobody answers", evidence=EVIDENCE)
PROVIDER_APPEALS = ProviderAppealed(statement="it is built as ordered")
BUYER_SAYS = BuyerStated(on_behalf_of=BUYER, statement="still nobody", evidence=EVIDENCE)
PROVIDER_SAYS = ProviderStated(statement="we wrote twice")
RESUME, REFUND = DecidedToResume(reason="both agreed"), DecidedToRefund(reason="never built")
ACCEPT, FIVE_DAYS = DecidedToAccept(reason="as ordered"), DecidedToGiveDays(reason="ill", by=5 * DAY)
AGREED, NOT_AGREED = Approved(reason="looked at it"), Disapproved(reason="ask the provider first")
CLAIMED, RELEASED, NOTED = Claimed(reason="mine"), Released(reason="shift ends"), Noted(reason="called them")
ALONE: dict[str, Any] = {"approval_above_fen": 10**6}
"""Terms by which one operator decides alone."""
NO_REWORK: dict[str, Any] = {"rework": None}
ONE_REWORK: dict[str, Any] = {"rework": ReworkTerms(reworks=1, rework_within=10 * DAY)}


def in_stead(act: Any) -> DecidedInStead:
    return DecidedInStead(act=act, reason="they phoned")


async def idle(order: Opened, event: Event) -> None:
    """Let the other side be idle until the event is taken.

    A second longer: this server cannot cancel a timer that fires at the same instant.
    """
    view = await order.on_record()
    for accepted in (each for task in view.tasks for each in task.accepts if each.event == event.event):
        if accepted.not_before is not None:
            await order.bench.advance_to(accepted.not_before + SECOND)


async def appealed(bench: Bench, task: str = "implementation", **how: Any) -> Opened:
    """An order that the waiting side appealed: the buyer while it is built, the provider while confirming."""
    order = await bench.place_in(task, **how)
    event: Event = BUYER_APPEALS if task == "implementation" else PROVIDER_APPEALS
    await idle(order, event)
    await order.report(event)
    await bench.settle(order)
    return order


async def sent_back(order: Opened, times: int = 1) -> CaseView:
    """From confirming: sent back, built and approved again, so many times."""
    for _ in range(times):
        for event in (SENT_BACK, BUILT, APPROVED):
            view = await order.report(event)
    return view


async def decided(order: Opened, *decisions: Event) -> CaseView:
    """One operator decides, and where it is needed a second one agrees."""
    for decision in decisions:
        actor = SECOND_OPERATOR if isinstance(decision, Approved) else OPERATOR
        view = await order.report(decision, actor=actor)
    return view


def task(view: CaseView, name: str) -> Task:
    [found] = [task for task in view.tasks if task.name == name]
    return found
