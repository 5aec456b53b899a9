"""What the wallet pushes finds its case, which hears once what the wallet itself says: TCM-WX-01, -02."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.applyments import Applyments
from activities.gateways.simulated.misbehaving import Behaviour, misbehave
from activities.gateways.simulated.wallet import SimulatedWallet
from activities.wallet_notices import WalletNotices
from models.applyments import Applyment, ApplymentFacts, ApplymentState, AuditDetail
from models.cases import CaseView
from models.payments import Verdict
from models.rules.wallet_notices import TAKEN, facts_of, verdict_on
from models.wallet_notices import ForApplication, TellOfApplyment
from models.wallet_process import WALLET_NOTICES
from tests.bench import Bench, Opened
from tests.merchant_accounts import MARKET, Merchant
from tests.pictures import documents_of
from workflows.wallet_application import reference_of


async def told(bench: Bench, reference: str, market: str = MARKET, notice_id: str | None = None) -> Opened:
    body = TellOfApplyment(id=notice_id or f"n-{uuid.uuid4().hex}", reference=reference)
    return await bench.start(WALLET_NOTICES, body, market)


async def at_the_wallet(bench: Bench) -> Merchant:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    return merchant


async def ends(notice: Opened) -> tuple[str, dict[str, Any]]:
    outcome = await notice.ends()
    return outcome, (await notice.on_record()).data


async def test_a_push_is_told_to_the_case_that_it_is_about(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    await merchant.passes()
    notice = await told(bench, merchant.reference)
    assert await notice.ends() == "told"
    assert notice.path() == ["opened", "told"]
    view = await notice.on_record()
    assert (view.regarding, view.provider_id) == (merchant.case.case_id, None)
    assert view.data["reference"] == merchant.reference
    assert merchant.facts["review_passed"] is True
    [change] = [change for change in merchant.case.changes() if change.event == "applyment_changed"]
    assert change.actor["subject"] == "wallet"


async def test_all_three_parts_told_in_any_order_open_the_number(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    for happens in (merchant.signs, merchant.remits, merchant.passes):
        await happens()
        assert await (await told(bench, merchant.reference)).ends() == "told"
    assert await merchant.case.ends() == "opened"
    assert merchant.facts["number"] is not None


async def test_a_push_that_says_nothing_new_changes_nothing(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    before = merchant.case.path()
    notice = await told(bench, merchant.reference)
    assert await notice.ends() == "known"
    assert notice.path() == ["opened", "known"]
    assert merchant.case.path() == before


async def test_of_many_pushes_of_one_thing_the_case_hears_once(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    await merchant.signs()
    notices = await asyncio.gather(*(told(bench, merchant.reference) for _ in range(6)))
    outcomes = [await notice.ends() for notice in notices]
    assert sorted(outcomes) == [*["known"] * 5, "told"]
    assert merchant.case.path().count("applyment_changed") == 1


async def test_a_push_that_is_repeated_is_one_notice(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    await merchant.signs()
    name = f"n-{uuid.uuid4().hex}"
    notices = await asyncio.gather(*(told(bench, merchant.reference, notice_id=name) for _ in range(5)))
    assert len({notice.case_id for notice in notices}) == 1
    assert await notices[0].ends() == "told"
    assert merchant.case.path().count("applyment_changed") == 1


async def test_what_was_found_out_by_asking_is_no_news_any_more(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    await merchant.passes()
    await merchant.finds_out("applyment_changed")
    assert await (await told(bench, merchant.reference)).ends() == "known"
    assert merchant.case.path().count("applyment_changed") == 1


async def test_a_push_ahead_of_its_application_waits_for_it(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    notice = await told(bench, reference_of(merchant.case.case_id))
    assert (await notice.on_record()).stage == "asking"
    await merchant.submits()
    assert await notice.ends() == "known"


async def test_a_push_about_nothing_of_ours_is_given_up(bench: Bench) -> None:
    notice = await told(bench, f"ma-{uuid.uuid4().hex}")
    assert (await notice.on_record()).stage == "asking"
    await bench.advance(timedelta(days=1, minutes=1))
    assert await notice.ends() == "unconfirmed"
    assert notice.path() == ["opened", "never_confirmed"]


async def test_a_push_of_another_market_is_none_of_ours(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    await merchant.signs()
    elsewhere = await told(bench, merchant.reference, "rehearsal")
    await bench.advance(timedelta(seconds=21))
    assert await elsewhere.ends() == "unconfirmed"
    assert merchant.case.path().count("applyment_changed") == 0


def telling(merchant: Merchant, wallet: SimulatedWallet) -> WalletNotices:
    bench = merchant.bench
    applyments = Applyments(bench.engine, wallet, documents_of(bench.admissions.cipher), merchant.vault)
    return WalletNotices(bench.engine, bench.client, applyments)


async def test_a_push_whose_answer_was_lost_has_told_what_it_told(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    await merchant.signs()
    notices = telling(merchant, await merchant.wallet())
    about = ForApplication(market=MARKET, notice_id="n-1", reference=merchant.reference)
    assert [(await notices.tell(about)).outcome for _ in range(3)] == ["told"] * 3
    another = about.model_copy(update={"notice_id": "n-2"})
    assert (await notices.tell(another)).outcome == "known"
    assert merchant.case.path().count("applyment_changed") == 1


class WithoutMarkets(SimulatedWallet):
    """One account for all markets, as WeChat Pay's."""

    def look_up(self, _: str, reference: str) -> Applyment | None:
        return SimulatedWallet(self.engine).look_up(MARKET, reference)


