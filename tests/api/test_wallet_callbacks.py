"""Pushes of the wallet: the signature first, then the record, then the answer, and nothing believed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from models.tables import AdmissionRow, CaseRow
from tests.api.caller import Api, Json, contents, finding, new_key, refusal
from tests.api.conftest import Quiet
from tests.api.notices import Teller, forged, signed

MARKET = "tencent-cloud"
tell = Teller("wallet", MARKET)


def notice(**more: Any) -> Json:
    return {"notice_id": f"n-{new_key()}", "reference": "ma-1", **more}


NOTICE = json.dumps(notice()).encode()
FORGED = {
    **forged(NOTICE),
    "as WeChat Pay signs": {
        "Wechatpay-Timestamp": str(int(datetime.now(UTC).timestamp())),
        "Wechatpay-Nonce": "n",
        "Wechatpay-Serial": "PUB_KEY_ID_0",
        "Wechatpay-Signature": "AAAA",
    },
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_notice_that_the_wallet_did_not_sign_is_refused(quiet: Quiet, name: str) -> None:
    before = contents(quiet.engine)
    refusal(await tell(quiet, NOTICE, FORGED[name]), 401, "unauthenticated")
    assert contents(quiet.engine) == before


@pytest.mark.parametrize("off", [-290, 290])
async def test_a_clock_that_is_a_little_wrong_does_no_harm(quiet: Quiet, off: int) -> None:
    body = json.dumps(notice()).encode()
    headers = signed(body, at=datetime.now(UTC) + timedelta(seconds=off))
    assert (await tell(quiet, body, headers)).status_code == 200


async def test_the_answer_comes_once_the_notice_is_stored_and_before_anything_else(quiet: Quiet) -> None:
    """There is no Temporal: what was stored is all that happened. Nor is there such an application yet."""
    told = notice(reference="ma-ahead-of-its-application")
    answer = await tell(quiet, told)
    assert answer.json() == {"received": f"wallet-notices:{MARKET}:{told['notice_id']}"}
    with Session(quiet.engine) as session:
        kept = session.get(AdmissionRow, answer.json()["received"])
        assert kept is not None
        assert kept.input["reference"] == "ma-ahead-of-its-application"
        assert session.get(CaseRow, answer.json()["received"]) is None


async def test_a_repeated_notice_is_answered_again_and_stored_once(quiet: Quiet) -> None:
    body = json.dumps(notice()).encode()
    headers = signed(body)
    first = await tell(quiet, body, headers)
    before = contents(quiet.engine)
    for again in (headers, signed(body)):
        assert (await tell(quiet, body, again)).json() == first.json()
    assert contents(quiet.engine) == before


async def test_a_notice_whose_id_was_used_for_something_else_is_refused(quiet: Quiet) -> None:
    told = notice()
    assert (await tell(quiet, told)).status_code == 200
    before = contents(quiet.engine)
    answer = await tell(quiet, told | {"reference": "ma-2"})
    refusal(answer, 409, "already-exists")
    assert answer.json()["errors"][0]["code"] == "id-taken"
    assert contents(quiet.engine) == before


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"[]", b"{}", b'"reference"', b'{"reference": "ma-1"}', b'{"notice_id": "n-1"}'),
        *(b'{"notice_id": "n-1", "reference": 7}', b'{"notice_id": 7, "reference": "ma-1"}'),
        *(b'{"notice_id": "n-1", "reference": ""}', b'{"notice_id": "../n", "reference": "ma-1"}'),
        b'{"notice_id": "n-1", "reference": "ma-1", "reference": "ma-2"}',
        b'{"notice_id": "n-1", "reference": "%s"}' % (b"m" * 65),
    ],
)
async def test_a_body_that_names_no_application_is_refused_although_it_is_signed(
    quiet: Quiet, body: bytes
) -> None:
    before = contents(quiet.engine)
    assert finding(await tell(quiet, body))["field"] in ("body", "reference")
    assert contents(quiet.engine) == before


async def test_a_market_without_the_wallet_is_told_nothing(quiet: Quiet) -> None:
    before = contents(quiet.engine)
    for market in ("nowhere", "%00", "alipay", "aliyun"):
        refusal(await tell(quiet, notice(), market=market), 404, "not-found")
    assert contents(quiet.engine) == before


async def test_of_a_notice_nothing_but_the_reference_is_kept(quiet: Quiet) -> None:
    """Whoever has the key can say what he wants of an application: only the wallet itself is believed."""
    told = notice(state="finish", number="1542488631", case_id=f"merchant-accounts:{MARKET}:m-1")
    received = (await tell(quiet, told)).json()["received"]
    with Session(quiet.engine) as session:
        kept = session.get_one(AdmissionRow, received)
    assert {*kept.input} == {"opening", "terms", "reference"}
    assert "1542488631" not in json.dumps(kept.input)


async def test_an_early_notice_asks_until_there_is_such_an_application(api: Api) -> None:
    told = notice(reference=f"ma-{new_key()}")
    assert (await tell(api, told)).status_code == 200
    path = f"/v1/markets/{MARKET}/wallet-notices/{told['notice_id']}"
    case = await api.until(path, lambda case: "stage" in case)
    assert (case["stage"], case["data"]) == ("asking", {"reference": told["reference"]})


async def test_fifty_notices_at_once_are_all_answered_and_kept_once(quiet: Quiet) -> None:
    body = json.dumps(notice()).encode()
    answers = await asyncio.gather(*(tell(quiet, body) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
