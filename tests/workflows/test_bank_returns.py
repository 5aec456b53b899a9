"""Payments that the bank sends back, and who hears that an account is proven or is not: invariant 7."""

import pytest
from sqlmodel import Session, col, select

from activities.gateways.simulated.misbehaving import Behaviour
from activities.other_cases import OtherCases
from models.bank_accounts import AccountGiven, PaymentReturned
from models.cases import BANK, SYSTEM
from models.tables import ChangeRow
from models.telling import CooperationEnded, Telling
from tests.bank_accounts import END, VOID, Account, details, where
from tests.bench import Bench, until
from tests.onboardings import Onboarding

ENDED = CooperationEnded(why="withdrawn")


async def for_an_onboarding(bench: Bench) -> tuple[Account, Onboarding]:
    """An account that an onboarding under way waits for."""
    onboarding = await Onboarding.begun(bench, "tencent-cloud", name="样例科技有限公司")
    account = await Account.opened(bench, "tencent-cloud", onboarding.applicant.id)
    return account, onboarding


async def told(bench: Bench, onboarding: Onboarding, times: int) -> list[tuple[bool, int, str | None]]:
    """What the onboarding heard of its account, once it did so often."""

    def heard() -> list[ChangeRow] | None:
        with Session(bench.engine) as session:
            mine = select(ChangeRow).where(
                ChangeRow.case_id == onboarding.case.case_id, ChangeRow.event == "account_changed"
            )
            rows = list(session.exec(mine.order_by(col(ChangeRow.version))))
        return rows if len(rows) >= times else None

    rows = await until(heard, meanwhile=bench.tick)
    return [(row.data["verified"], row.data["account_version"], row.data.get("why")) for row in rows]


async def test_a_payment_that_comes_back_after_success_voids_the_check(bench: Bench) -> None:
    account = await Account.opened(bench)
    await account.verified()
    notice = await account.told(await account.sends_back())
    assert await notice.ends() == "voided"
    assert notice.path() == ["opened", "confirmed", "voided"]
    assert (await notice.on_record()).regarding == account.case.case_id
    view = await account.case.stands("amounts_entered", "payment_returned")
    assert (view.stage, view.data["verified"]) == ("awaiting_details", False)
    assert (view.data["why"], view.data["blocks"]) == ("payment_returned", ["withdrawal"])


@pytest.mark.parametrize("stage", ["awaiting_amounts", "cooling_down"])
async def test_a_payment_that_comes_back_before_ends_the_round(bench: Bench, stage: str) -> None:
    account = await Account.opened(bench)
    await account.given()
    if stage == "cooling_down":
        await account.uses_up()
    assert (await account.case.on_record()).stage == stage
    notice = await account.told(await account.sends_back())
    assert await notice.ends() == "voided"
    view = await account.case.stands("payment_returned")
    assert (view.stage, view.data["why"]) == ("awaiting_details", "payment_returned")


async def test_a_second_payment_that_comes_back_changes_nothing_more(bench: Bench) -> None:
    account = await Account.opened(bench)
    await account.verified()
    first, second = await account.sends_back(-1), await account.sends_back(-2)
    assert await (await account.told(first)).ends() == "voided"
    late = await account.told(second)
    assert await late.ends() == "unmatched"
    assert (await late.on_record()).data["reason"] == "given_up"
    assert account.case.path().count("payment_returned") == 1


async def test_what_an_earlier_account_sends_back_leaves_the_new_one_as_it_is(bench: Bench) -> None:
    account = await Account.opened(bench)
    await account.verified()
    entry = await account.sends_back()
    await account.given(number=details().number)
    await account.enters(await account.received())
    notice = await account.told(entry)
    assert await notice.ends() == "unmatched"
    assert (await notice.on_record()).data["reason"] == "account_changed"
    assert (await account.case.on_record()).data["verified"] is True