async def test_a_wallet_that_knows_no_markets_tells_none_of_anothers(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    wallet = WithoutMarkets(bench.engine)
    notices = telling(merchant, wallet)
    about = ForApplication(market="rehearsal", notice_id="n-1", reference=merchant.reference)
    with pytest.raises(ApplicationError) as no:
        await notices.tell(about)
    assert no.value.type == "NotConfirmed"
    assert (await notices.tell(about.model_copy(update={"market": MARKET}))).outcome == "known"


async def test_a_wallet_that_answers_what_was_true_before_is_asked_by_the_case_again(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    await merchant.passes()
    misbehave(bench.engine, "wallet_look_up", Behaviour.STALE, 1)
    assert await (await told(bench, merchant.reference)).ends() == "known"
    assert await (await told(bench, merchant.reference)).ends() == "told"


async def test_an_old_rejection_does_not_reject_what_was_submitted_since(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    await merchant.turns_down()
    assert await (await told(bench, merchant.reference)).ends() == "told"
    await merchant.case.stands("applyment_rejected")
    await merchant.submits()
    misbehave(bench.engine, "wallet_look_up", Behaviour.STALE, 1)
    notice = await told(bench, merchant.reference)
    assert await notice.ends() == "known"
    assert merchant.facts["stage"] == "under_review"
    assert merchant.case.path().count("applyment_rejected") == 1
    await merchant.passes()
    assert await (await told(bench, merchant.reference)).ends() == "told"
    assert (merchant.facts["submission"], merchant.facts["review_passed"]) == (2, True)


async def test_a_wallet_that_is_away_for_a_while_is_asked_again(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    await merchant.signs()
    misbehave(bench.engine, "wallet_look_up", Behaviour.UNAVAILABLE, 3)
    assert await (await told(bench, merchant.reference)).ends() == "told"


async def test_a_wallet_that_refuses_puts_the_notice_on_the_operators_desk(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    misbehave(bench.engine, "wallet_look_up", Behaviour.REFUSED, 1)
    notice = await told(bench, merchant.reference)
    assert (await notice.stands("opened", "blocked")).blocked_by == ("Refused",)


async def test_a_case_that_is_over_has_no_use_for_a_push(bench: Bench) -> None:
    merchant = await at_the_wallet(bench)
    await merchant.withdraws()
    assert await merchant.case.ends() == "withdrawn"
    await merchant.passes()
    outcome, data = await ends(await told(bench, merchant.reference))
    assert (outcome, data["reason"]) == ("not_wanted", "case_closed")
    assert merchant.facts["review_passed"] is False


async def test_a_form_that_is_owed_again_hears_nothing_of_the_last_one(bench: Bench) -> None:
    """What it was turned down for is known; that it is frozen besides is not its provider's matter."""
    merchant = await at_the_wallet(bench)
    await merchant.turns_down()
    await merchant.finds_out("applyment_changed", "applyment_rejected")
    assert await (await told(bench, merchant.reference)).ends() == "known"


# --- what is on record decides

KNOWN = {"submission": 1, "state": "checking", "review_passed": False, "account_verified": False}
SIGNED = ApplymentFacts(submission=1, state=ApplymentState.CHECKING, signed=True)
SAME = ApplymentFacts(submission=1, state=ApplymentState.CHECKING)
REJECTED = {"submission": 1, "state": "rejected", "reasons": [{"field": "account.number", "reason": "x"}]}


def view(wallet: dict[str, Any] | None, *, closed: bool = False) -> CaseView:
    at = "2026-01-01T00:00:00Z"
    return CaseView.model_validate(
        {
            **dict.fromkeys(("case_id", "process", "market", "id", "stage", "policy_version"), "x"),
            **{"provider_id": None, "opened_at": at, "changed_at": at},
            "data": {} if wallet is None else {"wallet": wallet},
            "closed_at": at if closed else None,
        }
    )


@pytest.mark.parametrize(
    ("seen", "wallet", "closed", "verdict"),
    [
        (SIGNED, {"stage": "under_review", **KNOWN}, False, None),
        (SIGNED, {"stage": "frozen", **KNOWN}, False, None),
        (SIGNED, {"stage": "submitting", **KNOWN}, False, None),
        (SIGNED, {"stage": "submitting"}, False, None),
        (SAME, {"stage": "under_review", **KNOWN}, False, TAKEN),
        (SAME, {"stage": "under_review", **KNOWN, "signed": True}, False, TAKEN),
        (SAME, {"stage": "submitting"}, False, None),
        (SIGNED, {"stage": "awaiting_form", **KNOWN}, False, Verdict(taken=False, reason="awaiting_form")),
        (SIGNED, {"stage": "awaiting_form", **REJECTED}, False, TAKEN),
        (SIGNED, {"stage": "open", **KNOWN}, False, Verdict(taken=False, reason="open")),
        (SIGNED, {"stage": "given_up", **KNOWN}, False, Verdict(taken=False, reason="given_up")),
        (SIGNED, {"stage": "under_review", **KNOWN}, True, Verdict(taken=False, reason="case_closed")),
        (SAME, {"stage": "given_up", **KNOWN}, True, TAKEN),
        (SIGNED, {}, False, Verdict(taken=False, reason="not_begun")),
        (SIGNED, None, False, Verdict(taken=False, reason="not_begun")),
    ],
)
def test_what_is_on_record_decides_whether_the_case_is_told(
    seen: ApplymentFacts, wallet: dict[str, Any] | None, closed: bool, verdict: Verdict | None
) -> None:
    assert verdict_on(seen, view(wallet, closed=closed)) == verdict


def test_what_a_case_knows_is_read_off_its_record() -> None:
    known = facts_of(view({"stage": "awaiting_form", "reference": "ma-1", **REJECTED}))
    assert known is not None
    assert known.reasons == (AuditDetail(field="account.number", reason="x"),)
    for nothing in (None, {}, {"stage": "submitting"}, {**KNOWN, "state": "on holiday"}):
        assert facts_of(view(nothing)) is None
