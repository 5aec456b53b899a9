"""Forms that are too large, too slow, packed, cut off, or none at all."""

import asyncio
import gzip
import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import strict_json
from api.strict_form import AROUND_BYTES
from tests.api.caller import Json, finding, refusal, token
from tests.api.handing_in import Desk
from tests.pictures import LICENCE, png

FORM = {"content-type": "multipart/form-data; boundary=b"}
HUGE = 300 * 1024 * 1024


def part(name: str, content: bytes = b"x", more: str = "") -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"


def form(**changed: bytes) -> bytes:
    fields = {"market": b"here", "kind": b"licence", "provider_id": b"isv-1", "file": png(), **changed}
    return b"".join(part(name, content) for name, content in fields.items())


END = b"--b--\r\n"


async def sent(desk: Desk, content: bytes, **headers: str) -> httpx.Response:
    return await desk.call("POST", "/v1/documents", content=content, headers={**FORM, **headers})


async def test_a_form_is_read_however_its_parts_call_themselves(desk: Desk) -> None:
    called = '; filename="../../x"\r\nContent-Type: text/html'
    for body in (
        form() + END,
        b"\r\n" + form() + END + b"after",
        form().replace(b"Content-Disposition", b"content-disposition") + END,
        form().rpartition(b"--b")[0] + part("file", png(), called) + END,
    ):
        assert (await sent(desk, body)).status_code in (200, 201)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        (b"", "body", "incomplete"),
        (form(), "body", "incomplete"),
        (form()[:-200], "body", "incomplete"),
        (END, "market", "missing"),
        (form().replace(b"--b", b"--c") + b"--c--\r\n", "body", "form-invalid"),
        (b"{}", "body", "form-invalid"),
        (form() + part("file", png()) + END, "file", "sent-twice"),
        (form() + part("market", b"there") + END, "market", "sent-twice"),
        (form() + part("rule") + END, "body", "extra-forbidden"),
        (form() + b"--b\r\n\r\nx\r\n" + END, "body", "extra-forbidden"),
        (form() + b"--b\r\nBroken\x00: y\r\n\r\nx\r\n" + END, "body", "form-invalid"),
        (form() + part("x" * 20_000) + END, "body", "form-invalid"),
        (form(market=b"\xff\xfe") + END, "market", "string-unicode"),
        (form(kind=b"a\0b") + END, "kind", "string-pattern-mismatch"),
        (form(file=gzip.compress(png())) + END, "file", "type-not-accepted"),
    ],
)
async def test_a_form_that_is_none_is_refused(desk: Desk, body: bytes, field: str, code: str) -> None:
    answer = await sent(desk, body)
    errors = refusal(answer, 422, "invalid")["errors"]
    assert (field, code) in {(error["field"], error["code"]) for error in errors}, errors


@pytest.mark.parametrize(
    ("type", "code"),
    [
        ("application/json", "not-a-form"),
        ("application/x-www-form-urlencoded", "not-a-form"),
        ("multipart/mixed; boundary=b", "not-a-form"),
        ("image/png", "not-a-form"),
        ("", "not-a-form"),
        ("multipart/form-data", "no-boundary"),
        ("multipart/form-data; boundary=", "no-boundary"),
        ('multipart/form-data; boundary=""', "no-boundary"),
    ],
)
async def test_what_does_not_say_where_its_parts_begin_is_refused(desk: Desk, type: str, code: str) -> None:
    found = finding(await sent(desk, form() + END, **{"content-type": type}))
    assert (found["field"], found["code"]) == ("Content-Type", code)


async def test_a_boundary_that_is_too_long_is_refused(desk: Desk) -> None:
    answer = await sent(
        desk, form() + END, **{"content-type": f"multipart/form-data; boundary={'b' * 5_000}"}
    )
    assert finding(answer)["code"] == "form-invalid"


async def test_a_bomb_is_not_unpacked(desk: Desk) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert finding(await sent(desk, bomb, **{"content-encoding": "gzip"}))["code"] == "encoded"


async def test_a_form_that_says_it_is_too_large_is_not_read(desk: Desk) -> None:
    status, problem = await heard(desk, f"Content-Length: {HUGE}")
    assert (status, problem["type"]) == (413, "too-large")


async def test_a_form_that_does_not_say_its_length_is_refused_once_it_is_too_large(desk: Desk) -> None:
    begun = part("file", bytes(LICENCE.most_bytes + AROUND_BYTES))
    status, problem = await heard(desk, "Transfer-Encoding: chunked", body=b"%x\r\n" % len(begun) + begun)
    assert (status, problem["type"]) == (413, "too-large")


async def test_anonymous_is_refused_before_anything_is_read(desk: Desk) -> None:
    for size in (HUGE, 1000):
        status, problem = await heard(desk, f"Content-Length: {size}", role=None)
        assert (status, problem["type"]) == (401, "unauthenticated")


async def test_a_form_that_trickles_in_is_refused_in_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_json, "READ_WITHIN_S", 0.1)
    for head, body in (("Content-Length: 1000", form()[:20]), ("Transfer-Encoding: chunked", b"1\r\n-\r\n")):
        status, problem = await heard(desk, head, body=body)
        assert (status, problem["errors"][0]["code"]) == (422, "too-slow")


async def heard(desk: Desk, *lines: str, body: bytes = b"", role: str | None = "service") -> tuple[int, Json]:
    """What is answered to the beginning of a request."""
    bearer = [f"Authorization: Bearer {token(role)}"] if role else []
    head = [
        "POST /v1/documents HTTP/1.1",
        "Host: test",
        f"Content-Type: {FORM['content-type']}",
        *bearer,
        *lines,
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.http.base_url.port)
    writer.write("\r\n".join((*head, "", "")).encode() + body)
    await writer.drain()
    async with asyncio.timeout(60):
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(
            next(line for line in answer.splitlines() if line.startswith("content-length")).split()[1]
        )
        problem = json.loads(await reader.readexactly(length))
    writer.close()
    assert "application/problem+json" in answer
    return int(answer.split()[1]), problem


PIECES = st.lists(
    st.binary(max_size=20)
    | st.sampled_from(
        [b"--b", b"\r\n", b"\r", b"--", END, form(), part("file"), part("x"), b"\r\n\r\n", png()]
    ),
    max_size=8,
)


@settings(
    max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(pieces=PIECES)
async def test_a_form_of_any_bytes(desk: Desk, pieces: list[bytes]) -> None:
    answer = await sent(desk, b"".join(pieces))
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 300:
        assert refusal(answer, 422, "invalid")["errors"]
