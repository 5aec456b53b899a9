"""The simulated wallet over HTTP: reviews, remittances and signatures there, and its signed notices."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from httpx import Response
from sqlalchemy import Engine
from structlog.testing import capture_logs

from api.app import create_app
from api.simulator_wallet import notify
from models.applyments import ApplymentState
from models.bank import WhyUnmatched
from models.signing import check
from tests.api.caller import Api, free_port, refusal, serving
from tests.api.conftest import settings_for
from tests.api.hearing import Heard, hearing
from tests.applyments import BAD_MAIL, Applying
from tests.banking import COMPANY, account, new_number
from tests.conftest import SECRET
from tests.merchant_forms import REPRESENTATIVE, RESPONSIBLE

APPLYMENTS = "/simulator/wallet/applyments"
SIGNATURE = {"name": RESPONSIBLE}
PASSED = {"passed": True}


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


@pytest.fixture
def mine(quiet_engine: Engine) -> Applying:
    """Submitted just now."""
    mine = Applying(quiet_engine, at=datetime.now(UTC))
    mine.submits()
    return mine


async def does(simulator: Api, mine: Applying, what: str, body: dict[str, Any]) -> Response:
    return await simulator.http.post(f"{APPLYMENTS}/{mine.reference}/{what}", json=body)


def money(mine: Applying, **changes: Any) -> dict[str, Any]:
    return mine.asked.model_dump(include={"payer_name", "payer_number", "amount_fen"}) | changes


async def test_a_number_is_opened_there(simulator: Api, mine: Applying) -> None:
    signed = await does(simulator, mine, "signatures", SIGNATURE)
    assert (signed.status_code, signed.json()["signed"]) == (200, True)
    came = await does(simulator, mine, "remittances", money(mine))
    assert (came.status_code, came.json()["returned_because"]) == (201, None)
    passed = await does(simulator, mine, "reviews", PASSED)
    assert passed.json()["state"] == ApplymentState.FINISH
    assert passed.json()["number"] == mine.stands.number is not None


async def test_a_rejection_names_its_fields(simulator: Api, mine: Applying) -> None:
    told = {"passed": False, "details": [BAD_MAIL.model_dump()]}
    assert (await does(simulator, mine, "reviews", told)).json()["state"] == ApplymentState.REJECTED
    assert mine.stands.audit_details == (BAD_MAIL,)


async def test_money_that_does_not_match_goes_back_and_says_why(simulator: Api, mine: Applying) -> None:
    other = money(mine, amount_fen=100)
    came = await does(simulator, mine, "remittances", other)
    assert (came.status_code, came.json()["returned_because"]) == (201, WhyUnmatched.WRONG_AMOUNT)
    assert not mine.stands.account_verified


@pytest.mark.parametrize(
    ("act", "state"),
    [("freeze", ApplymentState.FROZEN), ("thaw", None), ("cancel", ApplymentState.CANCELED), ("lapse", None)],
)
async def test_the_wallet_may_do_else_with_it(
    simulator: Api, mine: Applying, act: str, state: ApplymentState | None
) -> None:
    deadline = mine.asked.until
    answer = await does(simulator, mine, "acts", {"act": act})
    assert answer.json()["state"] == (state or ApplymentState.ACCOUNT_NEED_VERIFY)
    assert (mine.held.remit_by < deadline) == (act == "lapse")


CHANGES: dict[str, Callable[[Applying], dict[str, Any]]] = {
    "reviews": lambda _: PASSED,
    "remittances": money,
    "signatures": lambda _: SIGNATURE,
    "acts": lambda _: {"act": "freeze"},
}


@pytest.mark.parametrize("what", CHANGES)
async def test_each_change_is_told_by_a_signed_notice_that_names_the_application_and_no_more(
    simulator: Api, mine: Applying, heard: Heard, what: str
) -> None:
    body = CHANGES[what](mine)
    assert (await does(simulator, mine, what, {**body, "notices": 2})).is_success
    said = []
    for _ in range(2):
        path, headers, raw = await heard.next()
        assert path == f"/v1/callbacks/wallet/{mine.market}"
        check(raw, headers, SECRET)
        said.append(json.loads(raw))
        assert said[-1] == {"notice_id": headers["webhook-id"], "reference": mine.reference}
    assert said[0] == said[1]  # a repeated notice is the same one
    assert heard.is_silent


async def test_a_notice_may_get_lost(simulator: Api, mine: Applying, heard: Heard) -> None:
    assert (await does(simulator, mine, "signatures", {**SIGNATURE, "notices": 0})).is_success
    assert (await does(simulator, mine, "reviews", PASSED)).is_success
    await heard.next()
    assert heard.is_silent


async def test_what_the_wallet_refuses_is_a_problem_and_told_to_nobody(
    simulator: Api, mine: Applying, heard: Heard
) -> None:
    """TCM-WX-09."""
    answer = await does(simulator, mine, "signatures", {"name": REPRESENTATIVE})
    refusal(answer, 409, "out-of-turn")
    assert "not_the_administrator" in answer.text
    assert RESPONSIBLE not in answer.text
    mine.is_passed()
    refusal(await does(simulator, mine, "reviews", {"passed": False}), 409, "out-of-turn")
    assert heard.is_silent


@pytest.mark.parametrize("what", CHANGES)
async def test_an_unknown_application_is_not_found(
    simulator: Api, mine: Applying, heard: Heard, what: str
) -> None:
    body = CHANGES[what](mine)
    refusal(await does(simulator, mine.but(reference="ma-unknown"), what, body), 404, "not-found")
    refusal(await does(simulator, mine.but(reference="%00"), what, body), 422, "invalid")
    assert heard.is_silent


@pytest.mark.parametrize(
    ("what", "body"),
    [
        *(("remittances", {"amount_fen": amount}) for amount in ("53", True, 1e2, 0, -1, None, 10**16)),
        ("remittances", {"payer_number": "62"}),
        ("reviews", {"passed": "yes"}),
        ("reviews", {"passed": False, "details": [{"field": "<b>", "reason": "x"}]}),
        ("signatures", {"name": "x" * 65}),
        ("signatures", {"name": "a\x00b"}),
        ("signatures", {"name": RESPONSIBLE, "notices": 11}),
        ("acts", {"act": "steal"}),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    simulator: Api, mine: Applying, heard: Heard, what: str, body: dict[str, Any]
) -> None:
    """CV-8."""
    before = mine.held
    sent = {**money(mine), **body} if what == "remittances" else body
    refusal(await does(simulator, mine, what, sent), 422, "invalid")
    assert mine.held == before
    assert heard.is_silent


async def test_what_was_applied_for_is_listed_without_accounts_and_people(
    simulator: Api, mine: Applying
) -> None:
    mine.remits()
    answer = await simulator.http.get(APPLYMENTS)
    (listed,) = [each for each in answer.json()["applyments"] if each["reference"] == mine.reference]
    assert (listed["company_name"], listed["account_verified"]) == (COMPANY, True)
    assert len(listed["remittances"]) == 1
    page = (await simulator.http.get("/simulator/wallet", params={"reference": mine.reference})).text
    for shown in (answer.text, page):
        assert mine.account.number not in shown
        assert RESPONSIBLE not in shown


async def test_its_page_shows_each_application_safely(simulator: Api, quiet_engine: Engine) -> None:
    mine = Applying(quiet_engine, account=account(number=new_number(), holder="<script>alert(1)</script>"))
    mine.submits()
    for params in ({}, {"reference": mine.reference}):
        page = (await simulator.http.get("/simulator/wallet", params=params)).text
        assert mine.reference in page
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert "超级管理员" in page
    nothing = (await simulator.http.get("/simulator/wallet", params={"reference": "ma-unknown"})).text
    assert "没有申请" in nothing
    refused = await simulator.http.get("/simulator/wallet", params={"reference": '"><script>'})
    refusal(refused, 422, "invalid")
    assert "<script>" not in refused.text


async def test_the_link_to_sign_leads_to_its_page(simulator: Api, mine: Applying) -> None:
    Applying(simulator.engine).submits()
    link = mine.stands.sign_url
    assert link is not None
    path = link.partition("8000")[2]
    page = (await simulator.http.get(path)).text
    assert f'data-reference="{mine.reference}"' in page
    assert page.count("data-reference=") == 1


async def test_a_notice_that_reaches_nobody_is_only_logged() -> None:
    nobody = settings_for("nowhere", "nowhere:1")
    with capture_logs() as lines:
        notify(nobody, "tencent-cloud", "ma-1", "n-1")
    (line,) = lines
    assert (line["event"], line["reference"]) == ("notice_not_delivered", "ma-1")


@pytest.mark.parametrize(
    ("operation", "behaviour", "status"),
    [
        ("wallet_submit", "unavailable", 204),
        ("wallet_look_up", "stale", 204),
        ("wallet_steal", "stale", 422),
    ],
)
async def test_it_can_be_told_to_misbehave(
    simulator: Api, operation: str, behaviour: str, status: int
) -> None:
    told = {"operation": operation, "behaviour": behaviour, "times": 0}
    assert (await simulator.http.post("/simulator/misbehave", json=told)).status_code == status
