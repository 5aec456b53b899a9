"""Personal data at rest: encrypted with the case's id bound to it, and hashed only under a key."""

import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class Cipher:
    """AES-256-GCM under a key derived from the secret of at least 32 bytes."""

    def __init__(self, secret: str) -> None:
        if len(secret) < 32:
            raise ValueError("the data key has fewer than 32 characters")
        self._sealing, self._hashing = (_derive(secret, use) for use in (b"seal", b"digest"))

    def seal(self, value: dict[str, Any], bound_to: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._sealing).encrypt(nonce, _canonical(value), bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> dict[str, Any]:
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        value: dict[str, Any] = json.loads(AESGCM(self._sealing).decrypt(nonce, text, bound_to.encode()))
        return value

    def digest(self, value: dict[str, Any]) -> str:
        """Equal values have equal digests, and nobody without the key can try values out."""
        return hmac.new(self._hashing, _canonical(value), hashlib.sha256).hexdigest()


def _derive(secret: str, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=use).derive(secret.encode())


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
