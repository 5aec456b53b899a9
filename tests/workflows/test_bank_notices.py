"""What the bank tells of is confirmed, decided once, and finds its case: TCM-WX-05, AMB-34."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from models.bank_notices import ForAccount, TellOfEntry
from models.bank_process import BANK_NOTICES
from models.cases import CaseView
from models.payments import Verdict
from models.rules.bank import REMARK
from models.rules.bank_notices import verdict_on
from tests.bank_accounts import PROVIDER_REMITS, Account
from tests.bench import Bench


async def told_to_remit(bench: Bench) -> Account:
    account = await Account.opened(bench, PROVIDER_REMITS)
    await account.given("account_given", "data_in_order", "instructed")
    return account


async def test_a_remittance_finds_its_case(bench: Bench) -> None:
    account = await told_to_remit(bench)
    entry = await account.remits()
    notice = await account.told(entry)
    assert await notice.ends() == "matched"
    assert notice.path() == ["opened", "confirmed", "matched"]
    view = await notice.on_record()
    assert (view.regarding, view.provider_id) == (account.case.case_id, None)
    assert view.data == {"kind": "matched", "round": 1}
    [change] = [change for change in account.case.changes() if change.event == "remitted"]
    assert change.data == {"round": 1, "occurred_at": entry.at.isoformat()}


async def test_an_entry_that_the_bank_does_not_know_is_given_up(bench: Bench) -> None:
    notice = await bench.start(BANK_NOTICES, TellOfEntry(id=f"r-{uuid.uuid4().hex}"), PROVIDER_REMITS)
    assert (await notice.on_record()).stage == "asking"
    await bench.advance(timedelta(seconds=21))
    assert await notice.ends() == "unconfirmed"
    assert notice.path() == ["opened", "never_confirmed"]


async def test_an_entry_that_the_bank_confirms_later_is_waited_for(bench: Bench) -> None:
    account = await told_to_remit(bench)
    entry = await account.remits()
    account.bank.misbehave("bank_entry", Behaviour.IN_PROGRESS, 2)
    assert await (await account.told(entry)).ends() == "matched"


async def test_an_entry_of_another_market_is_none_of_ours(bench: Bench) -> None:
    account = await told_to_remit(bench)
    entry = await account.remits()
    elsewhere = await bench.start(BANK_NOTICES, TellOfEntry(id=entry.entry_id), "tencent-cloud")
    assert await (await account.told(entry)).ends() == "matched"
    await bench.advance(timedelta(days=8))
    assert await elsewhere.ends() == "unconfirmed"


async def test_an_entry_told_of_many_times_is_one_notice(bench: Bench) -> None:
    account = await told_to_remit(bench)
    entry = await account.remits()
    notices = await asyncio.gather(*(account.told(entry) for _ in range(5)))
    assert len({notice.case_id for notice in notices}) == 1
    assert await notices[0].ends() == "matched"
    assert account.case.path().count("remitted") == 1


async def test_of_many_remittances_one_proves_the_account_and_the_others_are_the_wallets(
    bench: Bench,
) -> None:
    account = await told_to_remit(bench)
    entries = [await account.remits() for _ in range(5)]
    notices = await asyncio.gather(*(account.told(entry) for entry in entries))
    outcomes = [await notice.ends() for notice in notices]
    assert sorted(outcomes) == ["matched", *["unmatched"] * 4]
    reasons = {notice.row().view["data"].get("reason") for notice in notices}  # type: ignore[union-attr]
    assert reasons == {None, "no_open_check"}
    assert account.case.path().count("remitted") == 1


async def test_money_from_somebody_whom_nobody_asked_is_unmatched(bench: Bench) -> None:
    account = await told_to_remit(bench)
    at = await bench.now()
    number = "6222021234567890129"
    entry = await asyncio.to_thread(account.bank.remit, PROVIDER_REMITS, "某公司", number, 53, REMARK, at)
    notice = await account.told(entry)
    assert await notice.ends() == "unmatched"
    assert (await notice.on_record()).data["reason"] == "wrong_payer"


async def test_a_bank_that_is_unavailable_for_a_while_is_asked_again(bench: Bench) -> None:
    account = await told_to_remit(bench)
    entry = await account.remits()
    account.bank.misbehave("bank_entry", Behaviour.UNAVAILABLE, 3)
    assert await (await account.told(entry)).ends() == "matched"


async def test_a_bank_that_refuses_puts_the_notice_on_the_operators_desk(bench: Bench) -> None:
    account = await told_to_remit(bench)
    entry = await account.remits()
    account.bank.misbehave("bank_entry", Behaviour.REFUSED, 1)
    notice = await account.told(entry)
    assert (await notice.stands("opened", "blocked")).blocked_by == ("Refused",)


TOLD = ForAccount.model_validate(
    {"entry_id": "r-1", "case_id": "c", "round": 2, "returned": False, "at": "2026-01-01T00:00:00Z"}
)
RETURNED = TOLD.model_copy(update={"returned": True})
UNDER_CHECK = {"first_round": 2, "round": 2, "verified": False, "under_check": True}
VERIFIED = {**UNDER_CHECK, "verified": True, "under_check": False}
GIVEN_UP = {**UNDER_CHECK, "under_check": False}


@pytest.mark.parametrize(
    ("told", "data", "closed", "verdict"),
    [
        (TOLD, UNDER_CHECK, False, None),
        (TOLD, VERIFIED, False, Verdict(taken=True)),
        (TOLD, GIVEN_UP, False, Verdict(taken=False, reason="given_up")),
        (TOLD, {**UNDER_CHECK, "first_round": 3}, False, Verdict(taken=False, reason="account_changed")),
        (TOLD, {}, False, Verdict(taken=False, reason="account_changed")),
        (TOLD, UNDER_CHECK, True, Verdict(taken=False, reason="case_closed")),
        (RETURNED, UNDER_CHECK, False, None),
        (RETURNED, VERIFIED, False, None),
        (RETURNED, GIVEN_UP, False, Verdict(taken=False, reason="given_up")),
        (RETURNED, {**VERIFIED, "first_round": 3}, False, Verdict(taken=False, reason="account_changed")),
    ],
)
def test_what_is_on_record_decides_whether_the_case_is_told(
    told: ForAccount, data: dict[str, object], closed: bool, verdict: Verdict | None
) -> None:
    at = told.at
    view = CaseView.model_validate(
        {
            **dict.fromkeys(("case_id", "process", "market", "id", "stage", "policy_version"), "x"),
            **{"provider_id": None, "opened_at": at, "changed_at": at, "data": data},
            "closed_at": at if closed else None,
        }
    )
    assert verdict_on(told, view) == verdict
