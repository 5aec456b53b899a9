"""A provider remits what it was told to, or not: TCM-WX-03..07, TCM-WX-13, AMB-34."""

from datetime import timedelta
from typing import Any

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from models.bank_accounts import AccountGiven
from tests.bank_accounts import PROVIDER_REMITS, VOID, Account, details
from tests.bench import SECOND, Bench

INSTRUCTED = ("account_given", "data_in_order", "instructed")
LAPSED = ("remittance_overdue", "lapsed")


async def told_to_remit(bench: Bench) -> Account:
    account = await Account.opened(bench, PROVIDER_REMITS)
    await account.given(*INSTRUCTED)
    return account


@pytest.mark.parametrize(
    ("how", "why"),
    [
        pytest.param({"amount_fen": 9999}, "wrong_amount", id="another amount"),
        pytest.param({"holder": "别人"}, "wrong_payer", id="another name"),
        pytest.param({"number": details().number}, "wrong_payer", id="another account"),
        pytest.param({"remark": "rent"}, "unknown_remark", id="another remark"),
    ],
)
async def test_another_remittance_proves_nothing_and_the_right_one_still_may(
    bench: Bench, how: dict[str, Any], why: str
) -> None:
    account = await told_to_remit(bench)
    notice = await account.told(await account.remits(**how))
    assert await notice.ends() == "unmatched"
    assert notice.path() == ["opened", "not_matched"]
    view = await notice.on_record()
    assert (view.data["reason"], view.regarding) == (why, None)
    assert (await account.case.on_record()).stage == "awaiting_remittance"
    assert await (await account.told(await account.remits())).ends() == "matched"


async def test_three_times_a_round_lapses_and_then_the_form_comes_again(bench: Bench) -> None:
    """AMB-34: a new instruction with a new deadline, at most three."""
    account = await told_to_remit(bench)
    asked = [await account.instruction()]
    for _ in range(2):
        await bench.advance_to(asked[-1].until + SECOND)
        view = await account.case.stands(*LAPSED, "instructed")
        assert view.stage == "awaiting_remittance"
        asked.append(await account.instruction())
        assert asked[-1].until > asked[-2].until
    await bench.advance_to(asked[-1].until + SECOND)
    view = await account.case.stands(*LAPSED)
    assert (view.stage, view.data["why"], view.data["round"]) == ("awaiting_details", "rounds_used_up", 3)
    notice = await account.told(await account.remits_as(asked[0]))
    assert await notice.ends() == "unmatched"
    again = await account.given("account_given", "data_in_order", "not_issued")
    assert again.stage == "awaiting_details"


async def test_a_remittance_at_the_deadline_is_late(bench: Bench) -> None:
    account = await told_to_remit(bench)
    due = (await account.instruction()).until
    entry = await account.remits(at=due)
    notice = await account.told(entry)
    assert await notice.ends() == "unmatched"
    assert (await notice.on_record()).data["reason"] == "late"
    assert (await account.case.on_record()).data["verified"] is False


async def test_before_a_round_is_given_up_the_bank_is_asked(bench: Bench) -> None:
    """The notice was lost; the entry tells of itself once more, and that is no news."""
    account = await told_to_remit(bench)
    due = (await account.instruction()).until
    entry = await account.remits(at=due - SECOND)
    await bench.advance_to(due + SECOND)
    view = await account.case.stands("remittance_overdue", "remittance_found")
    assert (view.stage, view.data["verified"]) == ("verified", True)
    assert await (await account.told(entry)).ends() == "matched"
    assert account.case.path()[-1] == "remittance_found"


async def test_a_notice_that_comes_while_the_bank_is_asked_is_taken(bench: Bench) -> None:
    account = await told_to_remit(bench)
    account.bank.misbehave("bank_entries_since", Behaviour.UNAVAILABLE, 1000)
    due = (await account.instruction()).until
    entry = await account.remits(at=due - SECOND)
    await bench.advance_to(due + SECOND)
    assert (await account.case.stands("remittance_overdue")).stage == "asking_bank"
    assert await (await account.told(entry)).ends() == "matched"
    view = await account.case.stands("remittance_overdue", "remitted")
    account.bank.misbehave("bank_entries_since", Behaviour.UNAVAILABLE, 0)
    assert view.stage == "verified"


async def test_a_bank_that_does_not_answer_keeps_the_round_and_alarms_operators(bench: Bench) -> None:
    account = await told_to_remit(bench)
    account.bank.misbehave("bank_entries_since", Behaviour.UNAVAILABLE, 1000)
    due = (await account.instruction()).until
    await bench.advance_to(due + timedelta(seconds=32))
    view = await account.case.stands("remittance_overdue", "delayed")
    assert (view.stage, view.blocked_by) == ("asking_bank", ("Delayed",))
    account.bank.misbehave("bank_entries_since", Behaviour.UNAVAILABLE, 0)
    await account.case.stands(*("delayed", "lapsed", "instructed"))


@pytest.mark.parametrize("interrupted", ["given", "voided"])
async def test_what_was_remitted_for_an_account_that_was_left_proves_nothing(
    bench: Bench, interrupted: str
) -> None:
    account = await told_to_remit(bench)
    asked = await account.instruction()
    entry = await account.remits()
    if interrupted == "given":
        await account.given(*INSTRUCTED, number=details().number)
    else:
        await account.decides(VOID)
    notice = await account.told(entry)
    assert await notice.ends() == "unmatched"
    view = await account.case.on_record()
    assert view.data["verified"] is False
    assert asked.payer_number != account.number or interrupted == "voided"


async def test_a_worker_that_was_down_across_the_deadline_finds_what_came_in_time(lone_bench: Bench) -> None:
    bench = lone_bench
    async with bench.working(cached_workflows=0):
        account = await told_to_remit(bench)
        due = (await account.instruction()).until
    entry = await account.remits(at=due - SECOND)
    async with bench.passing(due + SECOND):
        pass_on = bench.working()
    async with pass_on:
        view = await account.case.stands("remittance_overdue", "remittance_found")
        assert view.stage == "verified"
        assert await (await account.told(entry)).ends() == "matched"
        await bench.clear()


async def test_a_changed_account_is_remitted_from_anew(bench: Bench) -> None:
    account = await told_to_remit(bench)
    await (await account.told(await account.remits())).ends()
    await account.case.stands("remitted")
    account.number = details().number
    await account.says(AccountGiven(account=details(number=account.number)))
    view = await account.case.stands(*INSTRUCTED)
    assert (view.data["verified"], view.data["account_version"]) == (False, 2)
    await (await account.told(await account.remits())).ends()
    assert (await account.case.stands("instructed", "remitted")).data["verified"] is True
