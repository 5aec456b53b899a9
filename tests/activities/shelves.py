"""Stores for documents on both kinds of shelf, and what tests put there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]  # it brings no types
import pytest

from models.documents import StoredDocument
from models.tables.documents import documents_in
from models.tables.documents.store import DocumentStore
from models.tables.privacy import Cipher
from tests.conftest import SECRET
from tests.pictures import png, stored, with_chunk

CANARY = b"11010519491231002X"
PICTURE = with_chunk(png(), b"teXt", CANARY)
WHOSE = ("tencent-cloud", "isv-1")
KIND = "licence"
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
CIPHER = Cipher(SECRET)


def document(**changes: Any) -> StoredDocument:
    return stored(PICTURE, **{"uploaded_at": NOW, **changes})


@dataclass(frozen=True)
class Kept:
    """A store, and what lies on its shelf: names with bytes."""

    store: DocumentStore
    shelf: Callable[[], dict[str, bytes]]
    change: Callable[[str, bytes], object]


def in_s3(endpoint: str, name: str, monkeypatch: pytest.MonkeyPatch) -> Kept:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "for-tests")
    url = f"s3://{name}/pictures?endpoint={endpoint}&region=us-east-1"
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    s3.create_bucket(Bucket=name)

    def shelf() -> dict[str, bytes]:
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=name).get("Contents", [])]
        return {key: s3.get_object(Bucket=name, Key=key)["Body"].read() for key in keys}

    def change(key: str, content: bytes) -> object:
        return s3.put_object(Bucket=name, Key=key, Body=content)

    return Kept(documents_in(url, Path("nowhere"), CIPHER), shelf, change)


def in_directory(path: Path) -> Kept:
    def shelf() -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in path.iterdir()} if path.exists() else {}

    def change(name: str, content: bytes) -> object:
        return (path / name).write_bytes(content)

    return Kept(documents_in(None, path, CIPHER), shelf, change)
