"""A provider that hands in new pictures without end fills up no shelf, and keeps nobody else waiting."""

from collections import Counter

import pytest

from api import documents
from tests.api.caller import refusal
from tests.api.handing_in import Desk
from tests.pictures import png

FEW = 3


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "A_DAY", FEW)
    monkeypatch.setattr(documents, "KEPT", Counter())


def picture(n: int) -> bytes:
    return png(size=(57, 40 + n))


async def test_so_many_new_pictures_are_kept_a_day_and_those_there_are_found_again(desk: Desk) -> None:
    for n in range(FEW):
        assert (await desk.hand_in(picture(n), "provider")).status_code == 201
        assert (await desk.hand_in(picture(n), "provider")).status_code == 200
    answer = await desk.hand_in(picture(FEW), "provider")
    refusal(answer, 429, "too-many")
    assert answer.headers["Retry-After"] == "3600"
    assert (await desk.hand_in(picture(0), "provider")).status_code == 200


async def test_others_and_other_markets_are_not_kept_waiting(desk: Desk) -> None:
    for n in range(FEW):
        assert (await desk.hand_in(picture(n + 10), "provider")).status_code == 201
    refusal(await desk.hand_in(picture(20), "provider"), 429, "too-many")
    assert (await desk.hand_in(picture(20), "provider", said={"market": "there"})).status_code == 201
    assert (await desk.hand_in(picture(20), "service")).status_code == 201
