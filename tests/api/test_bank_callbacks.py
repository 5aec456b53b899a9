"""Signed notices of the bank: the signature first, then the record, then the answer, and nothing believed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models.tables import AdmissionRow, CaseRow
from models.tables.bank import BankRemittanceRow
from tests.api.caller import Api, Json, contents, finding, new_key, refusal
from tests.api.conftest import Quiet
from tests.api.notices import Teller, forged, signed

MARKET = "tencent-cloud"
tell = Teller("bank", MARKET)


def notice(**more: Any) -> Json:
    return {"entry_id": f"r-{new_key()}", **more}


NOTICE = json.dumps(notice()).encode()
FORGED = forged(NOTICE)


@pytest.mark.parametrize("name", FORGED)
async def test_a_notice_that_the_bank_did_not_sign_is_refused(quiet: Quiet, name: str) -> None:
    before = contents(quiet.engine)
    refusal(await tell(quiet, NOTICE, FORGED[name]), 401, "unauthenticated")
    assert contents(quiet.engine) == before


@pytest.mark.parametrize("off", [-290, 290])
async def test_a_clock_that_is_a_little_wrong_does_no_harm(quiet: Quiet, off: int) -> None:
    body = json.dumps(notice()).encode()
    headers = signed(body, at=datetime.now(UTC) + timedelta(seconds=off))
    assert (await tell(quiet, body, headers)).status_code == 200


async def test_the_answer_comes_once_the_notice_is_stored_and_before_anything_else(quiet: Quiet) -> None:
    """There is no Temporal: what was stored is all that happened."""
    told = notice()
    answer = await tell(quiet, told)
    assert answer.json() == {"received": f"bank-notices:{MARKET}:{told['entry_id']}"}
    with Session(quiet.engine) as session:
        assert session.get(AdmissionRow, answer.json()["received"]) is not None
        assert session.get(CaseRow, answer.json()["received"]) is None


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
        *(b"", b"null", b"[]", b"{}", b'"entry_id"', b'{"payment_id": "p-1"}', b'{"entry_id": 7}'),
        *(b'{"entry_id": ""}', b'{"entry_id": "../x"}', b'{"entry_id": "a", "entry_id": "b"}'),
        b'{"entry_id": "%s"}' % (b"r" * 65),
    ],
)
async def test_a_body_that_names_no_entry_is_refused_although_it_is_signed(quiet: Quiet, body: bytes) -> None:
    before = contents(quiet.engine)
    assert finding(await tell(quiet, body))["field"] in ("body", "entry_id")
    assert contents(quiet.engine) == before


async def test_a_market_without_bank_accounts_is_told_nothing(quiet: Quiet) -> None:
    before = contents(quiet.engine)
    for market in ("nowhere", "%00", "alipay"):
        refusal(await tell(quiet, notice(), market=market), 404, "not-found")
    assert contents(quiet.engine) == before


async def test_what_a_notice_says_of_money_is_not_believed(api: Api) -> None:
    """Only the bank itself can say what came in: an entry that it does not know is asked for, and decides
    nothing."""
    told = notice(kind="matched", amount_fen=53, round=1, case_id=f"bank-accounts:{MARKET}:ob-1")
    assert (await tell(api, told)).status_code == 200
    path = f"/v1/markets/{MARKET}/bank-notices/{told['entry_id']}"
    case = await api.until(path, lambda case: "stage" in case)
    assert (case["stage"], case["data"], case["regarding"]) == ("asking", {}, None)
    with Session(api.engine) as session:
        kept = select(BankRemittanceRow).where(BankRemittanceRow.remittance_id == told["entry_id"])
        assert session.exec(kept).all() == []


async def test_fifty_notices_at_once_are_all_answered_and_kept_once(quiet: Quiet) -> None:
    body = json.dumps(notice()).encode()
    answers = await asyncio.gather(*(tell(quiet, body) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
