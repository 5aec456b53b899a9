"""Where a list goes on: opaque to callers, and looked at closely when it comes back."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from api.problems import invalid
from models.rules.findings import Finding


def encoded(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decoded(text: str, field: str, *types: type) -> list[Any]:
    """The parts of a cursor. Refuses, under the name of its field, what we cannot have given."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(types):
        raise no_cursor(field)
    if any(isinstance(part, int) and not 0 <= part < 2**63 for part in parts):
        raise no_cursor(field)
    if any(isinstance(part, str) and not (part.isascii() and part.isprintable()) for part in parts):
        raise no_cursor(field)
    return parts


def instant(text: str, field: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise no_cursor(field)


def no_cursor(field: str) -> Exception:
    return invalid(
        [Finding(field=field, code="no-cursor", detail="send a cursor that we gave you, unchanged")]
    )
