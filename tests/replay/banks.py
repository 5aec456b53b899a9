"""The paths of bank accounts and bank notices of which a history is kept, in both directions of a check."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

from activities.gateways.simulated.misbehaving import Behaviour
from activities.other_cases import OtherCases
from models.bank_accounts import AccountGiven
from models.bank_entries import BankEntry
from models.bank_notices import TellOfEntry
from models.bank_process import BANK_NOTICES
from models.interventions import Resumed
from models.telling import CooperationEnded, Telling
from tests.bank_accounts import (
    COMPANY,
    END,
    PLATFORM_PAYS,
    PROVIDER_REMITS,
    VOID,
    Account,
    details,
    where,
)
from tests.bench import DAY, OPERATOR, SECOND, Bench, Opened
from tests.workflows.test_bank_account_listeners import proving

Path = Callable[[Bench], Awaitable[Opened]]
INSTRUCTED = ("account_given", "data_in_order", "instructed")
UNKNOWN = "62220000000000000"
"""An account that the bank does not know."""
RESUME = Resumed(reason="the bank was wrong")


async def ended(account: Account) -> Opened:
    await account.decides(END)
    await account.case.ends()
    return account.case


async def told_to_remit(bench: Bench) -> Account:
    account = await Account.opened(bench, PROVIDER_REMITS)
    await account.given(*INSTRUCTED)
    return account


async def told(account: Account, entry: BankEntry) -> Opened:
    notice = await account.told(entry)
    await notice.ends()
    return notice


async def wrong_then_right(bench: Bench) -> Opened:
    account = await Account.opened(bench)
    await account.given()
    await account.uses_up(2)
    await account.enters(await account.received())
    return await ended(account)


async def with_a_code(bench: Bench) -> Opened:
    """Proven in the other way, and over when the cooperation is."""
    account = await Account.opened(bench, "aliyun")
    await account.given()
    await account.enters(await account.received())
    message, key = CooperationEnded(why="withdrawn"), uuid.uuid4().hex
    telling = Telling(case_id=account.case.case_id, message=message, key=key, at=await bench.now())
    await OtherCases(bench.engine, bench.client, bench.admissions).tell(telling)
    await account.case.ends()
    return account.case


async def used_up(bench: Bench) -> Opened:
    """Operators end a rest; then no guess is left, the account is given in vain, and another is proven."""
    account = await Account.opened(bench)
    await account.given()
    await account.uses_up()
    await account.granted("approved", "paid_in")
    await account.uses_up()
    await account.given("account_given", "data_in_order", "not_issued")
    account.number = details().number
    await account.verified()
    return await ended(account)


async def nothing_typed_in(bench: Bench) -> Opened:
    account = await Account.opened(bench)
    due = (await account.given()).tasks[0].deadline_at
    assert due is not None
    await bench.advance_to(due)
    await account.case.stands("reminded", "amounts_overdue")
    await bench.advance(DAY + SECOND)
    await account.case.stands("cooling_down_overdue", "paid_in")
    await bench.advance(3 * DAY + SECOND)
    await account.case.stands("reminded", "amounts_overdue")
    return await ended(account)


async def data_refused(bench: Bench) -> Opened:
    """The bank takes its time, refuses, and then knows the account."""
    account = await Account.opened(bench)
    await asyncio.to_thread(account.bank.misbehave, "bank_check", Behaviour.UNAVAILABLE, 1000)
    await account.says(AccountGiven(account=details(number=UNKNOWN)))
    await bench.advance(DAY + SECOND)
    await account.case.stands("account_given", "delayed")
    await asyncio.to_thread(account.bank.misbehave, "bank_check", Behaviour.UNAVAILABLE, 0)
    await bench.advance(DAY / 240)  # until it is asked again
    await account.case.stands("delayed", "data_refused")
    await account.verified()
    return await ended(account)


async def changed(bench: Bench) -> Opened:
    """While it is checked, and after it was proven."""
    account = await Account.opened(bench)
    await account.given()
    for _ in range(2):
        account.number = details().number
        await account.verified()
    return await ended(account)


async def voided(bench: Bench) -> Opened:
    """While it is checked, and after it was proven."""
    account = await Account.opened(bench)
    await account.given()
    await account.decides(VOID)
    account.number = details().number
    await account.verified()
    await account.decides(VOID)
    return await ended(account)


async def returned_after_success(bench: Bench) -> Opened:
    account = await Account.opened(bench)
    await account.verified()
    await told(account, await account.sends_back())
    await account.case.stands("amounts_entered", "payment_returned")
    return await ended(account)


async def remitted(bench: Bench) -> Opened:
    """Another sum first, which proves nothing."""
    account = await told_to_remit(bench)
    await told(account, await account.remits(amount_fen=9999))
    await told(account, await account.remits())
    await account.case.stands("instructed", "remitted")
    return await ended(account)


async def remitted_at_the_last(bench: Bench) -> Opened:
    """After two instructions lapsed, and no notice tells of it."""
    account = await told_to_remit(bench)
    for _ in range(2):
        await bench.advance_to((await account.instruction()).until + SECOND)
        await account.case.stands("remittance_overdue", "lapsed", "instructed")
    due = (await account.instruction()).until
    await account.remits(at=due - SECOND)
    await bench.advance_to(due + SECOND)
    await account.case.stands("remittance_overdue", "remittance_found")
    return await ended(account)


async def granted_another(bench: Bench) -> Opened:
    account = await told_to_remit(bench)
    await account.lapses()
    await account.granted("approved", "instructed")
    await told(account, await account.remits())
    await account.case.stands("instructed", "remitted")
    return await ended(account)


async def run_after_run(bench: Bench) -> Opened:
    """Verified, returned, and given anew: what it is goes along."""
    account = await Account.opened(where(bench, events_a_run=30))
    await account.verified()
    await account.in_another_run()
    await told(account, await account.sends_back())
    await account.case.stands("payment_returned")
    account.number = details().number
    await account.verified()
    return await ended(account)


async def listened_to(bench: Bench) -> Opened:
    """By an onboarding of the same provider, from before it is proven until its end."""
    _, account = await proving(bench, COMPANY)
    await account.case.stands("opened", "listener_added")
    await account.verified()
    return await ended(account)


async def no_onboarding(bench: Bench) -> Opened:
    account = await Account.opened(bench, PLATFORM_PAYS, f"ob-{uuid.uuid4().hex}")
    await account.case.ends()
    return account.case


# --- notices


async def matched(bench: Bench) -> Opened:
    account = await told_to_remit(bench)
    entry = await account.remits()
    await asyncio.to_thread(account.bank.misbehave, "bank_entry", Behaviour.IN_PROGRESS, 2)
    return await told(account, entry)


async def refused_and_resumed(bench: Bench) -> Opened:
    account = await told_to_remit(bench)
    entry = await account.remits()
    await asyncio.to_thread(account.bank.misbehave, "bank_entry", Behaviour.REFUSED, 1)
    notice = await account.told(entry)
    await notice.stands("opened", "blocked")
    await account.decides(VOID)
    await notice.report(RESUME, actor=OPERATOR)
    await notice.ends()
    return notice


async def of_another_sum(bench: Bench) -> Opened:
    account = await told_to_remit(bench)
    return await told(account, await account.remits(amount_fen=9999))


async def came_back(bench: Bench) -> Opened:
    account = await Account.opened(bench)
    await account.verified()
    return await told(account, await account.sends_back())


async def came_back_twice(bench: Bench) -> Opened:
    """Of the second payment nobody wants to hear any more."""
    account = await Account.opened(bench)
    await account.verified()
    first, second = await account.sends_back(-1), await account.sends_back(-2)
    await told(account, first)
    return await told(account, second)


async def never_confirmed(bench: Bench) -> Opened:
    notice = await bench.start(BANK_NOTICES, TellOfEntry(id=f"r-{uuid.uuid4().hex}"), PROVIDER_REMITS)
    await notice.on_record()
    await bench.advance(timedelta(seconds=21))
    await notice.ends()
    return notice


BANKS: dict[str, tuple[Path, str]] = {
    "account-wrong-then-right": (wrong_then_right, "ended"),
    "account-with-a-code": (with_a_code, "cooperation_ended"),
    "account-used-up": (used_up, "ended"),
    "account-nothing-typed-in": (nothing_typed_in, "ended"),
    "account-data-refused": (data_refused, "ended"),
    "account-changed": (changed, "ended"),
    "account-voided": (voided, "ended"),
    "account-returned-after-success": (returned_after_success, "ended"),
    "account-remitted": (remitted, "ended"),
    "account-remitted-at-the-last": (remitted_at_the_last, "ended"),
    "account-granted-another": (granted_another, "ended"),
    "account-run-after-run": (run_after_run, "ended"),
    "account-listened-to": (listened_to, "ended"),
    "account-no-onboarding": (no_onboarding, "no_onboarding"),
    "notice-matched": (matched, "matched"),
    "notice-refused-and-resumed": (refused_and_resumed, "unmatched"),
    "notice-of-another-sum": (of_another_sum, "unmatched"),
    "notice-came-back": (came_back, "voided"),
    "notice-came-back-twice": (came_back_twice, "unmatched"),
    "notice-never-confirmed": (never_confirmed, "unconfirmed"),
}
"""By file name: how it is played, and the outcome it has."""
