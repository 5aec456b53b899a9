"""Bodies that are too large, too slow, packed or cut off. A raw connection sends what no client would."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import pytest

from api import health, strict_json
from tests.api.caller import ORDERS, Json, finding, new_key, refusal, token
from tests.api.conftest import Quiet
from tests.bench import order_body

pytestmark = pytest.mark.usefixtures("untouched")
JSON = {"content-type": "application/json"}
LIMIT = 256 * 1024


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 4096):
        yield b" " * 4096


@pytest.mark.parametrize("size", [LIMIT + 1, 300_000])
async def test_a_body_that_is_too_large_is_refused(quiet: Quiet, size: int) -> None:
    answer = await quiet.call("POST", ORDERS, content=b" " * size, headers=JSON)
    assert str(LIMIT) in refusal(answer, 413, "too-large")["detail"]


async def test_a_body_that_does_not_say_its_length_is_refused_once_it_is_too_large(quiet: Quiet) -> None:
    for path in (ORDERS, "/v1/callbacks/payments/alipay", f"{ORDERS}/nobody/events"):
        headers = {**JSON, "Idempotency-Key": new_key()}
        answer = await quiet.call("POST", path, content=in_pieces(300_000), headers=headers)
        refusal(answer, 413, "too-large")


async def test_the_largest_body_is_read(quiet: Quiet) -> None:
    assert finding(await quiet.call("POST", ORDERS, content=b" " * LIMIT, headers=JSON))["field"] == "body"


async def test_a_large_body_where_none_is_wanted_is_not_read(quiet: Quiet) -> None:
    assert (await quiet.call("GET", "/v1/cases", content=b" " * 300_000)).status_code == 200


async def test_a_bomb_is_not_unpacked(quiet: Quiet) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < LIMIT
    answer = await quiet.call("POST", ORDERS, content=bomb, headers={**JSON, "content-encoding": "gzip"})
    assert finding(answer)["code"] == "encoded"
    assert finding(await quiet.call("POST", ORDERS, content=bomb, headers=JSON))["code"] == "not-utf-8"


class Line:
    """A connection on which a test says exactly what it wants."""

    def __init__(self, quiet: Quiet) -> None:
        self.port = quiet.http.base_url.port

    async def __aenter__(self) -> "Line":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def say(self, *lines: str, body: bytes = b"") -> None:
        head = (f"POST {ORDERS} HTTP/1.1", "Host: test", f"Authorization: Bearer {token('service')}", *lines)
        self.writer.write("\r\n".join((*head, "Content-Type: application/json", "", "")).encode() + body)
        await self.writer.drain()

    async def hears(self) -> tuple[int, str, Json]:
        async with asyncio.timeout(60):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            length = int(
                next(x for x in head.lower().splitlines() if x.startswith("content-length")).split()[1]
            )
            return int(head.split()[1]), head, json.loads(await self.reader.readexactly(length))


async def test_a_body_that_trickles_in_is_refused_in_time(
    quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_json, "READ_WITHIN_S", 0.1)
    async with Line(quiet) as line:
        await line.say("Content-Length: 1000", body=b'{"id": "a')
        status, head, problem = await line.hears()
    assert (status, problem["type"], problem["errors"][0]["code"]) == (422, "invalid", "too-slow")
    assert "application/problem+json" in head


async def test_a_body_in_pieces_that_never_end_is_refused_in_time(
    quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_json, "READ_WITHIN_S", 0.1)
    async with Line(quiet) as line:
        await line.say("Transfer-Encoding: chunked", body=b"1\r\n{\r\n1\r\n \r\n")
        assert (await line.hears())[2]["errors"][0]["code"] == "too-slow"


async def test_who_hangs_up_halfway_is_no_mistake_of_ours(
    quiet: Quiet, caplog: pytest.LogCaptureFixture
) -> None:
    refused = health.REQUESTS.labels("POST", "/v1/markets/{market}/template-orders", 422)
    before = refused._value.get()
    async with Line(quiet) as line:
        await line.say("Content-Length: 1000", body=b'{"id": "a')
    async with asyncio.timeout(60):
        while refused._value.get() == before:
            await asyncio.sleep(0.01)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize("length", ["-1", "1e3", "abc", "99999999999999999999"])
async def test_a_length_that_is_none_ends_the_connection_or_is_refused(quiet: Quiet, length: str) -> None:
    async with Line(quiet) as line:
        await line.say(f"Content-Length: {length}", body=json.dumps(order_body()).encode())
        async with asyncio.timeout(60):
            status = (await line.reader.readline()).decode()
    assert status.split()[1] in ("400", "413")


async def test_a_request_inside_a_body_is_not_heard(quiet: Quiet) -> None:
    """Two lengths that contradict each other are how one request is smuggled inside another."""
    inner = b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"
    async with Line(quiet) as line:
        await line.say("Content-Length: 4", "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + inner)
        async with asyncio.timeout(60):
            heard = await line.reader.read(65_536)
    assert b"alive" not in heard


async def test_a_host_that_the_caller_made_up_leads_nobody_astray(quiet: Quiet) -> None:
    answer = await quiet.call("GET", f"{ORDERS}/", headers={"Host": "evil.example"})
    assert "location" not in answer.headers
    refusal(answer, 404, "not-found")
