"""Paying a deposit: pages, parts, ways that are not taken, and money at the same moment (TCM-DEP-07..10)."""

import asyncio

import pytest

from activities.gateways.simulated.payments import Behaviour
from models.deposits import DepositInStead, PaymentRequested
from models.ledger import deposit_of
from models.payments import Paid, PaymentMethod
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from tests.bench import OPERATOR, Bench, Opened, until
from tests.workflows.depositing import (
    EACH,
    back,
    figures,
    funded,
    opened,
    paid,
    payments_of,
    pays,
)
from tests.workflows.money import balances

WECHAT, QQ = PaymentMethod.WECHAT_PAY, PaymentMethod.QQ_PAY


def wants(fen: int | None = None, method: PaymentMethod = WECHAT) -> PaymentRequested:
    return PaymentRequested(method=method, amount_fen=fen)


async def goes_back(payment_and_receipt: tuple[object, Opened], why: str) -> None:
    _, receipt = payment_and_receipt
    assert await receipt.ends() == "refunded"
    assert receipt.changes()[2].data == {"reason": why}


async def test_the_provider_gets_a_page_for_what_is_due_and_pays_by_the_way_it_chose(bench: Bench) -> None:
    """TCM-DEP-09."""
    account = await opened(bench)
    await account.report(wants(method=QQ))
    view = await account.stands("payment_requested", "payment_opened")
    assert str(view.data["pay_url"]).endswith(account.case_id)
    payment, receipt = await bench.pay(account)
    assert (payment.amount_fen, payment.method) == (EACH, QQ)
    assert await receipt.ends() == "applied"
    assert (await account.on_record()).stage == "held"


async def test_parts_have_pages_and_receipts_of_their_own(bench: Bench) -> None:
    """ALI-DEP-12, TCM-DEP-10."""
    account, receipts = await opened(bench), []
    for fen in (10_000, 15_000, None):
        await account.report(wants(fen))
        await account.stands("payment_requested", "payment_opened")
        payment, receipt = await bench.pay(account)
        assert payment.amount_fen == (fen or 5_000)
        assert await receipt.ends() == "applied"
        receipts.append(receipt)
    view = await account.on_record()
    name = view.id
    shown = [(each["receipt"], each["amount_fen"], each["method"]) for each in payments_of(view)]
    assert shown == [
        (f"{name}-001", 10_000, "wechat_pay"),
        (f"{name}-002", 15_000, "wechat_pay"),
        (f"{name}-003", 5_000, "wechat_pay"),
    ]
    assert figures(view, "paid", "held", "due") == (EACH, EACH, 0)
    assert view.provider_id
    assert balances(account, *receipts) == {"gateway": EACH, deposit_of(view.provider_id): EACH}


async def test_a_page_is_asked_for_again_after_a_part_of_it_was_paid(bench: Bench) -> None:
    account = await opened(bench)
    await account.report(wants())
    await account.stands("payment_opened")
    await paid(account, 1)
    await account.report(wants())
    await account.stands("payment_requested", "payment_opened")
    payment, _ = await bench.pay(account)
    assert payment.amount_fen == EACH - 1
    await account.stands("paid", "covered")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (wants(EACH + 1), "30000 fen are due"),
        (wants(method=PaymentMethod.BANK_TRANSFER), "not paid this way"),
        (wants(method=PaymentMethod.BALANCE), "not paid this way"),
    ],
)
async def test_a_page_is_for_what_is_due_by_a_way_that_is_taken(
    bench: Bench, asked: PaymentRequested, why: str
) -> None:
    """TCM-DEP-07, -08."""
    account = await opened(bench)
    assert why in await account.refuses(asked)
    stead = DepositInStead(reason="it asked by phone", act=asked)
    assert why in await account.refuses(stead, actor=OPERATOR)
    assert account.path() == ["opened"]


async def test_an_operator_asks_for_a_page_in_the_providers_stead(bench: Bench) -> None:
    account = await opened(bench)
    await account.report(DepositInStead(reason="it asked by phone", act=wants()), actor=OPERATOR)
    await account.stands("decided", "payment_opened")


@pytest.mark.parametrize("method", [PaymentMethod.BANK_TRANSFER, PaymentMethod.BALANCE, None])
async def test_money_by_another_way_goes_back_in_full(bench: Bench, method: PaymentMethod | None) -> None:
    """TCM-DEP-08."""
    account = await opened(bench, "tencent-cloud", categories=())
    payment, receipt = await pays(account, 500_000, method)
    await goes_back((payment, receipt), "other_method")
    assert [row.amount_fen for row in bench.refunds(payment)] == [500_000]
    assert (await account.on_record()).stage == "unpaid"


async def test_other_money_goes_back_in_full(bench: Bench) -> None:
    account = await opened(bench)
    await goes_back(await pays(account, EACH, currency="USD"), "other_currency")
    assert account.path() == ["opened"]


async def test_more_than_is_due_is_held_as_an_excess(bench: Bench) -> None:
    """ALI-DEP-16, AMB-05."""
    account = await funded(bench, EACH + 500)
    view = await account.on_record()
    assert (view.stage, *figures(view, "held", "over")) == ("held", EACH + 500, 500)
    view = await paid(account, 1)
    assert figures(view, "held", "over") == (EACH + 501, 501)


async def test_two_payments_at_once_are_both_taken(bench: Bench) -> None:
    account = await opened(bench)
    await pays(account, 1)
    await account.stands("paid", "partly_covered")
    receipts = await asyncio.gather(*(pays(account, 20_000) for _ in range(2)))
    assert [await receipt.ends() for _, receipt in receipts] == ["applied", "applied"]
    view = await account.on_record()
    assert figures(view, "paid", "held", "over") == (40_001, 40_001, 10_001)
    assert len({each["receipt"] for each in payments_of(view)}) == 3
    assert back(account) == {}


async def test_a_payment_is_taken_once_however_often_it_is_told(bench: Bench) -> None:
    account = await opened(bench)
    payment, receipt = await pays(account, 100)
    assert await receipt.ends() == "applied"
    again = Paid(payment_id=payment.payment_id, amount_fen=100, method=WECHAT)
    assert "taken already" in await account.refuses(again)
    assert figures(await account.on_record(), "held") == (100,)


async def test_a_gateway_without_a_page_holds_up_no_money(bench: Bench) -> None:
    """What is paid on an older page is taken while the new one is still being asked for."""
    account = await opened(bench)
    await pays(account, 1)
    await account.stands("partly_covered")
    bench.gateway.misbehave("open", Behaviour.UNAVAILABLE, 3)
    try:
        await account.report(wants())
        paying = bench.gateway.pay(account.case_id, amount_fen=EACH - 1, method=WECHAT, at=await bench.now())
        await bench.start(PAYMENT_RECEIPTS, TellOfPayment(id=paying.payment_id), "rehearsal")
        await until(lambda: "covered" in account.path(), meanwhile=bench.tick)
    finally:
        bench.gateway.misbehave("open", Behaviour.UNAVAILABLE, 0)
    await until(lambda: "payment_opened" in account.path(), meanwhile=bench.tick)
    assert (await account.on_record()).stage == "held"
