"""The paths of onboardings of which a history is kept: every outcome in every market, and the ways there."""

import asyncio
from collections.abc import Awaitable, Callable

from activities.gateways.simulated.misbehaving import Behaviour
from activities.gateways.simulated.registries import SimulatedRegistry
from models.interventions import Extended, Paused, Resumed
from models.telling import AccountChanged, DepositChanged
from tests.bench import DAY, SECOND, Bench, Opened
from tests.onboardings import APPROVE, FACTS, REJECT, WITHDRAW, Onboarding, correct, waive
from tests.workflows.test_bank_account_listeners import proving

RESUME = Resumed(reason="it is back")
SHORT = DepositChanged(deposit="d", required_fen=30_000, held_fen=10_000)
VOID = AccountChanged(account="b", verified=False, account_version=1, why="void")
OTHER_FACTS = FACTS.model_copy(update={"registered_capital_fen": 90_000_000})
Path = Callable[[Bench], Awaitable[Opened]]


def onboarding(market: str, stage: str, event: object = None) -> Path:
    """An onboarding that comes as far as this, then takes this event, or goes on to its end by silence."""

    async def played(bench: Bench) -> Opened:
        found = await Onboarding.in_stage(bench, market, stage)
        if event is not None:
            await (found.says(event) if event is WITHDRAW else found.decides(event))
            await found.reaches("closed")
        await found.case.ends()
        return found.case

    return played


async def registers_trouble(bench: Bench) -> Opened:
    """Contradicted, refused, delayed, and done without."""
    found = await Onboarding.in_stage(bench, "rehearsal", "identifying")
    found.applicant.is_registered(bench, name="Another Name Ltd")
    await found.says(found.applicant.identity())
    await found.case.stands("identity_contradicted")
    registry = SimulatedRegistry(bench.engine)
    await asyncio.to_thread(registry.misbehave, Behaviour.REFUSED)
    await found.says(found.applicant.identity())
    await found.case.stands("blocked")
    await found.decides(waive("permission"))
    await found.decides(RESUME)
    await found.case.stands("identity_contradicted")
    await found.decides(waive("identity"))
    await found.says(found.applicant.application(facts=OTHER_FACTS))
    await found.case.stands("application_contradicted")
    await asyncio.to_thread(registry.misbehave, Behaviour.UNAVAILABLE, 6)
    await found.says(found.applicant.application())
    await bench.advance(32 * SECOND)
    await found.reaches("reviewing")
    await found.decides(APPROVE)
    await found.case.ends()
    return found.case


async def sent_back(bench: Bench) -> Opened:
    """Corrected, escalated, paused, extended, and approved."""
    found = await Onboarding.in_stage(bench, "tencent-cloud", "reviewing")
    await found.decides(correct(("application", "contact"), ("business_licence", "papers")))
    for ruling in (Extended(reason="a holiday", by=3 * DAY), Paused(reason="moving")):
        await found.decides(ruling)
    await bench.advance(40 * DAY)
    await found.decides(RESUME)
    await found.says(found.applicant.application())
    await found.case.stands("replanned")
    due = await found.case.due()
    await bench.advance_to(due + SECOND)
    await found.case.stands("review_overdue")
    await found.decides(APPROVE)
    await found.goes_to("closed")
    return found.case


async def falls_short(bench: Bench) -> Opened:
    """What was put down and proven is no longer, and is again; the fee is asked for twice."""
    found = await Onboarding.in_stage(bench, "rehearsal", "paying_fee")
    await found.hears(SHORT)
    await found.both_decide(waive("deposit"))
    await found.case.stands("payment_closed", "payment_opened")
    await found.hears(VOID)
    await found.pays()
    await found.reaches("proving_account")
    await found.goes_to("closed")
    return found.case


async def of_anothers_account(bench: Bench) -> Opened:
    """The provider has an account already, which is proven to be this company's."""
    found, account = await proving(bench)
    await account.case.stands("opened", "listener_added")
    await account.given(holder=found.applicant.name)
    await account.enters(await account.received())
    await found.reaches("closed")
    return found.case


MARKETS = {"aliyun": "depositing", "tencent-cloud": "proving_account", "rehearsal": "paying_fee"}
"""By market: the last stage that a provider has to do something in."""
ONBOARDINGS: dict[str, tuple[Path, str]] = {
    name: path
    for market, last in MARKETS.items()
    for name, path in {
        f"onboarding-{market}-onboarded": (onboarding(market, "closed"), "onboarded"),
        f"onboarding-{market}-rejected": (onboarding(market, "reviewing", REJECT), "rejected"),
        f"onboarding-{market}-withdrawn": (onboarding(market, last, WITHDRAW), "withdrawn"),
        f"onboarding-{market}-lapsed": (onboarding(market, last), "lapsed"),
    }.items()
} | {
    "onboarding-registers-trouble": (registers_trouble, "lapsed"),
    "onboarding-sent-back": (sent_back, "onboarded"),
    "onboarding-falls-short": (falls_short, "onboarded"),
    "onboarding-of-anothers-account": (of_anothers_account, "onboarded"),
}
