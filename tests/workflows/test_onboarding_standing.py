"""What a provider puts down and keeps, in cases of its own: ALI-ONB-07, -08, -15, TCM-TEN-15."""

from typing import Any

import pytest
from sqlmodel import Session

from models.cases import SYSTEM
from models.deposits import ReleaseRequested
from models.interventions import Resumed
from models.processes import PROCESSES
from models.tables import AdmissionRow
from models.telling import AccountChanged, DepositChanged
from tests.bench import DAY, Bench, Opened
from tests.onboardings import REJECT, WITHDRAW, Onboarding, waive

DEPOSITS = PROCESSES["deposit-accounts"]
PROVEN = AccountChanged(account="b", verified=True, account_version=1)
VOID = AccountChanged(account="b", verified=False, account_version=1, why="void")


def deposit(held: int, required: int = 30_000) -> DepositChanged:
    return DepositChanged(deposit="d", required_fen=required, held_fen=held)


async def test_whoever_has_to_put_something_down_is_told_where(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "depositing")
    [row] = [row for row in onboarding.case.changes() if row.event == "case_opened"]
    assert row.data == {"case_id": onboarding.kept("deposit-accounts").case_id}
    account = await onboarding.kept("deposit-accounts").on_record()
    assert (account.provider_id, account.opened_at >= row.at - DAY) == (
        onboarding.applicant.provider_id,
        True,
    )


async def test_a_deposit_that_falls_short_again_before_the_end_is_asked_for_again(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "proving_account")
    view = await onboarding.hears(deposit(20_000))
    assert (view.stage, onboarding.checklist()["deposit"]) == ("proving_account", "missing")
    assert (await onboarding.proves()).stage == "depositing"
    await onboarding.hears(deposit(30_000))
    view = await onboarding.reaches("paying_fee")
    assert onboarding.checklist()["deposit"] == "accepted"


async def test_a_deposit_that_is_topped_up_in_time_is_not_asked_for_again(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "proving_account")
    await onboarding.hears(deposit(20_000))
    await onboarding.hears(deposit(30_000))
    assert (await onboarding.proves()).stage == "paying_fee"


async def test_an_account_that_is_void_before_the_end_has_to_be_proven_again(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "paying_fee")
    view = await onboarding.hears(VOID)
    assert (view.stage, onboarding.checklist()["bank_account"]) == ("paying_fee", "missing")
    await onboarding.pays()
    view = await onboarding.reaches("proving_account")
    assert view.data["bank_account"] == {"case_id": "b", "verified": False, "account_version": 1}
    await onboarding.hears(PROVEN)
    assert (await onboarding.reaches("closed")).outcome == "onboarded"


async def test_what_was_waived_stays_so_whatever_is_told(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "depositing")
    await onboarding.both_decide(waive("deposit"))
    await onboarding.hears(deposit(0))
    assert onboarding.checklist()["deposit"] == "waived"
    assert (await onboarding.proves()).stage == "paying_fee"


@pytest.mark.parametrize("stage", ["signing", "identifying", "preparing", "reviewing"])
async def test_what_other_cases_tell_is_heard_in_every_stage(bench: Bench, stage: str) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", stage)
    for message in (deposit(1), PROVEN, VOID):
        assert (await onboarding.hears(message)).stage == stage
    assert onboarding.case.path()[-3:] == ["deposit_changed", "account_changed", "account_changed"]


async def test_a_deposit_that_is_there_before_its_turn_is_not_asked_for(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "reviewing")
    await onboarding.hears(deposit(30_000))
    await onboarding.goes_to("proving_account")
    assert "depositing" not in {row.stage_after for row in onboarding.case.changes()}


async def test_categories_that_were_never_told_block_the_deposit_and_operators_may_do_without(
    bench: Bench,
) -> None:
    """ALI-ONB-15: without a market the deposit cannot be computed."""
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    await onboarding.decides(waive("application"))
    await onboarding.says(onboarding.signs())
    view = await onboarding.case.stands("blocked")
    assert (view.stage, view.blocked_by) == ("depositing", ("Refused",))
    await onboarding.decides(Resumed(reason="once more"))
    await onboarding.case.stands("resumed", "blocked")
    await onboarding.both_decide(waive("deposit"))
    view = await onboarding.reaches("closed")
    assert (view.outcome, view.blocked_by) == ("onboarded", ())


async def test_what_could_not_be_opened_holds_up_no_ending(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "preparing")
    await onboarding.decides(waive("application"))
    await onboarding.says(onboarding.signs())
    await onboarding.case.stands("blocked")
    await onboarding.says(WITHDRAW)
    view = await onboarding.reaches("closed")
    assert (view.outcome, view.blocked_by) == ("withdrawn", ())
    with Session(bench.engine) as session:
        assert session.get(AdmissionRow, onboarding.kept("deposit-accounts").case_id) is None


# --- winding up


async def test_what_was_opened_is_told_and_what_was_put_down_comes_back(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "proving_account")
    await onboarding.decides(REJECT)
    view = await onboarding.reaches("closed")
    assert view.outcome == "rejected"
    accounts: dict[str, Any] = {}
    for process in ("deposit-accounts", "bank-accounts"):
        account = onboarding.kept(process)
        accounts[process] = account
        [row] = [row for row in account.changes() if row.event == "cooperation_ended"]
        assert (row.data["why"], row.actor["subject"]) == ("rejected", SYSTEM.subject)
    assert await accounts["deposit-accounts"].ends() == "released"
    assert await accounts["bank-accounts"].ends() == "cooperation_ended"


async def test_what_was_never_opened_is_not_opened_to_be_ended(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "rehearsal", "depositing")
    await onboarding.says(WITHDRAW)
    await onboarding.reaches("closed")
    with Session(bench.engine) as session:
        assert session.get(AdmissionRow, onboarding.kept("bank-accounts").case_id) is None
        assert session.get(AdmissionRow, onboarding.kept("deposit-accounts").case_id) is not None


async def others(bench: Bench, provider_id: str) -> Opened:
    """A deposit account of the same provider, which this onboarding did not open."""
    body = DEPOSITS.start.model_validate(
        {"id": f"{provider_id}-own", "provider_id": provider_id, "categories": ["service"]}
    )
    account = await bench.start(DEPOSITS, body, "aliyun")
    await account.on_record()
    return account


async def test_an_account_that_another_case_holds_is_shown_and_never_told(bench: Bench) -> None:
    onboarding = await Onboarding.in_stage(bench, "aliyun", "signing")
    account = await others(bench, onboarding.applicant.provider_id)
    await onboarding.says(onboarding.signs())
    await onboarding.case.stands("case_opened")
    assert onboarding.case.changes()[-1].data == {"case_id": account.case_id}
    await onboarding.decides(REJECT)
    await onboarding.reaches("closed")
    assert "cooperation_ended" not in account.path()


async def test_once_another_cases_account_has_ended_one_of_its_own_is_opened(bench: Bench) -> None:
    """Whoever applied before, and gave up, leaves an account that is about to close."""
    onboarding = await Onboarding.in_stage(bench, "aliyun", "signing")
    account = await others(bench, onboarding.applicant.provider_id)
    await onboarding.says(onboarding.signs())
    await onboarding.case.stands("case_opened")
    await bench.advance(3 * DAY)
    assert onboarding.case.path().count("case_opened") == 1
    await account.report(ReleaseRequested())
    assert await account.ends() == "released"
    await bench.advance(DAY)
    await onboarding.case.stands("case_opened", "deposit_changed")
    assert (await onboarding.goes_to("closed")).outcome == "onboarded"
