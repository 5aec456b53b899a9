"""Bodies that are read in two ways, or not at all, are refused before anything is made of them."""

import json

import httpx
import pytest

from api.strict_json import parse
from models.rules.findings import Refused
from tests.api.caller import ORDERS, finding, new_key, refusal
from tests.api.conftest import Quiet
from tests.bench import order_body

pytestmark = pytest.mark.usefixtures("case", "untouched")
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def case(quiet: Quiet) -> str:
    return quiet.put(f"o-{new_key()}")


async def sent(quiet: Quiet, case: str, route: str, body: bytes, **headers: str) -> httpx.Response:
    headers = {**JSON, "Idempotency-Key": new_key(), **headers}
    path, role = (ORDERS, "service") if route == "start" else (f"{case}/events", "provider")
    return await quiet.call("POST", path, role, content=body, headers=headers)


def text_of(**changes: object) -> str:
    return json.dumps(order_body(**changes), ensure_ascii=False)


REFUSED: dict[str, tuple[bytes, str]] = {
    "a key twice": (b'{"event": "declined", "event": "version_submitted", "version": "1"}', "duplicate-key"),
    "a key twice, deep inside": (b'{"contact": {"name": "A", "name": "B"}}', "duplicate-key"),
    "a key twice, once escaped": (rb'{"id": "a", "\u0069d": "b"}', "duplicate-key"),
    "NaN": (b'{"id": NaN}', "not-a-number"),
    "Infinity": (b'{"id": [-Infinity]}', "not-a-number"),
    "minus zero": (b'{"id": -0}', "not-a-number"),
    "too many digits": (b'{"id": ' + b"9" * 5_000 + b"}", "json-invalid"),
    "NUL": (rb'{"id": "a\u0000b"}', "hidden-character"),
    "NUL in a key": (rb'{"i\u0000d": "a"}', "hidden-character"),
    "a raw NUL": (b'{"id": "a\0b"}', "json-invalid"),
    "a lone surrogate": (rb'{"id": "\ud800"}', "hidden-character"),
    "surrogates in the wrong order": (rb'{"id": "\udc00\ud800"}', "hidden-character"),
    "an escape character": (rb'{"id": "\u001b[2J"}', "hidden-character"),
    "a carriage return": (rb'{"id": "a\rb"}', "hidden-character"),
    "delete": (rb'{"id": "\u007f"}', "hidden-character"),
    **{
        f"an override U+{ord(sign):X}": (f'{{"id": "a{sign}b"}}'.encode(), "hidden-character")
        for sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    },
    "too deep": (b'{"id": ' + b"[" * 40 + b"]" * 40 + b"}", "too-deep"),
    "a hundred thousand deep, as far as it may": (b"[" * 60_000, "too-deep"),
    "objects too deep": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too-deep"),
    "UTF-16": (text_of().encode("utf-16"), "not-utf-8"),
    "UTF-16 without a mark": (text_of().encode("utf-16-le"), "json-invalid"),
    "UTF-32": (text_of().encode("utf-32-be"), "json-invalid"),
    "latin-1": (text_of(contact={"name": "Müller"}).encode("latin-1"), "not-utf-8"),
    "a surrogate in UTF-8": (b'{"id": "\xed\xa0\x80"}', "not-utf-8"),
    "too long a form": (b'{"id": "\xc0\xaf"}', "not-utf-8"),
    "a byte order mark": (b"\xef\xbb\xbf" + text_of().encode(), "json-invalid"),
    "no json": (b"id=a", "json-invalid"),
    "half of it": (text_of().encode()[:-1], "json-invalid"),
    "something after it": (text_of().encode() + b"{}", "json-invalid"),
    "a comma too many": (b'{"id": "a",}', "json-invalid"),
    "a comment": (b'{"id": "a" /* b */}', "json-invalid"),
    "single quotes": (b"{'id': 'a'}", "json-invalid"),
    "white space": (b"   ", "json-invalid"),
}


@pytest.mark.parametrize("route", ["start", "events"])
@pytest.mark.parametrize("name", REFUSED)
async def test_a_body_that_is_not_plain_json_is_refused(
    quiet: Quiet, case: str, name: str, route: str
) -> None:
    body, code = REFUSED[name]
    found = finding(await sent(quiet, case, route, body))
    assert (found["field"], found["code"]) == ("body", code)


@pytest.mark.parametrize("route", ["start", "events"])
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"7", b'"text"', b"true", b"{}"])
async def test_a_body_that_is_no_case_and_no_event_is_refused(
    quiet: Quiet, case: str, body: bytes, route: str
) -> None:
    problem = refusal(await sent(quiet, case, route, body), 422, "invalid")
    assert {error["field"] for error in problem["errors"]} <= {"body", "event", *order_body()}


@pytest.mark.parametrize("route", ["start", "events"])
@pytest.mark.parametrize(
    "content_type",
    [
        *("", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"),
        *(
            "application/json-patch+json",
            "application/jsonx",
            "text/json",
            "application/json, text/plain",
            "*/*",
        ),
    ],
)
async def test_a_body_that_does_not_say_that_it_is_json_is_refused(
    quiet: Quiet, case: str, content_type: str, route: str
) -> None:
    found = finding(await sent(quiet, case, route, text_of().encode(), **{"content-type": content_type}))
    assert (found["field"], found["code"]) == ("Content-Type", "not-json")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "identity, gzip"])
async def test_a_body_that_is_packed_is_refused(quiet: Quiet, case: str, encoding: str) -> None:
    found = finding(await sent(quiet, case, "start", text_of().encode(), **{"content-encoding": encoding}))
    assert (found["field"], found["code"]) == ("Content-Encoding", "encoded")


async def test_fields_that_nobody_knows_are_named_and_what_they_say_is_not(quiet: Quiet, case: str) -> None:
    body = text_of(colour="red", **{"13800138000": "x", "王小明": "x", "a" * 900: "x"}).encode()
    problem = refusal(await sent(quiet, case, "start", body), 422, "invalid")
    assert [error["field"] for error in problem["errors"]] == ["colour", "?", "?", "?"]
    assert {error["code"] for error in problem["errors"]} == {"extra-forbidden"}


async def test_a_body_of_nothing_but_mistakes_gets_a_short_answer(quiet: Quiet, case: str) -> None:
    body = json.dumps({f"f{n}": 1 for n in range(5_000)}).encode()
    answer = await sent(quiet, case, "start", body)
    assert len(refusal(answer, 422, "invalid")["errors"]) == 20
    assert len(answer.content) < 4_000


async def test_what_is_wrong_twice_under_one_key_is_said_of_the_key(quiet: Quiet, case: str) -> None:
    """Whoever reads the last value, and whoever reads the first, must not see two different orders."""
    cheap = text_of().replace('"price_fen": 9900', '"price_fen": 1, "price_fen": 9900')
    assert finding(await sent(quiet, case, "start", cheap.encode()))["code"] == "duplicate-key"


def test_a_text_a_hundred_thousand_deep_is_refused() -> None:
    for text in (b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000):
        with pytest.raises(Refused, match="too-deep"):
            parse(text)
