"""A bank account proves to be its provider's, either way: TCM-TEN-08..17, TCM-WX-03..07, AMB-33, -36."""

import uuid

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from models.bank import Guess
from models.bank_accounts import AccountGiven, AmountsEntered, OpenBankAccount
from models.bank_process import BANK_ACCOUNTS
from models.tables.admissions import HoldTaken
from tests.bank_accounts import END, PROVIDER_REMITS, VOID, Account, details, onboarded
from tests.bench import DAY, MINUTE, SECOND, Bench
from tests.sealing import sealed_for

ASKED = ["account_given", "data_in_order"]
PAID_IN = ["opened", *ASKED, "paid_in"]


async def test_the_amounts_that_came_in_prove_the_account(bench: Bench) -> None:
    account = await Account.opened(bench)
    view = await account.given()
    assert (view.stage, view.tasks[0].attempts_left) == ("awaiting_amounts", 3)
    assert (view.data["verified"], view.data["blocks"]) == (False, ["withdrawal"])
    verified = await account.enters(await account.received())
    assert (verified.stage, verified.tasks[0].waiting_on) == ("verified", "office")
    assert (verified.data["verified"], verified.data["blocks"]) == (True, [])
    assert (verified.data["account_version"], verified.data["round"]) == (1, 1)
    assert account.case.path() == [*PAID_IN, "amounts_entered"]
    assert account.case.changes()[-1].data["right"] is True


async def test_they_may_be_typed_in_in_any_order(bench: Bench) -> None:
    account = await Account.opened(bench)
    await account.given()
    first, second = (await account.received()).amounts_fen
    for amounts in ((first, second), (second, first)):
        assert sorted(amounts) == sorted((await account.received()).amounts_fen)
    assert (await account.enters(Guess(amounts_fen=(second, first)))).stage == "verified"


async def test_an_amount_and_the_code_beside_it_prove_the_account(bench: Bench) -> None:
    account = await Account.opened(bench, "aliyun")
    await account.given()
    [line] = account.bank.statement(account.number)
    code = line.remark.split()[-1]
    other = "000000" if code != "000000" else "000001"
    wrong = await account.enters(Guess(amounts_fen=(line.amount_fen,), code=other))
    assert (wrong.stage, wrong.tasks[0].attempts_left) == ("awaiting_amounts", 4)
    assert (await account.enters(Guess(amounts_fen=(line.amount_fen,), code=code))).stage == "verified"


async def test_a_wrong_guess_uses_an_attempt_and_hears_one_sentence(bench: Bench) -> None:
    account = await Account.opened(bench)
    due = (await account.given()).tasks[0].deadline_at
    wrong = await account.wrong()
    for left in (2, 1):
        view = await account.enters(wrong)
        assert (view.stage, view.tasks[0].attempts_left) == ("awaiting_amounts", left)
        assert view.tasks[0].deadline_at == due
        assert view.data["answer"] == "What was entered is not what was paid in."
        assert account.case.changes()[-1].data.keys() == {"guess", "occurred_at", "right", "attempts_left"}
    half = Guess(amounts_fen=((await account.received()).amounts_fen[0], 99))
    last = await account.enters(half)
    assert (last.stage, last.data["answer"]) == ("cooling_down", view.data["answer"])


async def test_a_guess_that_is_sent_again_is_answered_again(bench: Bench) -> None:
    account = await Account.opened(bench)
    await account.given()
    guess = await account.wrong()
    first = await account.enters(guess, key="a-guess")
    assert await account.enters(guess, key="a-guess") == first
    assert (await account.case.on_record()).tasks[0].attempts_left == 2


