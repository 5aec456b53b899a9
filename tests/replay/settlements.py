"""The paths of settlement accounts of which a history is kept: both ways to open, and what is owed after."""

import uuid
from collections.abc import Awaitable, Callable

from activities.other_cases import OtherCases
from models.rules.settlement import cut_over_at
from models.telling import CooperationEnded, Telling
from tests.bank_accounts import COMPANY
from tests.bench import DAY, SECOND, Bench, Opened
from tests.settlement_accounts import (
    AGREEMENT,
    ALIPAY,
    APPROVE,
    AUTHORISED,
    CORRECT,
    END,
    ENTERPRISE,
    MYBANK,
    REJECT,
    REVOKED,
    Settlement,
    before_the_last_day,
    filled_in,
    given,
    made_up_account,
    terms_of,
    where,
)

Path = Callable[[Bench], Awaitable[Opened]]


async def ended(settlement: Settlement) -> Opened:
    await settlement.decides(END)
    await settlement.case.ends()
    return settlement.case


async def by_alipay(bench: Bench) -> Opened:
    """An unknown account first, one that is sent back, an approval that takes too long; then MYbank, too."""
    settlement = await Settlement.opened(bench)
    await settlement.says(ALIPAY)
    await settlement.says(given(made_up_account()))
    await settlement.case.stands("account_mismatched")
    await settlement.says(given(settlement.account))
    await settlement.stands(alipay="approving")
    await settlement.decides(CORRECT)
    await settlement.says(given(settlement.account))
    await settlement.case.stands("account_matched", "replanned")
    await bench.advance_to(await settlement.case.due())
    await settlement.case.stands("reminded", "approval_overdue")
    await settlement.decides(APPROVE)
    await settlement.says(AUTHORISED)
    await settlement.says(REVOKED)
    await settlement.fills_in()
    await settlement.says(AGREEMENT)
    await settlement.says(AUTHORISED)
    return await ended(settlement)


async def by_mybank(bench: Bench) -> Opened:
    """Over when the cooperation is."""
    settlement = await Settlement.opened(bench)
    await settlement.opens_mybank()
    message, key = CooperationEnded(why="withdrawn"), uuid.uuid4().hex
    telling = Telling(case_id=settlement.case.case_id, message=message, key=key, at=await bench.now())
    await OtherCases(bench.engine, bench.client, bench.admissions).tell(telling)
    await settlement.case.ends()
    return settlement.case


async def both_at_once(bench: Bench) -> Opened:
    settlement = await Settlement.opened(bench)
    for event in (ALIPAY, MYBANK, ENTERPRISE, given(settlement.account), filled_in(settlement.account)):
        await settlement.says(event)
    await settlement.stands(alipay="approving", mybank="awaiting_agreement")
    await settlement.says(AGREEMENT)
    await settlement.decides(APPROVE)
    await settlement.says(AUTHORISED)
    return await ended(settlement)


async def rejected_and_begun_again(bench: Bench) -> Opened:
    settlement = await Settlement.opened(bench)
    await settlement.matched()
    await settlement.decides(REJECT)
    await settlement.opens_alipay()
    return await ended(settlement)


async def too_late(bench: Bench) -> Opened:
    """The old account is out of use before a new one is there."""
    soon = await before_the_last_day(bench)
    settlement = await Settlement.opened(soon)
    await settlement.says(ALIPAY)
    until = cut_over_at(terms_of(soon))
    for before in (14 * DAY, 3 * DAY):
        await bench.advance_to(until - before + SECOND)
        await settlement.case.stands("reminded")
    await bench.advance_to(until + SECOND)
    await settlement.case.stands("path_overdue")
    await settlement.says(given(settlement.account))
    await settlement.stands(alipay="approving")
    await settlement.decides(APPROVE)
    await settlement.says(AUTHORISED)
    return await ended(settlement)


async def in_arrears(bench: Bench) -> Opened:
    """Nothing is there, then the right is gone, and at last it is taken; a second claim takes nothing."""
    settlement = await Settlement.active(bench)
    event = await settlement.asks(600)
    await settlement.case.stands("recovery_asked", "not_recovered")
    await bench.advance(DAY + SECOND)
    await settlement.case.stands("not_recovered", "not_recovered")
    await settlement.says(REVOKED)
    settlement.accounts.open(settlement.account, COMPANY, 1_000)
    await bench.advance(2 * DAY)
    await settlement.says(AUTHORISED)
    await settlement.case.stands("deduction_authorised", "recovered")
    await settlement.says(event)
    await settlement.case.stands("recovery_asked", "not_recovered")
    return await ended(settlement)


async def run_after_run(bench: Bench) -> Opened:
    """Active, in arrears, with a second path half done: what it is goes along."""
    settlement = await Settlement.active(where(bench, events_a_run=60))
    await settlement.asks(600)
    await settlement.case.stands("not_recovered")
    await settlement.says(MYBANK)
    await settlement.says(ENTERPRISE)
    await settlement.in_another_run()
    settlement.accounts.open(settlement.account, COMPANY, 1_000)
    await bench.advance(DAY + SECOND)
    await settlement.case.stands("recovered")
    await settlement.says(filled_in(settlement.account))
    await settlement.stands(mybank="awaiting_agreement")
    await settlement.says(AGREEMENT)
    return await ended(settlement)


async def no_onboarding(bench: Bench) -> Opened:
    settlement = await Settlement.opened(bench, provider_id="isv-somebody-else")
    await settlement.case.ends()
    return settlement.case


SETTLEMENTS: dict[str, tuple[Path, str]] = {
    "settlement-by-alipay": (by_alipay, "ended"),
    "settlement-by-mybank": (by_mybank, "cooperation_ended"),
    "settlement-both-at-once": (both_at_once, "ended"),
    "settlement-rejected-and-begun-again": (rejected_and_begun_again, "ended"),
    "settlement-too-late": (too_late, "ended"),
    "settlement-in-arrears": (in_arrears, "ended"),
    "settlement-run-after-run": (run_after_run, "ended"),
    "settlement-no-onboarding": (no_onboarding, "no_onboarding"),
}
"""By file name: how it is played, and the outcome it has."""
