"""Pictures from whoever means harm: many at once, or with personal data where nobody looks for them."""

import asyncio
import logging
import zlib
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from threading import Event

import pytest
import pytest_asyncio
from PIL import Image

from api.documents import OF_A_PROVIDER, ON_THEIR_WAY
from models.documents import StoredDocument
from models.tables.documents.store import SealedDocuments
from tests.api.caller import Json, refusal
from tests.api.handing_in import Desk
from tests.pictures import chunk, png, with_chunk

CANARY = "11010519491231002X"
ARTIST = 315
THREADS_OF_ALL = 40
"""More than Python keeps for whoever asks."""
IN_A_FORM: dict[str, Json] = {
    "market": {"said": {"market": CANARY}},
    "kind": {"said": {"kind": CANARY}},
    "provider": {"said": {"provider_id": f"{CANARY} "}},
    "another field": {"said": {CANARY: "x"}},
    "another's": {"said": {"provider_id": CANARY}, "role": "provider"},
    "name": {"name": f"{CANARY}.png", "said": {"kind": "passport"}},
    "content": {"file": CANARY.encode()},
    "content after it": {"file": png() + CANARY.encode()},
}


class Stuck:
    """A store that lets whoever is called `stuck` wait until it is free, and knows how many do."""

    def __init__(self) -> None:
        self._free, self._loop, self._waiting = Event(), asyncio.get_running_loop(), asyncio.Semaphore(0)

    def put_new(self, *what: object) -> StoredDocument:
        document = what[2]
        assert isinstance(document, StoredDocument)
        if document.uploaded_by.subject == "stuck":
            self._loop.call_soon_threadsafe(self._waiting.release)
            self._free.wait(30)
        return document

    async def holds(self, many: int) -> None:
        async with asyncio.timeout(60):
            for _ in range(many):
                await self._waiting.acquire()

    def let_go(self) -> None:
        self._free.set()


@pytest_asyncio.fixture(loop_scope="session")
async def stuck(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stuck]:
    store = Stuck()
    monkeypatch.setattr(SealedDocuments, "put_new", lambda _, *what: store.put_new(*what))
    yield store
    store.let_go()


@pytest.fixture
def talkative(desk: Desk, lines: list[str]) -> Iterator[list[str]]:
    """The log with everything that libraries would say, too."""
    assert desk
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    yield lines
    root.setLevel(before)


# --- many at once


async def test_a_provider_has_so_many_on_their_way_and_others_do_not_wait_for_it(
    desk: Desk, stuck: Stuck
) -> None:
    its = Desk(desk.http, desk.engine, {"sub": "stuck"})
    first = [asyncio.create_task(its.hand_in(png(), "provider")) for _ in range(OF_A_PROVIDER)]
    await stuck.holds(OF_A_PROVIDER)
    for one_more in (its, desk):
        answer = await one_more.hand_in(png(), "provider")
        refusal(answer, 429, "too-many")
        assert int(answer.headers["Retry-After"]) > 0
    for claims, role in (({"provider_id": "isv-2"}, "provider"), ({}, "service"), ({}, "operator")):
        assert (await Desk(desk.http, desk.engine, claims).hand_in(png(), role)).status_code == 201
    stuck.let_go()
    assert [answer.status_code for answer in await asyncio.gather(*first)] == [201] * OF_A_PROVIDER
    assert (await desk.hand_in(png(), "provider")).status_code == 201


async def test_what_is_refused_is_no_longer_on_its_way(desk: Desk) -> None:
    answers = [await desk.hand_in(b"no picture", "provider") for _ in range(2 * OF_A_PROVIDER)]
    assert {answer.status_code for answer in answers} == {422}
    assert ON_THEIR_WAY.under_way == {}


async def test_a_store_that_does_not_answer_takes_no_threads_of_others(desk: Desk, stuck: Stuck) -> None:
    many = Desk(desk.http, desk.engine, {"sub": "stuck"})
    sent = [asyncio.create_task(many.hand_in(png())) for _ in range(THREADS_OF_ALL)]
    await stuck.holds(2)
    async with asyncio.timeout(60):
        await asyncio.gather(*(asyncio.to_thread(int) for _ in range(THREADS_OF_ALL)))
    stuck.let_go()
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {201}


# --- personal data


def written_in() -> dict[str, bytes]:
    """Pictures that say something, each in a place of its own."""
    exif, picture, files = Image.Exif(), Image.new("RGB", (40, 30)), (BytesIO(), BytesIO())
    exif[ARTIST] = CANARY
    picture.save(files[0], "JPEG", exif=exif, comment=CANARY)
    picture.save(files[1], "PNG", exif=exif)
    said = CANARY.encode() + b"\0\0" + zlib.compress(CANARY.encode())
    text = with_chunk(with_chunk(png(), b"zTXt", said), b"tEXt", CANARY.encode())
    profile = png()[:33] + chunk(b"iCCP", said) + png()[33:]
    return {
        "jpeg": files[0].getvalue(),
        "exif": files[1].getvalue(),
        "text": text,
        "profile": profile,
    }


@pytest.mark.parametrize("where", written_in())
async def test_what_is_written_in_a_picture_is_not_told_to_the_log(
    desk: Desk, talkative: list[str], where: str
) -> None:
    content = written_in()[where]
    assert CANARY.encode() in content
    id = (await desk.handed_in(content))["document_id"]
    assert (await desk.picture(id)).content == content
    assert any("document_read" in line for line in talkative)
    assert [line for line in talkative if CANARY in line] == []


@pytest.mark.parametrize("where", IN_A_FORM)
async def test_what_a_refused_form_says_is_repeated_nowhere(
    desk: Desk, talkative: list[str], where: str
) -> None:
    how = {"file": png(), **IN_A_FORM[where]}
    before = sorted(desk.directory.iterdir())
    answer = await desk.hand_in(**how)
    assert answer.status_code in (404, 422)
    assert CANARY not in answer.text
    assert [line for line in talkative if CANARY in line] == []
    assert sorted(desk.directory.iterdir()) == before


@pytest.mark.parametrize("address", [(CANARY, "licence"), ("isv-1", CANARY)])
async def test_what_an_address_says_is_repeated_nowhere(
    desk: Desk, talkative: list[str], address: tuple[str, str]
) -> None:
    isv, kind = address
    answer = await desk.picture("0" * 64, "operator", isv=isv, kind=kind)
    refusal(answer, 404, "not-found")
    assert CANARY not in answer.text
    assert [line for line in talkative if CANARY in line] == []