async def test_after_the_attempts_comes_a_rest_another_round_and_then_the_form_again(bench: Bench) -> None:
    """AMB-36."""
    account = await Account.opened(bench)
    await account.given()
    cooling = await account.uses_up()
    assert (cooling.stage, cooling.tasks[0].name) == ("cooling_down", "cooling_down")
    first = await account.received()
    await bench.advance(DAY + SECOND)
    await account.case.stands("cooling_down_overdue", "paid_in")
    second = await account.received()
    assert len(account.bank.statement(account.number)) == 4
    assert (await account.enters(first)).stage == "awaiting_amounts" or first == second
    view = await account.uses_up(2)
    assert (view.stage, view.data["why"]) == ("awaiting_details", "rounds_used_up")
    assert (await account.case.on_record()).data["verified"] is False
    again = await account.given("account_given", "data_in_order", "not_issued")
    assert (again.stage, again.data["why"]) == ("awaiting_details", "rounds_used_up")
    other = await account.given(number=details().number)
    assert (other.stage, other.data["account_version"]) == ("awaiting_amounts", 3)


async def test_what_is_typed_in_too_late_is_refused_and_a_round_lapses(bench: Bench) -> None:
    """72 hours: AMB-36."""
    account = await Account.opened(bench)
    due = (await account.given()).tasks[0].deadline_at
    assert due is not None
    right = await account.received()
    reason = await account.case.refuses(sealed_for(account.case, AmountsEntered(guess=right)), at=due)
    assert reason == "amounts_entered came after the deadline"
    await bench.advance_to(due)
    view = await account.case.stands("reminded", "amounts_overdue")
    assert view.stage == "cooling_down"
    await bench.advance(DAY + SECOND)
    view = await account.case.stands("cooling_down_overdue", "paid_in")
    await bench.advance(3 * DAY + SECOND)
    view = await account.case.stands("reminded", "amounts_overdue")
    assert (view.stage, view.data["why"]) == ("awaiting_details", "rounds_used_up")


async def test_what_was_typed_in_in_time_counts_at_the_very_last_moment(bench: Bench) -> None:
    account = await Account.opened(bench)
    due = (await account.given()).tasks[0].deadline_at
    assert due is not None
    await bench.advance_to(due - MINUTE)
    entered = await account.enters(await account.received(), at=due - SECOND)
    assert entered.stage == "verified"


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"holder": "样例科技"}, "holder_mismatch"), ({"number": "62220000000000000"}, "unknown_account")],
)
async def test_data_that_do_not_fit_lead_back_to_the_form(
    bench: Bench, changes: dict[str, str], why: str
) -> None:
    """ALI-SET-11, TCM-TEN-11."""
    account = await Account.opened(bench)
    number = account.number
    view = await account.given("account_given", "data_refused", **changes)
    assert (view.stage, view.data["why"], view.data["verified"]) == ("awaiting_details", why, False)
    assert account.bank.statement(account.number) == []
    account.number = number
    assert (await account.given()).stage == "awaiting_amounts"


async def test_a_bank_that_looks_at_the_data_for_a_day_is_told_to_operators(bench: Bench) -> None:
    """TCM-TEN-11. Whoever waits may give another account meanwhile, or the answer comes after all."""
    account = await Account.opened(bench)
    account.bank.misbehave("bank_check", Behaviour.UNAVAILABLE, 10_000)
    await account.says(AccountGiven(account=details(number=account.number)))
    await bench.advance(DAY + SECOND)
    view = await account.case.stands("account_given", "delayed")
    assert (view.stage, view.blocked_by) == ("checking_details", ("Delayed",))
    account.bank.misbehave("bank_check", Behaviour.UNAVAILABLE, 0)
    await bench.advance(DAY / 240)  # until it is asked again
    assert (await account.case.stands("delayed", "data_in_order", "paid_in")).blocked_by == ()


@pytest.mark.parametrize("how", ["another provider's", "another market's", "unknown", "rejected", "nameless"])
async def test_without_an_onboarding_of_its_own_an_account_is_closed_at_once(bench: Bench, how: str) -> None:
    """Another's is told of as one that is not there."""
    market = "tencent-cloud"
    name = {
        "another provider's": onboarded(bench, market, provider_id="isv-2"),
        "another market's": onboarded(bench, "aliyun"),
        "unknown": f"ob-{uuid.uuid4().hex}",
        "rejected": onboarded(bench, market, outcome="rejected"),
        "nameless": onboarded(bench, market, data={}),
    }[how]
    account = await Account.opened(bench, market, name)
    assert await account.case.ends() == "no_onboarding"
    assert account.case.path() == ["opened", "no_onboarding"]


