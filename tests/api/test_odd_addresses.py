"""Addresses, keys and queries that no client of ours would send: never a 500, and nothing is changed."""

import asyncio
import json
from contextlib import suppress

import httpx
import pytest

from tests.api.caller import ORDERS, SUBMITTED, finding, new_key, refusal, token
from tests.api.conftest import Quiet

pytestmark = pytest.mark.usefixtures("case", "untouched")

ODD = [
    *(
        "%00",
        "a%00b",
        "%ff%fe",
        "%ED%A0%80",
        "..",
        "../../etc/passwd",
        "..%2f..%2fx",
        "%2e%2e%2f",
        "%2F",
    ),
    *("a%0d%0aX-Evil:%201", "a%0a{%22event%22:%22forged%22}", "a%1b[2J", "%E2%80%AE", "%F0%9F%92%A5"),
    *(
        "' OR '1'='1",
        "%27;DROP TABLE cases;--",
        "${jndi:ldap://x}",
        "{{7*7}}",
        "<script>",
        "a:b",
        "*",
        "x" * 5_000,
    ),
]


@pytest.fixture(scope="module")
def case(quiet: Quiet) -> str:
    return quiet.put(f"o-{new_key()}")


@pytest.mark.parametrize("odd", [odd for odd in ODD if ".." not in odd], ids=lambda odd: odd[:20])
async def test_an_id_that_no_case_can_have_is_not_found(quiet: Quiet, odd: str, lines: list[str]) -> None:
    for path in (f"{ORDERS}/{odd}", f"{ORDERS}/{odd}/timeline", f"/v1/markets/{odd}/template-orders/o-1"):
        for role in ("service", "provider"):
            refusal(await quiet.get(path, role), 404, "not-found")
    event = await quiet.send(f"{ORDERS}/{odd}", SUBMITTED, "provider")
    refusal(event, 404, "not-found")
    refusal(await quiet.get(f"/v1/markets/{odd}"), 404, "not-found")
    assert [line for line in lines if '"logger": "temporalio' not in line] == []


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:20])
async def test_an_id_that_no_case_may_have_is_refused(quiet: Quiet, odd: str) -> None:
    for body in ({"id": odd}, {"provider_id": odd}, {"mini_program": {"id": odd}}, {"ends": [odd]}):
        found = finding(await quiet.place("alipay", **body))
        assert found["field"].split(".")[0] in body
        assert odd not in json.dumps(found)


@pytest.mark.parametrize(
    "id", ["", " ", "a b", "-a", ".a", "_a", "a" * 65, "é", "１", "a\n", "a/", 7, None, ["a"]]
)
async def test_an_id_is_of_plain_letters_digits_and_three_signs(quiet: Quiet, id: object) -> None:
    assert finding(await quiet.place("alipay", id=id))["field"] == "id"


@pytest.mark.parametrize("key", ["k" * 300, "a,b c", "\x7f"])
async def test_an_odd_key_is_refused_or_not_even_heard(quiet: Quiet, key: str) -> None:
    answer = await quiet.send(f"{ORDERS}/nobody", SUBMITTED, "provider", key=key)
    assert answer.status_code in (400, 422)


async def test_headers_that_are_too_long_end_the_connection_and_nothing_else(quiet: Quiet) -> None:
    with suppress(httpx.ReadError):  # the server hangs up on what it has not read
        answer = await quiet.call("GET", "/healthz", None, headers={"X-Long": "x" * 200_000})
        assert answer.status_code == 400
    assert (await quiet.get("/healthz", None)).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X" * 200])
async def test_another_method_is_not_allowed(quiet: Quiet, method: str) -> None:
    for path, allowed in ((ORDERS, "POST"), (f"{ORDERS}/o-1", "GET"), ("/v1/cases", "GET")):
        answer = await quiet.call(method, path)
        refusal(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/v1", "/v2/cases", "/v1/cases/", "//v1/cases", "/v1/../v1/cases", "/.env", "/v1/markets/.."),
        *(f"{ORDERS}/../../healthz", f"{ORDERS}/./x/y", "/docs/../../etc/passwd", "/healthz;x=1", "/HEALTHZ"),
    ],
)
async def test_an_address_that_is_none_is_not_found(quiet: Quiet, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", quiet.http.base_url.port)
    head = f"Host: test\r\nConnection: close\r\nAuthorization: Bearer {token('operator')}"
    writer.write(f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n".encode())
    async with asyncio.timeout(60):
        answer = (await reader.read()).decode()
    writer.close()
    assert answer.startswith("HTTP/1.1 404")
    assert '"type":"not-found"' in answer


async def test_parameters_that_nobody_asked_for_change_nothing(quiet: Quiet, case: str) -> None:
    plain, odd = await quiet.get(case), await quiet.get(case, market="x", id="%00", **{"a\0": "b"})
    assert (plain.status_code, plain.content) == (200, odd.content)
