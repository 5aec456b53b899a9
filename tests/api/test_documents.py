"""Pictures over HTTP: who may hand in and see them, and what is no picture (TCM-ONB-15, TCM-MCH-13, -25)."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.api.caller import finding, free_port, refusal
from tests.api.conftest import settings_for
from tests.api.handing_in import KINDS, Desk, opened, write_policies
from tests.pictures import (
    HTML,
    SVG,
    gif,
    jpeg,
    of_size,
    png,
    several,
    with_chunk,
    with_segment,
)

CANARY = "11010519491231002X"


def picture(seed: object) -> bytes:
    """A picture that no other test hands in."""
    return with_chunk(png(), b"teXt", f"{CANARY} {seed}".encode())


@pytest.mark.parametrize("role", ["service", "operator", "provider"])
@pytest.mark.parametrize("type", ["image/jpeg", "image/png"])
async def test_a_picture_is_handed_in_and_seen_by_who_may(desk: Desk, role: str, type: str) -> None:
    seed = f"handed in {role}".encode()
    content = with_segment(jpeg(), seed) if type == "image/jpeg" else picture(seed)
    kept = await desk.handed_in(content, role)
    id = hashlib.sha256(content).hexdigest()
    facts = {"document_id": id, "sha256": id, "kind": "licence", "size": len(content), "content_type": type}
    uploaded = dict.fromkeys(("first_uploaded_at", "uploaded_at"), kept["uploaded_at"])
    assert kept == {**facts, "width": 40, "height": 30, **uploaded}
    for reader in ("service", "operator", "provider"):
        answer = await desk.picture(id, reader)
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == type


async def test_the_same_again_is_no_second_one_and_is_uploaded_anew(desk: Desk, lines: list[str]) -> None:
    """TCM-TEN-02, AMB-35: an older picture is mended by handing it in once more."""
    content = picture("again")
    last = first = await desk.handed_in(content, "provider")
    for role in ("provider", "service", "operator"):
        again = await desk.hand_in(content, role, name="another.jpeg")
        kept = again.json()
        assert (again.status_code, kept) == (200, {**first, "uploaded_at": kept["uploaded_at"]})
        assert kept["uploaded_at"] > last["uploaded_at"]
        last = kept
    about = [line for line in lines if first["document_id"] in line]
    assert ["document_kept" in line for line in about] == [True, False, False, False]
    assert all("document_handed_in_again" in line for line in about[1:])


async def test_forty_at_once_are_one(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.hand_in(picture("forty")) for _ in range(40)))
    assert sorted(answer.status_code for answer in answers) == [200] * 39 + [201]
    kept = [answer.json() for answer in answers]
    assert len({each["document_id"] for each in kept}) == 1
    [first] = [each for answer, each in zip(answers, kept, strict=True) if answer.status_code == 201]
    assert {each["first_uploaded_at"] for each in kept} == {first["uploaded_at"]}


async def test_a_picture_may_be_several_kinds_and_is_a_document_of_each(desk: Desk) -> None:
    """Where certificates are merged (TCM-MCH-13)."""
    content = picture("two kinds")
    licence = await desk.handed_in(content)
    id = licence["document_id"]
    refusal(await desk.picture(id, kind="card"), 404, "not-found")
    card = await desk.handed_in(content, kind="card")
    uploaded = dict.fromkeys(("first_uploaded_at", "uploaded_at"), card["uploaded_at"])
    assert card == {**licence, "kind": "card", **uploaded}
    assert card["uploaded_at"] > licence["uploaded_at"]
    for first in (licence, card):
        again = await desk.hand_in(content, said={"kind": first["kind"]})
        assert (again.status_code, again.json()["first_uploaded_at"]) == (200, first["uploaded_at"])
        assert (await desk.picture(id, kind=first["kind"])).content == content


async def test_a_picture_too_large_for_one_kind_is_that_of_another_alone(desk: Desk) -> None:
    content = of_size(picture("large for a card"), KINDS["card"].most_bytes + 1)
    id = (await desk.handed_in(content))["document_id"]
    for _ in range(2):
        found = finding(await desk.hand_in(content, said={"kind": "card"}))
        assert (found["field"], found["code"], found["rule"]) == ("file", "too-large", "TCM-MCH-25")
    refusal(await desk.picture(id, kind="card"), 404, "not-found")
    assert (await desk.picture(id)).content == content


async def test_what_is_not_there_and_what_is_another_s_look_the_same(desk: Desk) -> None:
    id = (await desk.handed_in(picture("mine")))["document_id"]
    unknown = await desk.picture("0" * 64, "operator")
    refusal(unknown, 404, "not-found")
    elsewhere = desk.speaking(market="there")
    path = f"/v1/markets/here/providers/isv-1/documents/licence/{id}"
    answers = [
        await desk.speaking(provider_id="isv-2").get(path, "provider"),
        *[await elsewhere.get(path, role) for role in ("service", "operator", "provider")],
        *[
            await desk.picture(odd, "operator")
            for odd in (id.upper(), id[:-1], f"{id}0", "..%2F..%2Fx", "%00")
        ],
        *[
            await desk.picture(id, "operator", kind=odd)
            for odd in ("card", "passport", "Licence", "..", "%00", "%ED%A0%80", "é", "x" * 2_000)
        ],
        await desk.get(path.replace("/licence", ""), "operator"),
        await desk.picture(id, "operator", market="there"),
        await desk.picture(id, "operator", isv="isv-2"),
        await desk.picture(id, "provider", isv="isv-2"),
        await desk.picture(id, "operator", market="nowhere"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.content for answer in answers} == {unknown.content}


async def test_nobody_hands_in_for_another_provider_or_market(desk: Desk) -> None:
    refusal(await desk.hand_in(png(), "provider", said={"provider_id": "isv-2"}), 404, "not-found")
    for role in ("service", "operator", "provider"):
        elsewhere = Desk(desk.http, desk.engine, {"market": "there"})
        for market in ("here", "nowhere"):
            refusal(await elsewhere.hand_in(png(), role, said={"market": market}), 404, "not-found")


async def test_what_a_form_does_not_say_is_asked_for(desk: Desk) -> None:
    for said, field in (
        ({"provider_id": None}, "provider_id"),
        ({"market": None}, "market"),
        ({"kind": None}, "kind"),
    ):
        found = finding(await desk.hand_in(png(), said=said))
        assert (found["field"], found["code"]) == (field, "missing")
    assert finding(await desk.hand_in(png(), said={"kind": "passport"}))["code"] == "unknown-kind"
    for odd in ("../../x", "", "a b", "é", "x" * 65):
        assert finding(await desk.hand_in(png(), said={"provider_id": odd}))["field"] == "provider_id"
    form = {"market": "here", "kind": "licence", "provider_id": "isv-1"}
    answer = await desk.call(
        "POST", "/v1/documents", files={name: (None, text) for name, text in form.items()}
    )
    assert (finding(answer)["field"], finding(answer)["code"]) == ("file", "missing")


@pytest.mark.parametrize(("kind", "most"), [("licence", 2_097_152), ("card", 409_600)])
async def test_the_largest_picture_is_kept_and_one_byte_more_is_not(desk: Desk, kind: str, most: int) -> None:
    found = finding(await desk.hand_in(of_size(picture(kind), most + 1), said={"kind": kind}))
    assert (found["field"], found["code"], found["rule"]) == ("file", "too-large", KINDS[kind].rule)
    kept = await desk.handed_in(of_size(picture(kind), most), kind=kind)
    assert (await desk.picture(kept["document_id"], kind=kind)).content == of_size(picture(kind), most)


LIES = {
    "a GIF": (gif(), "type-not-accepted"),
    "an SVG": (SVG, "type-not-accepted"),
    "HTML": (HTML, "type-not-accepted"),
    "nothing": (b"", "empty"),
    "a part of one": (jpeg()[:-20], "truncated"),
    "two in one": (png() + HTML, "more-than-a-picture"),
    "an animation": (several("PNG"), "animated"),
    "a large one": (png(size=(1001, 1000)), "too-many-pixels"),
    "a changed one": (png().replace(b"IDAT", b"IDAX"), "damaged"),
}


@pytest.mark.parametrize("name", LIES)
async def test_what_is_no_picture_is_refused_whatever_it_is_called(desk: Desk, name: str) -> None:
    content, code = LIES[name]
    found = finding(await desk.hand_in(content, name="../../licence.png"))
    assert (found["field"], found["code"], found["rule"]) == ("file", code, "TCM-ONB-15")
    assert found["next"]


async def test_what_stands_in_a_picture_beside_it_runs_nowhere(desk: Desk) -> None:
    id = (await desk.handed_in(with_segment(jpeg(), HTML)))["document_id"]
    headers = (await desk.picture(id)).headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["content-disposition"] == "attachment"
    assert headers["cache-control"] == "no-store"


async def test_neither_the_disk_nor_the_log_shows_what_was_handed_in(desk: Desk, lines: list[str]) -> None:
    name = f"{CANARY}.png"
    for file, status in ((picture("canary"), 201), (picture("canary")[:-1], 422)):
        assert (await desk.hand_in(file, name=name)).status_code == status
    kept = [path for path in desk.directory.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert CANARY not in path.name
        assert CANARY.encode() not in path.read_bytes()
    assert any("document_kept" in line for line in lines)
    assert [line for line in lines if CANARY in line] == []


async def test_a_picture_that_was_changed_on_the_disk_is_not_given_out(desk: Desk) -> None:
    before = set(desk.directory.iterdir())
    content = picture("changed on the disk")
    id = (await desk.handed_in(content))["document_id"]
    [changed] = set(desk.directory.iterdir()) - before
    changed.write_bytes(changed.read_bytes()[:-1])
    refusal(await desk.picture(id), 503, "not-confirmed")


async def test_while_nothing_can_be_kept_nothing_is_said_to_be(quiet_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    url = quiet_engine.url.render_as_string(hide_password=False)
    where = {"policy_dir": write_policies(tmp_path / "policies"), "documents_dir": tmp_path / "file" / "x"}
    async with opened(settings_for(url, f"127.0.0.1:{free_port()}", **where), quiet_engine) as desk:
        refusal(await desk.hand_in(png()), 503, "not-confirmed")
        refusal(await desk.picture("0" * 64), 503, "not-confirmed")


async def test_the_form_is_described(desk: Desk) -> None:
    post = (await desk.get("/openapi.json", None)).json()["paths"]["/v1/documents"]["post"]
    schema = post["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert schema["properties"].keys() == {"market", "kind", "provider_id", "file"}
    assert schema["properties"]["file"]["format"] == "binary"
    assert {"200", "201", "default"} <= post["responses"].keys()
