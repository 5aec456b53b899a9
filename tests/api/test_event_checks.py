"""What stands against an event beyond its shape, and who may begin a case: of a process made up for this."""

import hashlib

import pytest

from models.tables.documents.store import StoreUnavailable
from tests.api.caller import contents, new_key, refusal
from tests.api.keeping import DOTS, PUT_IN, Keeper, case_id
from tests.pictures import png, stored

# --- rules of its own


async def test_everything_that_stands_against_an_event_is_said_at_once(keeper: Keeper) -> None:
    path, nobodys = await keeper.safe(), {"kind": "licence", "document_id": "0" * 64}
    await keeper.put_in(path)
    before = contents(keeper.engine)
    assert await keeper.errors(path, {**PUT_IN, "covers": [nobodys]}) == [
        ("drawer", "full"),
        ("covers.0", "document-unknown"),
    ]
    assert await keeper.errors(path, {**PUT_IN, "drawer": "third"}) == [("drawer", "no-drawer")]
    answer = refusal(await keeper.in_stead(path, {**PUT_IN, "covers": [nobodys]}, 2), 422, "invalid")
    assert [each["field"] for each in answer["errors"]] == ["act.drawer", "act.covers.0"]
    assert contents(keeper.engine) == before


async def test_a_repeat_is_answered_whatever_stands_against_it_by_now(keeper: Keeper) -> None:
    path, key = await keeper.safe(), new_key()
    first = await keeper.send(path, PUT_IN, "provider", key=key)
    assert await keeper.errors(path, PUT_IN) == [("drawer", "full")]
    assert (await keeper.send(path, PUT_IN, "provider", key=key)).json() == first.json()


async def test_a_case_that_has_closed_checks_nothing_more(keeper: Keeper) -> None:
    path = await keeper.safe()
    await keeper.put_in(path)
    await keeper.moved(path, ({"event": "emptied"}, "provider"))
    problem = refusal(await keeper.send(path, PUT_IN, "provider"), 409, "out-of-turn")
    assert problem["case"]["data"]["left"] == [{"things": DOTS}]


# --- documents


async def test_a_document_counts_for_the_provider_the_market_and_the_kind_it_was_handed_in_for(
    keeper: Keeper,
) -> None:
    path = await keeper.safe()
    shelf, other = "strongroom", await keeper.safe(provider_id="isv-2")
    assert keeper.office is not None
    mine, elsewhere, theirs = (png(colour=colour) for colour in ("red", "green", "blue"))
    for market, isv, picture in (
        (shelf, "isv-1", mine),
        ("alipay", "isv-1", elsewhere),
        (shelf, "isv-2", theirs),
    ):
        keeper.office.documents.put_new(market, isv, stored(picture), picture)
    refs = [
        {"kind": kind, "document_id": hashlib.sha256(picture).hexdigest()}
        for kind, picture in (("licence", mine), ("card", mine), ("licence", elsewhere), ("licence", theirs))
    ]
    scans = [{"scan": ref} for ref in refs]
    unknown = "document-unknown"
    assert await keeper.errors(path, {**PUT_IN, "papers": scans, "covers": refs[:2]}) == [
        *((f"papers.{place}.scan", unknown) for place in (1, 2, 3)),
        ("covers.1", unknown),
    ]
    await keeper.put_in(path, papers=scans[:1], covers=refs[:1])
    with_theirs = {**PUT_IN, "papers": scans[3:]}
    isv_2 = keeper.speaking(provider_id="isv-2")
    assert (await isv_2.send(other, with_theirs, "provider")).status_code == 200


async def test_documents_that_cannot_be_looked_up_now_leave_the_event_unconfirmed(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, nobodys = await keeper.safe(), {"kind": "licence", "document_id": "0" * 64}
    assert keeper.office is not None

    def away(*_: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(type(keeper.office.documents), "find", away)
    refusal(await keeper.send(path, {**PUT_IN, "covers": [nobodys]}, "provider"), 503, "not-confirmed")


# --- who may start


async def test_a_provider_starts_a_case_for_itself_alone(keeper: Keeper) -> None:
    assert (await keeper.new_safe("provider")).status_code == 201
    before = contents(keeper.engine)
    refusal(await keeper.new_safe("provider", provider_id="isv-2"), 404, "not-found")
    refusal(await keeper.new_safe("operator"), 403, "forbidden")
    assert contents(keeper.engine) == before


async def test_who_is_refused_is_told_of_the_open_case_that_it_may_see(keeper: Keeper) -> None:
    room, shelf = new_key(), new_key()
    first, second = await keeper.safe(room=room), await keeper.safe(shelf=shelf, provider_id="isv-2")
    seen = {}
    for role in ("service", "provider"):
        for isv in ("isv-1", "isv-2", "isv-3"):
            caller = Keeper(keeper.http, keeper.engine, {"provider_id": isv} if role == "provider" else {})
            answer = await caller.new_safe(role, provider_id=isv, room=room, shelf=shelf)
            problem = refusal(answer, 409, "already-exists")
            assert [each["field"] for each in problem["errors"]] == ["room", "shelf"]
            seen[role, isv] = problem["case_id"]
    one, other = case_id(first), case_id(second)
    assert seen == {
        ("service", "isv-1"): one,
        ("service", "isv-2"): one,
        ("service", "isv-3"): one,
        ("provider", "isv-1"): one,
        ("provider", "isv-2"): other,
        ("provider", "isv-3"): None,
    }
    third = Keeper(keeper.http, keeper.engine, {"provider_id": "isv-3"})
    answer = await third.new_safe("provider", provider_id="isv-3", room=room)
    assert case_id(first) not in answer.text
