"""Pages of a list, and where it goes on: opaque to callers, and looked at closely when it comes back."""

import base64
import binascii
import json
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from api.problems import invalid
from models.base import Instant
from models.rules.findings import Finding

Limit = Annotated[int, Field(ge=1, le=200)]
"""How much a page holds."""
_instant: TypeAdapter[datetime] = TypeAdapter(Instant)


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
        return _instant.validate_python(datetime.fromisoformat(text))
    except ValueError:
        raise no_cursor(field) from None


def no_cursor(field: str) -> Exception:
    return invalid(
        [Finding(field=field, code="no-cursor", detail="send a cursor that we gave you, unchanged")]
    )
