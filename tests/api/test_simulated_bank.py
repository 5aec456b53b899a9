"""The simulated bank over HTTP: a provider reads its account there, and its notices come to us signed."""

import json
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine
from structlog.testing import capture_logs

from activities.gateways.simulated.bank import SimulatedBank
from api.app import create_app
from api.simulator_bank import notify
from models.rules.bank import REMARK
from models.signing import check
from tests.api.caller import Api, free_port, refusal, serving
from tests.api.conftest import settings_for
from tests.api.hearing import Heard, hearing
from tests.banking import COMPANY, account, new_number
from tests.conftest import SECRET

MARKET = "tencent-cloud"


@pytest.fixture
def heard() -> Iterator[Heard]:
    with hearing() as heard:
        yield heard


@pytest_asyncio.fixture(loop_scope="session")
async def simulator(quiet_engine: Engine, heard: Heard) -> AsyncIterator[Api]:
    url = quiet_engine.url.render_as_string(hide_password=False)
    public = f"http://127.0.0.1:{heard.port}/"
    settings = settings_for(url, f"127.0.0.1:{free_port()}", public_url=public)
    async with serving(create_app(settings), settings, quiet_engine) as api:
        yield api


def paid(engine: Engine, number: str, remark: str = REMARK) -> str:
    key = f"micro-deposit:{uuid.uuid4().hex}:1:1"
    return SimulatedBank(engine).pay_out(MARKET, key, account(number=number), 53, remark).reference


async def test_a_provider_reads_what_came_in(simulator: Api) -> None:
    number = new_number()
    reference = paid(simulator.engine, number, f"{REMARK} <123456>")
    answer = await simulator.http.get("/simulator/bank/statement", params={"number": number})
    (line,) = answer.json()["came_in"]
    assert (line["reference"], line["amount_fen"], line["returned"]) == (reference, 53, False)
    page = (await simulator.http.get("/simulator/bank", params={"number": f"{number[:4]} {number[4:]}"})).text
    assert "¥ 0.53" in page
    assert "&lt;123456&gt;" in page
    empty = (await simulator.http.get("/simulator/bank", params={"number": new_number()})).text
    assert "没有来账" in empty
    assert "没有来账" not in (await simulator.http.get("/simulator/bank")).text


async def test_a_number_that_is_none_is_refused(simulator: Api) -> None:
    answer = await simulator.http.get("/simulator/bank", params={"number": '"><script>'})
    refusal(answer, 422, "invalid")
    assert "<script>" not in answer.text


async def test_a_remittance_is_told_by_a_signed_notice_that_says_no_more_than_its_id(
    simulator: Api, heard: Heard
) -> None:
    number = new_number()
    body = {"market": MARKET, "holder": COMPANY, "number": number, "amount_fen": 53, "notices": 2}
    answer = await simulator.http.post("/simulator/bank/remittances", json=body)
    assert answer.status_code == 201
    entry = SimulatedBank(simulator.engine).entry(answer.json()["entry_id"])
    assert entry is not None
    assert (entry.amount_fen, entry.payer_number, entry.remark) == (53, number, REMARK)
    for _ in range(2):
        path, headers, raw = await heard.next()
        assert path == f"/v1/callbacks/bank/{MARKET}"
        check(raw, headers, SECRET)
        assert json.loads(raw) == {"entry_id": entry.entry_id, "kind": "received"}


async def test_a_payout_is_sent_back_and_told(simulator: Api, heard: Heard) -> None:
    number = new_number()
    reference = paid(simulator.engine, number)
    answer = await simulator.http.post("/simulator/bank/returns", json={"reference": reference})
    assert answer.status_code == 201
    _, _, raw = await heard.next()
    assert json.loads(raw)["kind"] == "returned"
    lines = (await simulator.http.get("/simulator/bank/statement", params={"number": number})).json()
    assert [line["returned"] for line in lines["came_in"]] == [True]
    unknown = await simulator.http.post("/simulator/bank/returns", json={"reference": "p-unknown"})
    refusal(unknown, 404, "not-found")


@pytest.mark.parametrize("amount", ["53", True, 1e2, 0, -1, None, 10**16])
async def test_money_that_is_none_is_refused(simulator: Api, heard: Heard, amount: Any) -> None:
    """CV-8."""
    body = {"market": MARKET, "holder": COMPANY, "number": new_number(), "amount_fen": amount}
    refusal(await simulator.http.post("/simulator/bank/remittances", json=body), 422, "invalid")
    assert heard.is_silent


async def test_a_notice_that_reaches_nobody_is_only_logged(quiet_engine: Engine) -> None:
    number, nobody = new_number(), settings_for("nowhere", "nowhere:1")
    entry = SimulatedBank(quiet_engine).remit(MARKET, COMPANY, number, 53, REMARK)
    with capture_logs() as lines:
        notify(nobody, entry)
    (line,) = lines
    assert (line["event"], line["entry_id"]) == ("notice_not_delivered", entry.entry_id)
    assert number not in str(line)


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        *((f"bank_{name}", 204) for name in ("check", "pay_out", "entry", "entries_since")),
        ("bank_robbery", 422),
    ],
)
async def test_it_can_be_told_to_misbehave(simulator: Api, operation: str, status: int) -> None:
    told = {"operation": operation, "behaviour": "unavailable", "times": 0}
    assert (await simulator.http.post("/simulator/misbehave", json=told)).status_code == status
