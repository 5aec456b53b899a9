"""The wallet's number is opened by review, remittance and signature: TCM-WX-01..11."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import pytest

from activities.gateways.payments import GatewayRefused
from activities.gateways.simulated.misbehaving import Behaviour
from models.bank import WhyUnmatched
from models.interventions import Extended
from models.rules.bank import REMARK
from tests.bench import DAY, MINUTE, OPERATOR, Bench
from tests.merchant_accounts import FORM, Merchant
from tests.merchant_forms import NAME, REPRESENTATIVE

pytestmark = pytest.mark.usefixtures("well_behaved")
SIDES: dict[str, Callable[[Merchant], Awaitable[object]]] = {
    "review": Merchant.passes,
    "remittance": Merchant.remits,
    "signature": Merchant.signs,
}
FACTS = {"review": "review_passed", "remittance": "account_verified", "signature": "signed"}
TASKS = {"review": "wallet_review", "remittance": "remittance", "signature": "signature"}
ORDERS = [*itertools.permutations(SIDES)]


async def test_a_form_leads_to_the_wallet_and_both_actions_appear_at_once(bench: Bench) -> None:
    """TCM-WX-01, -02."""
    merchant = await Merchant.opened(bench)
    view = await merchant.submits()
    facts = merchant.facts
    assert (view.stage, facts["stage"], facts["submission"]) == ("opening", "under_review", 1)
    assert {task.name: str(task.waiting_on) for task in view.tasks} == {
        "numbers": "office",
        "wallet_review": "wallet",
        "remittance": "provider",
        "signature": "signatory",
    }
    assert merchant.ways() == [
        ("wallet_form_submitted", "awaiting_form", "submitting"),
        ("submitted", "submitting", "under_review"),
    ]
    assert merchant.reference.startswith("ma-")
    assert len(merchant.reference) == len("ma-") + 32


async def test_what_to_remit_and_where_to_sign_is_kept_sealed(bench: Bench) -> None:
    """TCM-WX-04, -06, -08."""
    merchant = await Merchant.opened(bench)
    view = await merchant.submits()
    asked = merchant.asked
    assert (asked.payer_name, asked.payer_number, asked.remark) == (NAME, merchant.number, REMARK)
    assert asked.amount_fen > 0
    [due] = [task.deadline_at for task in view.tasks if task.name == "remittance"]
    assert due == asked.until
    assert abs(asked.until - view.changed_at - 3 * DAY) < MINUTE
    assert merchant.signing.sign_url.endswith(merchant.reference)
    assert merchant.number not in str(merchant.case.row())


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_the_three_may_come_in_any_order(bench: Bench, order: tuple[str, ...]) -> None:
    """TCM-WX-02, -11: any two, and it is still under review."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    left = {*SIDES}
    for side in order:
        await SIDES[side](merchant)
        view = await merchant.is_told()
        left.remove(side)
        if left:
            assert (view.stage, merchant.facts["stage"]) == ("opening", "under_review")
            assert {*merchant.tasks} == {"numbers", *(TASKS[each] for each in left)}
            assert {side: merchant.facts[fact] for side, fact in FACTS.items()} == {
                side: side not in left for side in SIDES
            }
    view = await merchant.case.stands("applyment_changed", "number_opened", "numbers_settled")
    held = (await merchant.wallet()).held(merchant.reference)
    assert (view.outcome, merchant.facts["stage"], merchant.facts["number"]) == (
        "opened",
        "open",
        held.number,
    )
    assert (merchant.facts["instruction"], merchant.facts["signing"]) == (None, None)
    assert merchant.facts["opened_at"]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_the_three_may_come_in_any_order_to_a_worker_that_was_down(
    lone_bench: Bench, order: tuple[str, ...]
) -> None:
    """They are all there when the workflow looks again."""
    async with lone_bench.working(cached_workflows=0):
        merchant = await Merchant.opened(lone_bench)
        await merchant.submits()
        await lone_bench.settle(merchant.case)
    sending = []
    for side in order:
        await SIDES[side](merchant)
        sending.append(await merchant.case.sent(await merchant.notice(), key=side))
    async with lone_bench.working():
        async with asyncio.timeout(60):
            await asyncio.gather(*sending)
        await merchant.case.stands("number_opened", "numbers_settled")
    told = [row.data["seen"]["facts"] for row in merchant.case.changes() if row.event == "applyment_changed"]
    assert [sum(facts[fact] for fact in FACTS.values()) for facts in told] == [1, 2, 3]


