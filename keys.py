"""The secrets of an embedded stack, and the tokens that its callers are given."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import jwt
from pydantic import Field, ValidationError

from children import CannotStart
from models.base import Frozen
from models.cases import Role
from servers import write_private
from settings import Settings

ISSUER = AUDIENCE = "marketplace-back-office"
A_SHIFT = timedelta(hours=12)


class Keys(Frozen):
    """32 random bytes each, in hex. They are made once: what is stored under them needs them."""

    jwt_key: str = Field(min_length=32, repr=False)
    data_key: str = Field(min_length=32, repr=False)
    notice_key: str = Field(min_length=32, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The data directory's own, but for those that are set. Refused when they cannot be read."""
        file = settings.data_dir / "keys.json"
        try:
            kept = cls.model_validate_json(file.read_text())
        except (OSError, ValidationError) as error:
            raise CannotStart("Keys", f"{file} cannot be read.", "Put it back as it was.") from error
        set_keys = {name: getattr(settings, name) for name in cls.model_fields}
        return kept.model_copy(
            update={name: key.get_secret_value() for name, key in set_keys.items() if key is not None}
        )

    @classmethod
    def make(cls, data_dir: Path) -> None:
        """Once. Refused when they are gone and what was stored under them is not."""
        if (data_dir / "keys.json").exists():
            return
        if (data_dir / "postgres").exists():
            raise CannotStart(
                "Keys",
                f"{data_dir} has data and no keys.json.",
                "Put it back, or give up the data: make clean",
            )
        made = cls(**{name: secrets.token_hex(32) for name in cls.model_fields})
        write_private(data_dir / "keys.json", made.model_dump_json(indent=2))


def bearer_token(
    settings: Settings,
    role: Role,
    *,
    market: str = "*",
    provider_id: str | None = None,
    subject: str | None = None,
    lasts: timedelta = A_SHIFT,
) -> str:
    """What a caller of the API carries. Refused (ValueError): a provider without an id, an id for others."""
    if (role is Role.PROVIDER) != (provider_id is not None):
        raise ValueError("a provider's token, and no other, has a provider id")
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject or provider_id or str(role),
        "role": str(role),
        "market": market,
        "iat": now,
        "exp": now + lasts,
    }
    if provider_id is not None:
        claims["provider_id"] = provider_id
    return jwt.encode(claims, Keys.of(settings).jwt_key, algorithm=settings.jwt_algorithm)
