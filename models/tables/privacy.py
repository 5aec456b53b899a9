"""Personal data at rest: encrypted with the case's id bound to it, and hashed only under a key."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel

from models.private import Sealed

M = TypeVar("M", bound=BaseModel)
NONCE_BYTES = 12


class Cipher:
    """AES-256-GCM under a key derived from the secret of at least 32 bytes."""

    def __init__(self, secret: str) -> None:
        if len(secret) < 32:
            raise ValueError("the data key has fewer than 32 characters")
        self._sealing, self._hashing = (_derive(secret, use) for use in (b"seal", b"digest"))

    def seal(self, value: dict[str, Any], bound_to: str) -> bytes:
        return self.seal_bytes(_canonical(value), bound_to)

    def open(self, sealed: bytes, bound_to: str) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.open_bytes(sealed, bound_to))
        return value

    def seal_bytes(self, value: bytes, bound_to: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._sealing).encrypt(nonce, value, bound_to.encode())

    def open_bytes(self, sealed: bytes, bound_to: str) -> bytes:
        """Raises cryptography's InvalidTag for what was changed, or sealed for something else."""
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return AESGCM(self._sealing).decrypt(nonce, text, bound_to.encode())

    def digest(self, value: dict[str, Any]) -> str:
        """Equal values have equal digests, and nobody without the key can try values out."""
        return hmac.new(self._hashing, _canonical(value), hashlib.sha256).hexdigest()


def _derive(secret: str, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=use).derive(secret.encode())


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Vault:
    """Seals personal values for payloads and records, each bound to its case, and opens them again."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def seal(self, value: BaseModel, bound_to: str) -> Sealed:
        raw = self._cipher.seal(value.model_dump(mode="json"), bound_to)
        return Sealed(sealed=base64.urlsafe_b64encode(raw).decode())

    def open(self, value: Sealed, bound_to: str, model: type[M]) -> M:
        """Raises cryptography's InvalidTag for what was sealed for another case."""
        return model.model_validate(self._cipher.open(base64.urlsafe_b64decode(value.sealed), bound_to))

    def digest(self, value: BaseModel) -> str:
        """By what the same value is known again, without telling it."""
        return self._cipher.digest(value.model_dump(mode="json"))
