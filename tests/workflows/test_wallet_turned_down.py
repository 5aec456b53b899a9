"""What the wallet turns down, freezes or gives up, and what is made of it (AMB-33)."""

import pytest

from activities.gateways.simulated.misbehaving import Behaviour
from models.applyments import AuditDetail
from models.interventions import Resumed
from models.merchant_accounts import DecidedToCorrect
from tests.bank_accounts import made_up_number
from tests.bench import DAY, MINUTE, SECOND, Bench
from tests.merchant_accounts import BAD_ACCOUNT, BAD_MAIL, FORM, Merchant
from tests.merchant_forms import administrator, company_form

pytestmark = pytest.mark.usefixtures("well_behaved")
TOLD = ("applyment_changed", "applyment_rejected")
CORRECT = DecidedToCorrect(reasons=(BAD_MAIL,), reason="the wallet says so")


async def turned_down(bench: Bench, *details: AuditDetail) -> Merchant:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await bench.advance(DAY)
    await merchant.turns_down(*details)
    await merchant.is_told()
    await merchant.case.stands(*TOLD)
    return merchant


async def test_a_rejection_names_its_fields_and_the_form_is_owed_again(bench: Bench) -> None:
    merchant = await turned_down(bench, BAD_MAIL, BAD_ACCOUNT)
    facts = merchant.facts
    assert (facts["stage"], facts["state"], facts["submission"]) == ("awaiting_form", "rejected", 1)
    assert facts["reasons"] == [BAD_MAIL.model_dump(), BAD_ACCOUNT.model_dump()]
    assert (facts["instruction"], facts["signing"]) == (None, None)
    assert merchant.tasks == ["numbers", "wallet_form"]
    assert merchant.ways()[-2:] == [
        ("applyment_changed", "under_review", "under_review"),
        ("applyment_rejected", "under_review", "awaiting_form"),
    ]
    view = await merchant.case.on_record()
    due = await merchant.case.due()
    assert abs(due - view.changed_at - 90 * DAY) < MINUTE  # since the rejection, and not since the form


async def test_it_is_submitted_again_under_the_same_reference_and_opened(bench: Bench) -> None:
    """What was not turned down is there already."""
    merchant = await turned_down(bench)
    reference = merchant.reference
    mended = company_form(administrator=administrator(email="mended@example.com"))
    await merchant.submits(company=mended, account=None, papers=())
    facts = merchant.facts
    assert (facts["stage"], facts["submission"], facts["reasons"]) == ("under_review", 2, [])
    assert (merchant.reference, facts["instructions_left"]) == (reference, 2)
    held = (await merchant.wallet()).held(reference)
    assert (held.submission, merchant.asked.amount_fen) == (2, held.amount_fen)
    for side in (Merchant.signs, Merchant.remits, Merchant.passes):
        await side(merchant)
        await merchant.is_told()
    assert (await merchant.case.stands("number_opened", "numbers_settled")).outcome == "opened"


async def test_another_account_is_the_one_to_remit_from(bench: Bench) -> None:
    merchant = await turned_down(bench, BAD_ACCOUNT)
    before, merchant.number = merchant.number, made_up_number()
    await merchant.submits(company=None, papers=())
    assert merchant.asked.payer_number == merchant.number != before


async def test_an_old_rejection_right_after_the_form_came_again_is_no_news(bench: Bench) -> None:
    """The wallet may answer what was true before: for ten minutes its last rejection is taken for that."""
    merchant = await turned_down(bench)
    old = await merchant.notice()
    (await merchant.wallet()).misbehave("wallet_look_up", Behaviour.STALE, 2)
    await merchant.submits()
    relabelled = old.seen.model_copy(update={"facts": old.seen.facts.model_copy(update={"submission": 2})})
    again = old.model_copy(update={"seen": relabelled})
    assert await merchant.case.refuses(again) == "this is known already"
    await bench.advance(DAY / 288)  # five minutes, in which the wallet was asked twice
    await merchant.passes()
    await merchant.is_told()
    assert (merchant.facts["state"], merchant.facts["submission"]) == ("account_need_verify", 2)


async def test_the_same_rejection_counts_again_when_it_stays(bench: Bench) -> None:
    merchant = await turned_down(bench)
    await merchant.submits()
    await merchant.turns_down()
    assert await merchant.case.refuses(await merchant.notice()) == "this is known already"
    await bench.advance(DAY / 12)
    view = await merchant.case.stands(*FORM, *TOLD)
    assert (merchant.facts["submission"], [task.name for task in view.tasks][-1]) == (2, "wallet_form")


