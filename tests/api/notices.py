"""Notices that the outside world signs with a key of ours: as they are told, and as they are forged."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from models.signing import sign
from tests.api.caller import Api, Json, new_key
from tests.conftest import SECRET

Headers = dict[str, str]


def signed(body: bytes, **how: Any) -> Headers:
    return sign(body, how.pop("notice_id", new_key()), how.pop("key", SECRET), **how)


@dataclass(frozen=True)
class Teller:
    """Who calls back, as the path says, and the market that it tells unless it says another."""

    name: str
    usual: str

    async def __call__(
        self, api: Api, body: bytes | Json, headers: Headers | None = None, market: str | None = None
    ) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = signed(raw) if headers is None else headers
        # As bytes: a header that is forged need not be ASCII.
        encoded: Any = {name: value.encode() for name, value in sent.items()}
        path = f"/v1/callbacks/{self.name}/{market or self.usual}"
        return await api.call("POST", path, None, content=raw, headers=encoded)


def forged(notice: bytes) -> dict[str, Headers]:
    """By what is wrong: headers under which this notice must not be believed."""
    now = datetime.now(UTC)
    good = signed(notice, notice_id="n-1", at=now)
    signature = good["webhook-signature"]
    return {
        "nothing": {},
        **{f"no {name}": {k: v for k, v in good.items() if k != name} for name in good},
        **{f"an empty {name}": {**good, name: ""} for name in good},
        "another key": signed(notice, key="a key of somebody else, as long as ours"),
        "over other bytes": signed(notice + b" "),
        "another id": {**good, "webhook-id": "n-2"},
        "another time": {**good, "webhook-timestamp": str(int(now.timestamp()) + 1)},
        "no time": {**good, "webhook-timestamp": "now"},
        "a time that is no number": {**good, "webhook-timestamp": "NaN"},
        "a time without end": {**good, "webhook-timestamp": "inf"},
        "a time beyond all calendars": {**good, "webhook-timestamp": "9" * 40},
        "too old": signed(notice, at=now - timedelta(seconds=310)),
        # As far ahead as no run is slow.
        "too new": signed(notice, at=now + timedelta(hours=2)),
        "a year ahead": signed(notice, at=now + timedelta(days=365)),
        "no version": {**good, "webhook-signature": signature.removeprefix("v1,")},
        "another version": {**good, "webhook-signature": signature.replace("v1,", "v1a,")},
        "no base64": {**good, "webhook-signature": "v1,%%%"},
        "an empty one": {**good, "webhook-signature": "v1,"},
        "zeros": {**good, "webhook-signature": "v1," + base64.b64encode(bytes(32)).decode()},
        "many of them": {**good, "webhook-signature": " ".join(["v1,AAAA"] * 2_000)},
        "no ascii": {**good, "webhook-signature": "v1,é"},
    }