async def test_an_account_that_is_changed_is_unproven_at_once(bench: Bench) -> None:
    """AMB-33, and invariant 7."""
    account = await Account.opened(bench)
    await account.verified()
    first = account.number
    await account.says(AccountGiven(account=details()))
    row = next(change for change in account.case.changes() if change.version == 6)
    assert (row.event, row.stage_before, row.stage_after) == ("account_given", "verified", "checking_details")
    shown = row.answer["data"]
    assert (shown["verified"], shown["account_version"], shown["blocks"]) == (False, 2, ["withdrawal"])
    await account.case.stands("data_in_order", "paid_in")
    account.number = first
    old = await account.received()
    view = await account.enters(old)
    assert view.data["verified"] is False


async def test_a_changed_account_interrupts_the_check_of_the_one_before(bench: Bench) -> None:
    account = await Account.opened(bench)
    await account.given()
    old = await account.received()
    view = await account.given(number=details().number)
    assert (view.data["account_version"], view.data["round"], view.data["first_round"]) == (2, 2, 2)
    right = await account.received()
    if {*right.amounts_fen} != {*old.amounts_fen}:
        assert (await account.enters(old)).stage == "awaiting_amounts"
    assert (await account.enters(right)).stage == "verified"


async def test_another_account_can_be_given_while_the_first_one_rests(bench: Bench) -> None:
    account = await Account.opened(bench)
    await account.given()
    await account.uses_up()
    view = await account.given(number=details().number)
    assert (view.stage, view.tasks[0].attempts_left) == ("awaiting_amounts", 3)


async def test_the_same_account_again_starts_no_new_count(bench: Bench) -> None:
    """Nasty 13: the counter is the account's, not the form's."""
    account = await Account.opened(bench)
    await account.given()
    await account.uses_up()
    view = await account.given("account_given", "data_in_order", "must_cool_down")
    assert view.stage == "cooling_down"
    assert len(account.bank.statement(account.number)) == 2


async def test_an_operator_voids_what_was_proven(bench: Bench) -> None:
    account = await Account.opened(bench)
    await account.verified()
    view = await account.decides(VOID)
    assert (view.stage, view.data["why"], view.data["verified"]) == ("awaiting_details", "void", False)
    assert view.data["blocks"] == ["withdrawal"]


@pytest.mark.parametrize("stage", ["awaiting_details", "awaiting_amounts", "cooling_down", "verified"])
async def test_operators_end_it_wherever_it_stands(bench: Bench, stage: str) -> None:
    account = await Account.opened(bench)
    if stage != "awaiting_details":
        await account.given()
    if stage == "cooling_down":
        await account.uses_up()
    if stage == "verified":
        await account.enters(await account.received())
    assert (await account.case.on_record()).stage == stage
    view = await account.decides(END)
    assert (view.stage, view.outcome, view.data["verified"]) == ("closed", "ended", False)
    assert await account.case.ends() == "ended"


async def test_a_provider_has_one_account_at_a_time(bench: Bench) -> None:
    account = await Account.opened(bench)
    row = account.case.row()
    assert row is not None
    assert row.provider_id == f"isv-{row.id}"
    again = onboarded(bench, account.market, provider_id=row.provider_id)
    body = OpenBankAccount(id=again, provider_id=str(row.provider_id), onboarding=again)
    with pytest.raises(HoldTaken):
        await bench.start(BANK_ACCOUNTS, body, account.market)


async def test_a_remittance_as_it_was_asked_for_proves_the_account(bench: Bench) -> None:
    """TCM-WX-05."""
    account = await Account.opened(bench, PROVIDER_REMITS)
    view = await account.given(*ASKED, "instructed")
    assert (view.stage, view.tasks[0].name) == ("awaiting_remittance", "remittance")
    notice = await account.told(await account.remits())
    assert await notice.ends() == "matched"
    verified = await account.case.stands("instructed", "remitted")
    assert (verified.stage, verified.data["verified"], verified.data["blocks"]) == ("verified", True, [])
    assert account.case.changes()[-1].actor["subject"] == "bank"
