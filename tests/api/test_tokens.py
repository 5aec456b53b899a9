"""Tokens: what is not exactly ours, and valid now, is nobody's."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from tests.api.caller import ORDERS, Json, claims, contents, new_key, refusal, token
from tests.api.conftest import Quiet
from tests.bench import order_body
from tests.conftest import SECRET


def part(of: Any) -> str:
    text = of if isinstance(of, bytes) else json.dumps(of, default=str).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def unsigned(header: Json, role: str = "operator") -> str:
    body = {**claims(role), "iat": 0, "exp": 4_000_000_000}
    return f"{part(header)}.{part(body)}."


def signed(header: Json, digest: Any) -> str:
    """With our own key, whatever the header says: PyJWT would rather not."""
    body = {**claims("operator"), "iat": 0, "exp": 4_000_000_000}
    said = f"{part(header)}.{part(body)}"
    return f"{said}.{part(hmac.new(SECRET.encode(), said.encode(), digest).digest())}"


EARLIER, LATER = datetime.now(UTC) - timedelta(minutes=1), datetime.now(UTC) + timedelta(hours=1)
PUBLIC = {"keys": [{"kty": "oct", "k": part(SECRET.encode())}]}
CLAIMS = ("exp", "sub", "role", "market", "aud", "iss")
REFUSED = {
    "garbage": "x",
    "three parts of garbage": "x.y.z",
    "two parts": token("operator").rpartition(".")[0],
    "no signature": token("operator").rpartition(".")[0] + ".",
    "another's signature": token("operator").rpartition(".")[0] + "." + token("service").rpartition(".")[2],
    "another's claims": token("service").split(".")[0]
    + "."
    + ".".join(token("operator").split(".")[1:2])
    + "."
    + token("service").split(".")[2],
    "expired": token("operator", exp=EARLIER),
    "not yet valid": token("operator", nbf=LATER),
    "issued later": token("operator", iat=LATER),
    "another key": token("operator", key="a key of somebody else, as long as ours is"),
    "a longer hash": signed({"alg": "HS384", "typ": "JWT"}, hashlib.sha384),
    "no algorithm": unsigned({"alg": "none", "typ": "JWT"}),
    "no algorithm, in capitals": unsigned({"alg": "NONE"}),
    "an algorithm in a list": unsigned({"alg": ["HS256"]}),
    "no header": unsigned({}),
    "a key of its own": unsigned({"alg": "HS256", "jwk": PUBLIC["keys"][0], "kid": "../../dev/null"}),
    "a payload elsewhere": unsigned({"alg": "HS256", "b64": False, "crit": ["b64"]}),
    "a deep header": f"{part(b'[' * 9_000)}.e30.e30",
    "a deep payload": f"{part({'alg': 'HS256'})}.{part(b'[' * 9_000)}.e30",
    "huge": "a" * 40_000,
    "no text": "é.é.é",
    **{f"no {name}": jwt.encode(claims("operator", **{name: None}), SECRET) for name in CLAIMS},
    "another audience": token("operator", aud="another-service"),
    "another issuer": token("operator", iss="somebody"),
    "an unknown role": token("operator", role="root"),
    "our own role": token("operator", role="system"),
    "roles": token("operator", role=["operator", "service"]),
    "a role in capitals": token("operator", role="Operator"),
    "a subject that is a number": token("operator", sub=7),
    "markets": token("operator", market=["alipay", "rehearsal"]),
    "no market in it": token("operator", market=True),
    "a provider without a name": token("provider", provider_id=None),
    "a provider with an odd name": token("provider", provider_id="isv-1' OR '1'='1"),
    "a provider with a blank name": token("provider", provider_id=""),
    "a service that is a provider": token("service", provider_id="isv-1"),
    "an operator that is a provider": token("operator", provider_id="isv-1"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_token_that_is_not_ours_is_refused(quiet: Quiet, name: str) -> None:
    headers = {"Authorization": f"Bearer {REFUSED[name]}".encode()}
    for path in ("/v1/cases", "/v1/markets", f"{ORDERS}/o-unknown"):
        answer = await quiet.call("GET", path, None, headers=headers)
        refusal(answer, 401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="marketplace-back-office"'


@pytest.mark.parametrize("name", ["expired", "another key", "no algorithm", "an unknown role"])
async def test_nothing_is_written_for_a_token_that_is_not_ours(quiet: Quiet, name: str) -> None:
    path, headers = quiet.put(new_key()), {"Authorization": f"Bearer {REFUSED[name]}"}
    before = contents(quiet.engine)
    refusal(
        await quiet.call("POST", ORDERS, None, json=order_body(), headers=headers), 401, "unauthenticated"
    )
    event = {"event": "version_submitted", "version": "1"}
    refusal(await quiet.send(path, event, None, headers=headers), 401, "unauthenticated")
    assert contents(quiet.engine) == before


@pytest.mark.parametrize(
    "header",
    ["Basic b2xnYTpvbGdh", "Bearer", token("operator"), f"Token {token('operator')}"],
    ids=["basic", "bearer", "no scheme", "another scheme"],
)
async def test_another_way_to_say_who_one_is_is_none(quiet: Quiet, header: str) -> None:
    answer = await quiet.call("GET", "/v1/cases", None, headers={"Authorization": header})
    refusal(answer, 401, "unauthenticated")


async def test_a_token_elsewhere_than_in_its_header_is_none(quiet: Quiet) -> None:
    ours = token("operator")
    for where in ({"params": {"access_token": ours}}, {"headers": {"Cookie": f"token={ours}; jwt={ours}"}}):
        answer = await quiet.call("GET", "/v1/markets", None, **where)
        refusal(answer, 401, "unauthenticated")


async def test_an_expired_token_is_said_to_be_expired_and_nothing_more(quiet: Quiet) -> None:
    expired = await quiet.call("GET", "/v1/cases", bearer=REFUSED["expired"])
    assert "expired" in refusal(expired, 401, "unauthenticated")["detail"]
    details = {
        (await quiet.call("GET", "/v1/cases", bearer=REFUSED[name])).json()["detail"]
        for name in ("garbage", "another key", "an unknown role", "another audience", "no exp")
    }
    assert len(details) == 1


async def test_what_these_tests_sign_by_hand_is_taken_when_it_is_signed_as_ours_are(quiet: Quiet) -> None:
    ours = signed({"alg": "HS256", "typ": "JWT"}, hashlib.sha256)
    assert (await quiet.call("GET", "/v1/cases", bearer=ours)).status_code == 200


@pytest.mark.parametrize("role", ["service", "operator", "provider"])
async def test_a_token_of_ours_is_taken(quiet: Quiet, role: str) -> None:
    assert (await quiet.get("/v1/cases", role)).status_code == 200
