"""Notices in WeChat Pay's own scheme: by its one key, fresh, sealed, and answered as it expects."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import Engine
from sqlmodel import Session

from api.app import create_app
from api.wechat_notices import check
from models.signing import ForgedNotice, sign
from models.tables import AdmissionRow
from tests.activities.wechat_server import (
    API_KEY,
    KEY_ID,
    MCHID,
    OURS,
    SERIAL,
    STRANGERS,
    THEIRS,
    WeChatServer,
    pem,
    public_pem,
    sealed_resource,
    serving_wechat,
    signed_headers,
    wechat_account,
)
from tests.api.caller import Json, contents, free_port, new_key, serving
from tests.api.conftest import Quiet, settings_for
from tests.conftest import SECRET

MARKET = "tencent-cloud"
THANKS = {"code": "SUCCESS", "message": "成功"}


@pytest.fixture(scope="module")
def wechat() -> Iterator[WeChatServer]:
    with serving_wechat() as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def connected(
    quiet_engine: Engine, wechat: WeChatServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Quiet]:
    """An API whose wallet is WeChat Pay. It has no Temporal."""
    folder: Path = tmp_path_factory.mktemp("keys")
    (folder / "ours.pem").write_text(pem(OURS))
    (folder / "theirs.pem").write_text(public_pem(THEIRS))
    keys: dict[str, Any] = {
        "wechat_pay_mchid": MCHID,
        "wechat_pay_serial": SERIAL,
        "wechat_pay_key_file": folder / "ours.pem",
        "wechat_pay_api_key": API_KEY,
        "wechat_pay_public_key_id": KEY_ID,
        "wechat_pay_public_key_file": folder / "theirs.pem",
        "wechat_pay_store_url": "https://shop.example.com",
        "wechat_pay_url": wechat.url,
    }
    url = quiet_engine.url.render_as_string(hide_password=False)
    settings = settings_for(url, f"127.0.0.1:{free_port()}", simulator=False, **keys)
    async with serving(create_app(settings), settings, quiet_engine) as api:
        yield Quiet(api.http, api.engine)


def notice(reference: str = "ma-1", **changes: Any) -> bytes:
    """As WeChat Pay sends it."""
    about = {"out_request_no": reference, "applyment_state": "FINISH", "sub_mchid": "1542488631"}
    usual = {
        "id": f"EV-{new_key()}",
        "create_time": "2026-01-01T10:34:56+08:00",
        "event_type": "APPLYMENT_STATE.CHANGE",
        "resource_type": "encrypt-resource",
        "summary": "进件状态变更",
        "resource": sealed_resource(json.dumps(about).encode()),
    }
    return json.dumps({**usual, **changes}, ensure_ascii=False).encode()


async def tell(
    api: Quiet, raw: bytes, headers: dict[str, str] | None = None, market: str = MARKET
) -> httpx.Response:
    sent = signed_headers(raw) if headers is None else headers
    return await api.call("POST", f"/v1/callbacks/wallet/{market}", None, content=raw, headers=sent)


def refused(answer: httpx.Response, status: int, type: str) -> Json:
    """In our words, and in theirs."""
    body: Json = answer.json()
    assert (answer.status_code, body["type"], body["code"]) == (status, type, "FAIL")
    assert body["message"]
    return body


async def test_a_notice_is_kept_and_answered_as_wechat_pay_expects(connected: Quiet) -> None:
    raw = notice("ma-ahead-of-its-application")
    answer = await tell(connected, raw)
    assert (answer.status_code, answer.json()) == (200, THANKS)
    with Session(connected.engine) as session:
        kept = session.get_one(AdmissionRow, f"wallet-notices:{MARKET}:{json.loads(raw)['id']}")
    assert kept.input["reference"] == "ma-ahead-of-its-application"
    assert "1542488631" not in json.dumps(kept.input)


NOTICE = notice()
NOW = time.time()
GOOD = signed_headers(NOTICE, at=NOW)
FORGED: dict[str, dict[str, str]] = {
    "nothing": {},
    **{
        f"no {name}": {k: v for k, v in GOOD.items() if k != name}
        for name in GOOD
        if not name.endswith("Type")
    },
    **{f"an empty {name}": {**GOOD, name: ""} for name in GOOD if not name.endswith("Type")},
    "another key": signed_headers(NOTICE, key=STRANGERS),
    "our own key": signed_headers(NOTICE, key=OURS),
    "over other bytes": signed_headers(NOTICE + b" "),
    "an unknown serial": signed_headers(NOTICE, serial="PUB_KEY_ID_0000000000"),
    "the serial of a certificate": signed_headers(NOTICE, serial="7A3B5C"),
    "a serial that is none": signed_headers(NOTICE, serial="../"),
    "another nonce": {**GOOD, "Wechatpay-Nonce": "another"},
    "another time": {**GOOD, "Wechatpay-Timestamp": str(int(NOW) + 1)},
    "no time": {**GOOD, "Wechatpay-Timestamp": "now"},
    "a time that is no number": {**GOOD, "Wechatpay-Timestamp": "NaN"},
    "a time beyond all calendars": {**GOOD, "Wechatpay-Timestamp": "9" * 40},
    "a time with a sign": {**GOOD, "Wechatpay-Timestamp": f"+{int(NOW)}"},
    "too old": signed_headers(NOTICE, at=NOW - 310),
    "too new": signed_headers(NOTICE, at=NOW + 900),
    "another algorithm": {**GOOD, "Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"},
    "no base64": {**GOOD, "Wechatpay-Signature": "%%%"},
    "their probe": {**GOOD, "Wechatpay-Signature": f"WECHATPAY/SIGNTEST/{GOOD['Wechatpay-Signature']}"},
    "as our own notices are signed": sign(NOTICE, "n-1", SECRET),
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_notice_that_wechat_pay_did_not_sign_is_refused(connected: Quiet, name: str) -> None:
    before = contents(connected.engine)
    refused(await tell(connected, NOTICE, FORGED[name]), 401, "unauthenticated")
    assert contents(connected.engine) == before


@pytest.mark.parametrize(("off", "good"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_notice_is_good_for_three_hundred_seconds_either_way(off: int, good: bool) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    headers = {
        name.lower(): value for name, value in signed_headers(NOTICE, at=now.timestamp() + off).items()
    }
    if good:
        check(NOTICE, headers, wechat_account(), now)
    else:
        with pytest.raises(ForgedNotice):
            check(NOTICE, headers, wechat_account(), now)


async def test_a_notice_that_says_nothing_of_its_scheme_is_of_the_usual_one(connected: Quiet) -> None:
    raw = notice()
    headers = {k: v for k, v in signed_headers(raw).items() if not k.endswith("Type")}
    assert (await tell(connected, raw, headers)).status_code == 200


async def test_whatever_serial_a_notice_has_nobody_is_asked_for_a_certificate(
    connected: Quiet, wechat: WeChatServer
) -> None:
    """A look for each of them would reach out, for whoever sends them."""
    for number in range(100):
        headers = signed_headers(NOTICE, key=STRANGERS, serial=f"{number:040X}")
        refused(await tell(connected, NOTICE, headers), 401, "unauthenticated")
    assert wechat.seen == []


async def test_a_repeated_notice_is_answered_again_and_stored_once(connected: Quiet) -> None:
    raw = notice()
    headers = signed_headers(raw)
    assert (await tell(connected, raw, headers)).json() == THANKS
    before = contents(connected.engine)
    for again in (headers, signed_headers(raw)):
        assert (await tell(connected, raw, again)).json() == THANKS
    assert contents(connected.engine) == before


async def test_a_nonce_and_an_id_that_were_used_do_not_bring_in_anything_else(connected: Quiet) -> None:
    raw = notice()
    headers = signed_headers(raw, nonce="the-same")
    assert (await tell(connected, raw, headers)).status_code == 200
    before = contents(connected.engine)
    other = notice("ma-2", id=json.loads(raw)["id"])
    refused(await tell(connected, other, headers), 401, "unauthenticated")
    again = refused(
        await tell(connected, other, signed_headers(other, nonce="the-same")), 409, "already-exists"
    )
    assert again["errors"][0]["code"] == "id-taken"
    assert contents(connected.engine) == before


UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "a list": b"[]",
    "no JSON": b"out_request_no=ma-1",
    "not UTF-8 in it": b'{"id": "EV-1"}'.replace(b"EV", b"E\xc3\xa9"),
    "deep": b"[" * 60_000,
    "a key twice": b'{"id": "EV-1", "id": "EV-2"}',
    "no id": notice(id=None),
    "an id that is a path": notice(id="../EV"),
    "not sealed": notice(resource_type="plain", resource={"out_request_no": "ma-1"}),
    "no resource": notice(resource=None),
    "another algorithm": notice(resource=sealed_resource(b"{}") | {"algorithm": "AES-128-ECB"}),
    "another api key": notice(resource=sealed_resource(b'{"out_request_no": "ma-1"}', "k" * 32)),
    "other associated data": notice(
        resource=sealed_resource(b'{"out_request_no": "ma-1"}') | {"associated_data": "x"}
    ),
    "a nonce of no length": notice(resource=sealed_resource(b"{}") | {"nonce": ""}),
    "a ciphertext that is none": notice(resource=sealed_resource(b"{}") | {"ciphertext": "%"}),
    "a number for a ciphertext": notice(resource=sealed_resource(b"{}") | {"ciphertext": 7}),
    "nothing in it": notice(resource=sealed_resource(b"{}")),
    "a list in it": notice(resource=sealed_resource(b"[]")),
    "no JSON in it": notice(resource=sealed_resource(b"ma-1")),
    "depth in it": notice(resource=sealed_resource(b"[" * 10_000)),
    "bytes in it": notice(resource=sealed_resource(b"\xff\xfe")),
    "a number for a reference": notice(resource=sealed_resource(b'{"out_request_no": 7}')),
    "a path for a reference": notice(resource=sealed_resource(b'{"out_request_no": "../ma"}')),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_body_that_names_no_application_is_refused_although_it_is_signed(
    connected: Quiet, name: str
) -> None:
    before = contents(connected.engine)
    refused(await tell(connected, UNREADABLE[name]), 422, "invalid")
    assert contents(connected.engine) == before


async def test_a_body_that_is_no_text_cannot_have_been_signed(connected: Quiet) -> None:
    refused(await tell(connected, b"\xff\xfe", GOOD), 401, "unauthenticated")


async def test_a_market_without_the_wallet_is_told_nothing(connected: Quiet) -> None:
    before = contents(connected.engine)
    for market in ("nowhere", "%00", "alipay", "aliyun"):
        refused(await tell(connected, notice(), market=market), 404, "not-found")
    assert contents(connected.engine) == before