async def test_a_case_never_takes_what_is_about_an_earlier_account(bench: Bench) -> None:
    """Also when its record was not read in time."""
    account = await Account.opened(bench)
    await account.given()
    await account.given(number=details().number)
    reason = await account.case.refuses(PaymentReturned(round=1), actor=BANK)
    assert reason == "another account was given since"
    reason = await account.case.refuses(PaymentReturned(round=3), actor=BANK)
    assert reason == "another account was given since"


async def test_money_for_a_case_that_has_closed_is_unmatched(bench: Bench) -> None:
    account = await Account.opened(bench)
    await account.given()
    await account.decides(END)
    notice = await account.told(await account.sends_back())
    assert await notice.ends() == "unmatched"
    assert (await notice.on_record()).data["reason"] == "case_closed"


async def test_the_onboarding_hears_whenever_the_account_is_proven_or_not(bench: Bench) -> None:
    account, onboarding = await for_an_onboarding(bench)
    await account.verified()
    assert await told(bench, onboarding, 1) == [(True, 1, None)]
    await (await account.told(await account.sends_back())).ends()
    assert (await told(bench, onboarding, 2))[1:] == [(False, 1, "payment_returned")]
    account.number = details().number
    await account.verified()
    await account.decides(VOID)
    await account.says(AccountGiven(account=details()))
    await account.case.stands("data_in_order", "paid_in")
    await account.decides(END)
    assert (await told(bench, onboarding, 4))[2:] == [(True, 2, None), (False, 2, "void")]
    assert await account.case.ends() == "ended"
    assert len(await told(bench, onboarding, 4)) == 4


async def test_it_hears_the_last_word_of_an_account_that_is_ended(bench: Bench) -> None:
    account, onboarding = await for_an_onboarding(bench)
    await account.verified()
    await account.decides(END)
    assert await told(bench, onboarding, 2) == [(True, 1, None), (False, 1, "ended")]


@pytest.mark.parametrize(
    "stage", ["awaiting_details", "checking_details", "awaiting_amounts", "cooling_down", "verified"]
)
async def test_when_the_cooperation_ends_so_does_the_account(bench: Bench, stage: str) -> None:
    account = await Account.opened(bench)
    if stage == "checking_details":
        account.bank.misbehave("bank_check", Behaviour.UNAVAILABLE, 1000)
        await account.says(AccountGiven(account=details()))
    elif stage != "awaiting_details":
        await account.given()
    if stage == "cooling_down":
        await account.uses_up()
    if stage == "verified":
        await account.enters(await account.received())
    assert (await account.case.on_record()).stage == stage
    others = OtherCases(bench.engine, bench.client, bench.admissions)
    telling = Telling(case_id=account.case.case_id, message=ENDED, key=f"{stage}-ended", at=await bench.now())
    assert (await others.tell(telling)).taken
    account.bank.misbehave("bank_check", Behaviour.UNAVAILABLE, 0)
    assert await account.case.ends() == "cooperation_ended"
    view = await account.case.on_record()
    assert (view.data["verified"], view.data["why"]) == (False, "cooperation_ended")
    assert (await others.tell(telling)).taken
    assert account.case.changes()[-1].actor["role"] == SYSTEM.role


async def test_in_run_after_run_an_account_stays_what_it_is(bench: Bench) -> None:
    """It continues as new at rest: in the verified stage, and while nobody has given an account."""
    account = await Account.opened(where(bench, events_a_run=30))
    await account.verified()
    await account.in_another_run()
    view = await account.decides(VOID)
    assert (view.stage, view.data["account_version"]) == ("awaiting_details", 1)
    account.number = details().number
    verified = await account.verified()
    assert (verified.data["account_version"], verified.data["round"]) == (2, 2)
    await (await account.told(await account.sends_back())).ends()
    await account.case.stands("payment_returned")
    changes = account.case.changes()
    assert [change.version for change in changes] == [*range(1, len(changes) + 1)]
    assert len({change.run_id for change in changes}) >= 3
    assert (await account.case.on_record()).data["verified"] is False
