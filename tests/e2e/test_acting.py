"""A player does what its step says, and reads what a provider would read."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from demo import SAMPLES
from rehearsal.acting import Acting
from rehearsal.caller import Caller, NotTaken
from rehearsal.performance import Performance
from rehearsal.samples import load
from rehearsal.scene import Scene
from rehearsal.steps import HandIn, Pay, Remit, TypeIn

NUMBER = "6222009999"
INSTRUCTION = {"payer_name": "Sample Ltd", "payer_number": NUMBER, "amount_fen": 53, "remark": "check"}


class World:
    """What a caller meets: answers by path, and everything that was asked of it."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        found: Any = next((each for name, each in self.answers.items() if name in request.url.path), {})
        found = found.pop(0) if isinstance(found, list) else found
        return httpx.Response(200, json=found)

    def sent(self, place: str) -> Any:
        """What was sent last to a path like this."""
        [*_, last] = [each for each in self.asked if place in each.url.path and each.method == "POST"]
        return json.loads(last.content)


def case(process: str, stage: str, **data: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    seen = {"opened_at": now, "changed_at": now, "policy_version": "1", "provider_id": "p", "stage": stage}
    return {"case_id": f"{process}:tencent-cloud:a", "process": process, **seen, "market": "m", "id": "a"} | {
        "data": data
    }


@asynccontextmanager
async def acting(world: World) -> AsyncIterator[Acting]:
    sample = load(SAMPLES / "25-a-blurred-licence.json")["25-a-blurred-licence"]
    it = Performance(sample, "a", "a", accounts=[{"number": NUMBER}])
    async with httpx.AsyncClient(transport=httpx.MockTransport(world), base_url="http://api") as http:
        yield Acting(Scene(it, Caller(http, lambda *_, **__: "a token"), lambda _: None))


def statement(*lines: tuple[int, str]) -> dict[str, Any]:
    return {"came_in": [{"amount_fen": fen, "remark": remark} for fen, remark in lines]}


@pytest.mark.parametrize(
    ("proof", "guess"),
    [
        ("two_amounts", {"amounts_fen": [12, 40]}),
        ("amount_and_code", {"amounts_fen": [12], "code": "004711"}),
    ],
)
async def test_a_provider_types_in_the_newest_lines_of_its_statement(
    proof: str, guess: dict[str, Any]
) -> None:
    account = case("bank-accounts", "awaiting_amounts", proof=proof)
    came_in = statement((7, "check"), (8, "check"), (40, "check"), (12, "check 004711"))
    world = World(events=account, statement=came_in, **{"bank-accounts": account})
    async with acting(world) as player:
        await player.do(TypeIn(step="type_in"))
        assert world.sent("/events") == {"event": "amounts_entered", "guess": guess}
        await player.do(TypeIn(step="type_in", wrong=True))
    assert world.sent("/events")["guess"]["amounts_fen"] != guess["amounts_fen"]
    [asked, *_] = [each for each in world.asked if "statement" in each.url.path]
    assert asked.url.params["number"] == NUMBER


async def test_a_provider_remits_what_it_was_told_to_and_the_bank_counts_it() -> None:
    before, account = (
        case("bank-accounts", "awaiting_remittance", **it) for it in ({}, {"instruction": INSTRUCTION})
    )
    entry = {"entry_id": "r-1", "amount_fen": 53}
    world = World(remittances=entry, **{"bank-accounts": [before, account]})
    async with acting(world) as player:
        await player.do(Remit(step="remit"))
        assert player.scene.it.bank.remitted == {"r-1": 53}
    told = {"market": "tencent-cloud", "holder": "Sample Ltd", "number": NUMBER, "amount_fen": 53}
    assert world.sent("/remittances") == {**told, "remark": "check", "notices": 1}


async def test_who_pays_in_parts_waits_until_the_page_asks_for_the_last_one() -> None:
    deposit = case("deposit-accounts", "short", pay_url="http://api/simulator/payments/d")
    asked, opened = ({"event": name} for name in ("payment_requested", "payment_opened"))
    timelines = [{"changes": [asked, opened, asked]}, {"changes": [asked, opened, asked, opened]}]
    world = World(timeline=timelines, **{"deposit-accounts": deposit})
    async with acting(world) as player:
        await player.do(Pay.model_validate({"step": "pay", "to": "deposit-accounts", "method": "qq_pay"}))
    assert timelines == []
    assert world.sent("/payments/d") == {"method": "qq_pay", "notices": 1, "in_spite": False}


async def test_nobody_waits_for_the_page_of_a_case_that_has_closed() -> None:
    closed = {**case("deposit-accounts", "closed"), "closed_at": datetime.now(UTC).isoformat()}
    async with acting(World(**{"deposit-accounts": closed})) as player:
        with pytest.raises(NotTaken, match="closed"):
            await player.do(Pay.model_validate({"step": "pay", "to": "deposit-accounts"}))


async def test_a_picture_that_was_handed_in_has_its_id_from_the_back_office() -> None:
    world = World(documents={"document_id": "ab"})
    async with acting(world) as player:
        await player.do(HandIn(step="hand_in", kind="scan"))
        assert player.scene.it.papers == {"scan": "ab"}
    assert b"tencent-cloud" in world.asked[-1].content
    assert b"\x89PNG" in world.asked[-1].content