async def test_one_that_the_wallet_gave_up_is_submitted_again(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await merchant.cancels()
    await merchant.is_told()
    await merchant.case.stands("applyment_changed", "applyment_canceled")
    assert (merchant.facts["stage"], merchant.facts["state"]) == ("awaiting_form", "canceled")
    await merchant.submits(company=None, account=None, papers=())
    assert (merchant.facts["stage"], merchant.facts["submission"]) == ("under_review", 2)


async def test_a_frozen_one_is_the_operators_until_the_wallet_goes_on(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await merchant.signs()
    await merchant.is_told()
    await merchant.freezes()
    await merchant.is_told()
    view = await merchant.case.stands("applyment_changed", "applyment_frozen")
    assert merchant.facts["stage"] == "frozen"
    assert [(task.name, str(task.waiting_on)) for task in view.tasks][1:] == [("thaw", "operator")]
    await merchant.passes()
    await merchant.is_told()
    assert (merchant.facts["stage"], merchant.facts["review_passed"]) == ("frozen", True)
    await merchant.thaws()
    await merchant.finds_out("applyment_changed", "applyment_thawed")
    assert (merchant.facts["stage"], merchant.facts["signed"]) == ("under_review", True)
    assert merchant.tasks == ["numbers", "remittance"]
    await merchant.remits()
    await merchant.is_told()
    assert (await merchant.case.stands("number_opened", "numbers_settled")).outcome == "opened"


async def test_what_the_wallet_refuses_is_the_operators_who_send_it_back(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    (await merchant.wallet()).misbehave("wallet_submit", Behaviour.REFUSED, 2)
    view = await merchant.submits("wallet_form_submitted", "blocked")
    assert (view.blocked_by, merchant.tasks) == (("Refused",), ["numbers", "wallet_submission", "desk"])
    await merchant.decides(Resumed(reason="asked them"))
    await merchant.case.stands("blocked", "resumed", "blocked")
    view = await merchant.decides(CORRECT)
    assert (view.blocked_by, merchant.facts["stage"]) == ((), "awaiting_form")
    assert merchant.facts["reasons"] == [BAD_MAIL.model_dump()]
    await merchant.submits()
    assert (merchant.facts["stage"], merchant.facts["submission"]) == ("under_review", 2)


async def test_a_wallet_that_does_not_answer_is_told_to_operators(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    (await merchant.wallet()).misbehave("wallet_submit", Behaviour.UNAVAILABLE, 10_000)
    await merchant.says(merchant.form())
    await bench.advance(DAY + SECOND)
    view = await merchant.case.stands("wallet_form_submitted", "delayed")
    assert view.blocked_by == ("Delayed",)
    (await merchant.wallet()).misbehave("wallet_submit", Behaviour.UNAVAILABLE, 0)
    await bench.advance(DAY / 240)
    assert (await merchant.case.stands("delayed", "submitted")).blocked_by == ()


async def test_an_answer_that_is_lost_leaves_one_application(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    (await merchant.wallet()).misbehave("wallet_submit", Behaviour.LOST_ANSWER)
    await merchant.submits()
    assert (await merchant.wallet()).held(merchant.reference).submission == 1
    assert (merchant.facts["submission"], merchant.facts["stage"]) == (1, "under_review")


async def test_silence_while_nothing_is_new_is_no_reason_to_look_at_it(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await merchant.remits()
    await merchant.is_told()
    await bench.advance(7 * DAY)
    assert (await merchant.case.on_record()).blocked_by == ()
    assert merchant.case.path()[-1] == "applyment_changed"


async def test_a_wallet_that_refuses_to_be_asked_blocks_nothing_that_it_pushes(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    (await merchant.wallet()).misbehave("wallet_look_up", Behaviour.REFUSED)
    view = await merchant.submits(*FORM, "blocked")
    assert view.blocked_by == ("Refused",)
    await merchant.passes()
    view = await merchant.is_told()
    assert (view.blocked_by, merchant.facts["review_passed"]) == ((), True)
    await merchant.signs()
    await merchant.finds_out("applyment_changed", "applyment_changed")


async def test_a_check_of_the_data_for_two_hours_is_told_to_operators(bench: Bench) -> None:
    """TCM-WX-12."""
    merchant = await Merchant.opened(bench)
    wallet = await merchant.wallet()
    wallet.misbehave("wallet_submit", Behaviour.IN_PROGRESS)
    wallet.misbehave("wallet_look_up", Behaviour.IN_PROGRESS, 10_000)
    view = await merchant.submits()
    assert merchant.facts["state"] == "checking"
    assert merchant.tasks == ["numbers", "wallet_data_check", "wallet_review", "signature"]
    [due] = [task.deadline_at for task in view.tasks if task.name == "wallet_data_check"]
    assert due is not None
    assert abs(due - view.changed_at - DAY / 12) < MINUTE
    await bench.advance_to(due - MINUTE)
    assert merchant.case.path()[-1] == "submitted"
    await bench.advance_to(due + SECOND)
    view = await merchant.case.stands("submitted", "wallet_data_check_overdue")
    assert [str(task.waiting_on) for task in view.tasks if "data_check" in task.name] == ["operator"]
    wallet.misbehave("wallet_look_up", Behaviour.IN_PROGRESS, 0)
    await merchant.finds_out("wallet_data_check_overdue", "applyment_changed")
    assert {*merchant.tasks} == {"numbers", "wallet_review", "remittance", "signature"}
    assert merchant.facts["state"] == "account_need_verify"