async def test_without_any_notice_the_wallet_is_asked(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await merchant.signs()
    await merchant.finds_out(*FORM, "applyment_changed")
    assert (merchant.facts["signed"], merchant.tasks) == (True, ["numbers", "wallet_review", "remittance"])
    await merchant.passes()
    await merchant.remits()
    view = await merchant.finds_out("applyment_changed", "number_opened", "numbers_settled")
    assert view.outcome == "opened"


async def test_a_notice_and_an_answer_with_the_same_news_are_one_change(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await merchant.passes()
    notice = await merchant.notice()
    first = await merchant.case.report(notice, key="a-notice")
    assert await merchant.case.report(notice, key="a-notice") == first
    assert await merchant.case.refuses(notice) == "this is known already"
    await bench.advance(DAY / 2)
    await merchant.signs()
    await merchant.finds_out(*FORM, "applyment_changed", "applyment_changed")
    reason = await merchant.case.refuses(await merchant.notice())
    assert reason == "this is known already"


async def test_what_the_wallet_said_before_changes_nothing(bench: Bench) -> None:
    """An old notice comes last, and an old answer right after it."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    await merchant.signs()
    old = await merchant.notice()
    await merchant.passes()
    await merchant.is_told()
    assert await merchant.case.refuses(old) == "this is known already"
    (await merchant.wallet()).misbehave("wallet_look_up", Behaviour.STALE)
    await bench.advance(DAY / 4)
    assert (await merchant.case.on_record()).version == 4
    assert (merchant.facts["review_passed"], merchant.facts["signed"]) == (True, True)
    assert "signature" not in merchant.tasks


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"amount_fen": 100}, WhyUnmatched.WRONG_AMOUNT),
        ({"payer_name": "别家公司"}, WhyUnmatched.WRONG_PAYER),
        ({"payer_number": "62220000000000000"}, WhyUnmatched.WRONG_PAYER),
    ],
)
async def test_another_remittance_verifies_nothing_and_the_wallet_returns_it(
    bench: Bench, changes: dict[str, object], why: WhyUnmatched
) -> None:
    """TCM-WX-05, AMB-34."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    assert (await merchant.remits(**changes)).returned_because is why
    assert await merchant.case.refuses(await merchant.notice()) == "this is known already"
    assert "remittance" in merchant.tasks
    assert (await merchant.remits()).returned_because is None
    await merchant.is_told()
    assert "remittance" not in merchant.tasks


async def test_only_the_super_administrator_signs(bench: Bench) -> None:
    """TCM-WX-09."""
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    with pytest.raises(GatewayRefused, match="not_the_administrator"):
        await merchant.signs(REPRESENTATIVE)
    assert await merchant.case.refuses(await merchant.notice()) == "this is known already"
    await merchant.signs()
    await merchant.is_told()
    assert "signature" not in merchant.tasks


async def test_a_notice_before_anything_was_submitted_is_none_of_the_case(bench: Bench) -> None:
    other = await Merchant.opened(bench)
    await other.submits()
    merchant = await Merchant.opened(bench)
    assert await merchant.case.refuses(await other.notice()) == "nothing is at the wallet"
    merchant = await Merchant.opened(bench, "b2b")
    assert await merchant.case.refuses(await other.notice()) == "no such number is opened here"


async def test_the_deadline_of_a_remittance_is_the_wallets_and_no_operators(bench: Bench) -> None:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    extended = Extended(by=DAY, task="remittance", reason="asked for more time")
    assert await merchant.case.refuses(extended, actor=OPERATOR) == "extended would change nothing"
    assert await merchant.decides(extended.model_copy(update={"task": "signature"}))
