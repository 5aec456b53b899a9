"""Signatures of notices, after the Standard Webhooks specification: id, time and body under one key."""

from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError


class ForgedNotice(Exception):
    """Not signed by who it says, changed on the way, or too old or too new (300 s)."""


def sign(body: bytes, notice_id: str, key: str, at: datetime | None = None) -> dict[str, str]:
    """The headers that let a receiver check a notice."""
    at = at or datetime.now(UTC)
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": _webhook(key).sign(msg_id=notice_id, timestamp=at, data=body.decode()),
    }


def check(body: bytes, headers: Mapping[str, str], key: str) -> None:
    """Refuses anything but the very bytes that were signed, a short while ago."""
    try:
        _webhook(key).verify(body, dict(headers), json_parse=False)
    except WebhookVerificationError as error:
        raise ForgedNotice from error
    except ValueError as error:  # bytes or a signature that cannot even be read
        raise ForgedNotice from error


def _webhook(key: str) -> Webhook:
    return Webhook(key.encode())
