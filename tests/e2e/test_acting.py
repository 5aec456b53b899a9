"""A player does what its step says, and reads what a provider would read."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from demo import SAMPLES
from models.links import Reach
from rehearsal.acting import Acting
from rehearsal.caller import Caller, NotTaken
from rehearsal.performance import Performance
from rehearsal.samples import load
from rehearsal.scene import Scene
from rehearsal.steps import Another, HandIn, Link, OpenAlipay, Pay, Remit, Review, Send, Sign, TypeIn, Wait

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
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

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
async def acting(world: World, name: str = "25-a-blurred-licence") -> AsyncIterator[Acting]:
    sample = load(SAMPLES / f"{name}.json")[name]
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


# --- merchant numbers and settlement accounts

APPLYMENT = "ma-1"
NO = httpx.Response(409, json={"type": "out-of-turn", "detail": "the wallet refuses"})


def at_the_wallet(stage: str = "under_review", until: datetime | None = None, **facts: Any) -> dict[str, Any]:
    instruction = {**INSTRUCTION, "until": (until or datetime.now(UTC) + timedelta(days=1)).isoformat()}
    wallet = {"stage": stage, "reference": APPLYMENT, "instruction": instruction}
    return case("merchant-accounts", "opening", wallet=wallet | facts)


def opening(**answers: Any) -> World:
    return World(**{**answers, "merchant-accounts": answers.get("merchant-accounts", at_the_wallet())})


async def test_a_company_remits_to_the_wallet_what_it_was_told_to() -> None:
    """What it was told before is told no longer: a backend service sees dots, and a deadline passes."""
    dots, lapsed = at_the_wallet(instruction="•••"), at_the_wallet(until=datetime.now(UTC))
    lapsed["data"]["wallet"]["instruction"]["amount_fen"] = 99
    cases = [at_the_wallet("submitting"), dots, lapsed, at_the_wallet(), at_the_wallet()]
    world = opening(**{"merchant-accounts": cases})
    async with acting(world, "34-any-order") as player:
        await player.do(Remit(step="remit"))
    told = {"payer_name": "Sample Ltd", "payer_number": NUMBER, "amount_fen": 53, "notices": 1}
    assert world.sent(f"/applyments/{APPLYMENT}/remittances") == told


async def test_who_remits_too_late_waits_for_the_end_of_the_time() -> None:
    until = datetime.now(UTC) + timedelta(seconds=0.3)
    world = opening(**{"merchant-accounts": at_the_wallet(until=until)})
    async with acting(world, "34-any-order") as player:
        await player.do(Remit(step="remit", late=True, amount_fen=7, payer="Somebody Else", notices=0))
    assert datetime.now(UTC) >= until
    told = {"payer_name": "Somebody Else", "payer_number": NUMBER, "amount_fen": 7, "notices": 0}
    assert world.sent("/remittances") == told


async def test_the_wallet_says_of_each_field_what_is_wrong_with_it() -> None:
    said = {"passed": False, "details": [{"field": "account.number", "reason": "closed"}], "notices": 2}
    world = opening()
    async with acting(world, "34-any-order") as player:
        await player.do(Review.model_validate({"step": "review", **said}))
    assert world.sent(f"/applyments/{APPLYMENT}/reviews") == said


async def test_the_administrator_signs() -> None:
    world = opening()
    async with acting(world, "34-any-order") as player:
        await player.do(Sign(step="sign"))
    assert world.sent(f"/applyments/{APPLYMENT}/signatures") == {"name": "样管", "notices": 1}


async def test_somebody_else_has_to_be_refused() -> None:
    async with acting(opening(signatures=NO), "34-any-order") as player:
        await player.do(Sign(step="sign", name="Somebody Else"))
        with pytest.raises(NotTaken, match="the wallet refuses"):
            await player.do(Sign(step="sign"))
    async with acting(opening(), "34-any-order") as player:
        with pytest.raises(NotTaken, match="let Somebody Else sign"):
            await player.do(Sign(step="sign", name="Somebody Else"))


def scan(**more: Any) -> Send:
    event = {"step": "event", "sender": "signatory", "event": "administrator_scanned"}
    return Send.model_validate({**event, **more})


async def test_what_should_be_refused_is_refused_by_that_rule() -> None:
    found = {"type": "invalid", "detail": "no", "errors": [{"field": "f", "rule": "TCM-TEN-04"}]}
    refusal = httpx.Response(422, json=found)
    async with acting(opening(events=refusal), "37-both-numbers") as player:
        await player.do(scan(refused="TCM-TEN-04"))
        await player.do(scan(refused="invalid"))
        for refused in ({"refused": "TCM-TEN-14"}, {}):
            with pytest.raises(NotTaken, match="422 invalid: no"):
                await player.do(scan(**refused))


async def test_what_should_be_refused_and_is_taken_ends_the_sample() -> None:
    async with acting(opening(), "37-both-numbers") as player:
        with pytest.raises(NotTaken, match="should be refused: TCM-TEN-04"):
            await player.do(scan(refused="TCM-TEN-04"))


async def test_an_account_is_opened_for_the_company_and_given_then() -> None:
    account = case("settlement-accounts", "opening")
    world = World(enterprise={}, **{"settlement-accounts": account})
    async with acting(world, "44-another-name") as player:
        for holder in ("Somebody Else", None):
            await player.do(OpenAlipay(step="open_alipay", holder=holder, balance_fen=5))
        given = {"step": "event", "sender": "provider", "event": "alipay_account_given"}
        await player.do(Send.model_validate({**given, "contract_accepted": True}))
        opened = player.scene.it.alipay
    assert world.sent("/events")["account"] == {"alipay_account": opened[-1]}
    told = {"account": opened[-1], "holder": "杭州样例科技有限公司", "balance_fen": 5}
    assert world.sent("/enterprise/accounts") == told
    assert len({*opened}) == 2


async def test_it_waits_until_the_provider_is_paid_out_again() -> None:
    stands = [{"paid_out": paid_out} for paid_out in (False, True)]
    world = World(channels={"channels": [{"name": "balance"}]}, settlement=stands)
    async with acting(world, "44-another-name") as player:
        await player.do(Wait.model_validate({"step": "wait", "for": "payouts"}))
        assert player.scene.it.selling == {"channels": ["balance"], "paid_out": True}
    assert stands == []


async def test_a_stage_of_one_of_two_numbers_is_waited_for() -> None:
    cases = [at_the_wallet(stage) for stage in ("submitting", "under_review", "open")]
    world = opening(**{"merchant-accounts": cases})
    async with acting(world, "37-both-numbers") as player:
        await player.do(Wait.model_validate({"step": "wait", "for": "wallet.open"}))
    assert cases == []


def refusal(*rules: str) -> httpx.Response:
    errors = [{"field": "provider_id", "code": "taken", "rule": rule} for rule in rules]
    return httpx.Response(422, json={"type": "invalid", "detail": "no", "errors": errors})


async def test_another_one_is_asked_for_under_an_id_of_its_own_and_refused_by_its_rule() -> None:
    world = World(**{"shop-reviews": refusal("TCM-ONB-10", "TCM-SHOP-01")})
    async with acting(world, "49-a-shop-opens") as player:
        await player.do(Another(step="another", refused="TCM-SHOP-01"))
        body = player.scene.it.sample.body("a")
        assert world.sent("/shop-reviews") == {**body, "id": "a-2"}
        with pytest.raises(NotTaken, match="no"):
            await player.do(Another(step="another", refused="TCM-SHOP-02"))


async def test_another_one_that_is_let_in_is_a_difference() -> None:
    world = World(**{"shop-reviews": case("shop-reviews", "draft")})
    async with acting(world, "49-a-shop-opens") as player:
        with pytest.raises(NotTaken, match="another was taken, and should be refused: TCM-SHOP-01"):
            await player.do(Another(step="another", refused="TCM-SHOP-01"))


async def test_a_link_is_as_it_is_told_from_now_on() -> None:
    world = World()
    async with acting(world, "54-everything-at-once") as player:
        await player.do(Link(step="link", place="gone.sample.example", state=Reach.BROKEN))
    assert world.sent("/simulator/links") == {"place": "gone.sample.example", "state": "broken"}
