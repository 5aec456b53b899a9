"""Money that comes after its order was given up goes back, each payment once and in full (AMB-47)."""

import asyncio
from collections import Counter

from sqlmodel import Session, col, select

from models.tables.simulated import SimulatedPayment, SimulatedRefund
from tests.api.caller import FREE, Api, Json

PRICED = {**FREE, "price_fen": 9900}


def money_of(api: Api, path: str) -> tuple[list[SimulatedPayment], list[SimulatedRefund]]:
    """What was paid for an order, and what was given back of it."""
    reference = f"template-orders:hurried:{path.rpartition('/')[2]}"
    with Session(api.engine) as session:
        paid = session.exec(select(SimulatedPayment).where(SimulatedPayment.reference == reference)).all()
        ids = [payment.payment_id for payment in paid]
        back = session.exec(select(SimulatedRefund).where(col(SimulatedRefund.payment_id).in_(ids))).all()
    return list(paid), list(back)


async def pays_in_spite(api: Api, page: str, notices: int) -> None:
    how = {"in_spite": True, "notices": notices}
    assert (await api.http.post(page, json=how)).status_code == 200


async def test_fifty_payments_at_once_after_the_order_was_given_up_are_each_refunded_once(api: Api) -> None:
    path = await api.placed("hurried", template=PRICED)
    case = await api.until(path, lambda case: case["closed_at"] is not None)
    assert (case["stage"], case["outcome"]) == ("closed", "unpaid")
    page = case["data"]["pay_url"]
    assert (await api.http.post(page, json={})).status_code == 409
    await asyncio.gather(*(pays_in_spite(api, page, 2 if n < 10 else 1) for n in range(50)))

    def all_returned(case: Json) -> bool:
        outcomes = [receipt["outcome"] for receipt in case["data"].get("receipts", ())]
        return len(outcomes) == 50 and all(outcomes)

    shown = await api.until(path, all_returned)
    assert (shown["stage"], shown["outcome"], shown["version"]) == ("closed", "unpaid", case["version"])
    receipts = shown["data"]["receipts"]
    assert Counter((r["outcome"], r["reason"], r["amount_fen"]) for r in receipts) == {
        ("refunded", "order_closed", 9900): 50
    }
    paid, back = money_of(api, path)
    assert len(paid) == 50
    assert sorted(r.payment_id for r in back) == sorted(payment.payment_id for payment in paid)
    assert {(refund.amount_fen, refund.times_asked) for refund in back} == {(9900, 1)}
    assert await api.timeline(path) == await api.timeline(path)


async def test_of_five_payments_at_once_the_order_takes_one_and_the_others_go_back(api: Api) -> None:
    path = await api.placed("alipay", template=PRICED)
    page = (await api.case(path))["data"]["pay_url"]
    await asyncio.gather(*(pays_in_spite(api, page, 1) for _ in range(5)))

    def all_settled(case: Json) -> bool:
        outcomes = [receipt["outcome"] for receipt in case["data"].get("receipts", ())]
        return len(outcomes) == 5 and all(outcomes)

    case = await api.until(path, all_settled)
    assert case["stage"] == "implementing"
    outcomes = Counter(receipt["outcome"] for receipt in case["data"]["receipts"])
    assert outcomes == {"applied": 1, "refunded": 4}
    (applied,) = [r["payment_id"] for r in case["data"]["receipts"] if r["outcome"] == "applied"]
    assert applied == case["data"]["payment_id"]
