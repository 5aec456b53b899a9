"""Signed notices of the gateway: the signature first, then the record, then the answer, then all the rest."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio.to_thread
import pytest
import time_machine
from sqlmodel import Session, col, select

from models.signing import ForgedNotice, check, sign
from models.tables import AdmissionRow, CaseRow
from models.tables.simulated import SimulatedRefund
from tests.api.caller import FREE, Api, Json, contents, finding, new_key, refusal
from tests.api.conftest import Quiet
from tests.api.notices import Teller, forged, signed
from tests.conftest import SECRET

PRICED = {**FREE, "price_fen": 9900}
SECOND = timedelta(seconds=1)
tell = Teller("payments", "alipay")


def notice(**more: Any) -> Json:
    return {"payment_id": f"p-{new_key()}", **more}


def receipt_of(payment_id: str, market: str = "alipay") -> str:
    return f"/v1/markets/{market}/payment-receipts/{payment_id}"


NOTICE = json.dumps(notice()).encode()
FORGED = forged(NOTICE)


@pytest.mark.parametrize("name", FORGED)
async def test_a_notice_that_is_not_signed_by_the_gateway_is_refused(quiet: Quiet, name: str) -> None:
    before = contents(quiet.engine)
    refusal(await tell(quiet, NOTICE, FORGED[name]), 401, "unauthenticated")
    assert contents(quiet.engine) == before


@pytest.mark.parametrize(("off", "good"), [(-301, False), (-299, True), (0, True), (299, True), (301, False)])
def test_a_notice_is_good_for_three_hundred_seconds_either_way(off: int, good: bool) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    headers = sign(NOTICE, "n-1", SECRET, at + off * SECOND)
    with time_machine.travel(at, tick=False):
        if good:
            check(NOTICE, headers, SECRET)
        else:
            with pytest.raises(ForgedNotice):
                check(NOTICE, headers, SECRET)


@pytest.mark.parametrize("off", [-290, 290])
async def test_a_clock_that_is_a_little_wrong_does_no_harm(quiet: Quiet, off: int) -> None:
    body = json.dumps(notice()).encode()
    assert (await tell(quiet, body, signed(body, at=datetime.now(UTC) + off * SECOND))).status_code == 200


async def test_of_several_signatures_one_of_ours_is_enough(quiet: Quiet) -> None:
    """As while a key is being changed."""
    body = json.dumps(notice()).encode()
    good, other = signed(body, notice_id="n"), signed(body, notice_id="n", key="k" * 40)
    both = f"{other['webhook-signature']} {good['webhook-signature']}"
    assert (await tell(quiet, body, {**good, "webhook-signature": both})).status_code == 200


async def test_the_answer_comes_once_the_notice_is_stored_and_before_anything_else(quiet: Quiet) -> None:
    """There is no Temporal: what was stored is all that happened."""
    told = notice()
    answer = await tell(quiet, told)
    assert answer.status_code == 200
    assert answer.json() == {"received": f"payment-receipts:alipay:{told['payment_id']}"}
    with Session(quiet.engine) as session:
        assert session.get(AdmissionRow, answer.json()["received"]) is not None
        assert session.get(CaseRow, answer.json()["received"]) is None


async def test_a_notice_is_answered_while_readers_hold_every_thread(quiet: Quiet) -> None:
    threads = anyio.to_thread.current_default_thread_limiter()
    readers = [object() for _ in range(int(threads.total_tokens))]
    for reader in readers:
        threads.acquire_on_behalf_of_nowait(reader)
    try:
        async with asyncio.timeout(60):
            assert (await tell(quiet, notice())).status_code == 200
            assert (await quiet.get("/healthz", None)).status_code == 200
    finally:
        for reader in readers:
            threads.release_on_behalf_of(reader)


async def test_a_repeated_notice_is_answered_again_and_stored_once(quiet: Quiet) -> None:
    body = json.dumps(notice()).encode()
    headers = signed(body)
    first = await tell(quiet, body, headers)
    before = contents(quiet.engine)
    for again in (headers, signed(body)):
        assert (await tell(quiet, body, again)).json() == first.json()
    assert contents(quiet.engine) == before


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"payment_id=p-1", b"null", b"[]", b'"payment_id"', b"7", b"{}", b"\xff\xfe", b"[" * 60_000),
        *(b'{"payment_id": 7}', b'{"payment_id": null}', b'{"payment_id": ""}', b'{"payment_id": "../x"}'),
        *(
            b'{"payment_id": "a\\u0000"}',
            b'{"payment_id": "a", "payment_id": "b"}',
            b'{"payment_id": "a", "x": NaN}',
        ),
        b'{"payment_id": "%s"}' % (b"p" * 65),
    ],
)
async def test_a_body_that_names_no_payment_is_refused_although_it_is_signed(
    quiet: Quiet, body: bytes
) -> None:
    before = contents(quiet.engine)
    try:
        headers = signed(body)
    except UnicodeDecodeError:
        refusal(await tell(quiet, body, signed(NOTICE)), 401, "unauthenticated")
    else:
        assert finding(await tell(quiet, body, headers))["field"] in ("body", "payment_id")
    assert contents(quiet.engine) == before


async def test_a_market_that_does_not_exist_is_told_nothing(quiet: Quiet) -> None:
    before = contents(quiet.engine)
    for market in ("nowhere", "%00", "linkedmall"):
        refusal(await tell(quiet, notice(), market=market), 404, "not-found")
    assert contents(quiet.engine) == before


async def test_an_unknown_payment_opens_a_receipt_that_keeps_asking(api: Api) -> None:
    told = notice()
    assert (await tell(api, told)).status_code == 200
    case = await api.until(receipt_of(told["payment_id"]), lambda case: "stage" in case)
    assert (case["stage"], case["outcome"]) == ("asking", None)


async def unpaid_but_for_the_notice(api: Api) -> tuple[str, Json]:
    """An order whose payment the gateway has, and of which nobody told us."""
    path = await api.placed(template=PRICED)
    return path, await api.pay(path, notices=0)


async def test_of_a_notice_nothing_but_the_payments_id_is_believed(api: Api) -> None:
    path, payment = await unpaid_but_for_the_notice(api)
    for lie in (
        {"amount_fen": 1},
        {"amount_fen": 10**9, "currency": "USD"},
        {"reference": "o-2"},
        {"market": "x"},
    ):
        assert (await tell(api, {**payment, **lie})).status_code == 200
    case = await api.until(path, lambda case: case["stage"] == "implementing")
    assert case["data"]["payment_id"] == payment["payment_id"]
    receipt = await api.until(receipt_of(payment["payment_id"]), lambda case: case["closed_at"] is not None)
    assert (receipt["outcome"], receipt["data"]["amount_fen"]) == ("applied", 9900)
    assert [change["event"] for change in await api.timeline(path)].count("paid") == 1


async def test_a_notice_that_is_replayed_to_another_market_moves_no_money(api: Api) -> None:
    path, payment = await unpaid_but_for_the_notice(api)
    body = json.dumps(payment).encode()
    headers = signed(body)
    assert (await tell(api, body, headers, market="rehearsal")).status_code == 200
    elsewhere = receipt_of(payment["payment_id"], "rehearsal")
    assert (await api.until(elsewhere, lambda case: "stage" in case))["stage"] == "asking"
    assert (await api.case(path))["stage"] == "unpaid"
    assert (await tell(api, body, headers)).status_code == 200
    await api.until(path, lambda case: case["stage"] == "implementing")
    with Session(api.engine) as session:
        mine = select(SimulatedRefund).where(col(SimulatedRefund.payment_id) == payment["payment_id"])
        assert session.exec(mine).all() == []


async def test_a_payment_that_a_service_told_of_first_is_no_news(api: Api) -> None:
    path, payment = await unpaid_but_for_the_notice(api)
    told = await api.call("POST", "/v1/markets/alipay/payment-receipts", json={"id": payment["payment_id"]})
    assert told.status_code == 201
    assert (await tell(api, payment)).status_code == 200
    await api.until(path, lambda case: case["stage"] == "implementing")
    assert len((await api.case(path))["data"]["receipts"]) == 1


@pytest.mark.parametrize(
    ("lie", "reason"), [({"amount_fen": 9899}, "wrong_amount"), ({"currency": "USD"}, "other_currency")]
)
async def test_money_that_does_not_fit_goes_back_and_the_order_waits_on(
    api: Api, lie: Json, reason: str
) -> None:
    path = await api.placed(template=PRICED)
    payment = await api.pay(path, **lie)
    receipt = await api.until(
        receipt_of(payment["payment_id"]), lambda case: case.get("closed_at") is not None
    )
    assert (receipt["outcome"], receipt["data"]["reason"]) == ("refunded", reason)
    assert (await api.case(path))["stage"] == "unpaid"
