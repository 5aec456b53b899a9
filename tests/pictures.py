"""Pictures as providers hand them in, and files that only look like some."""

import hashlib
import struct
import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from models.cases import Actor
from models.documents import DocumentLimits, StoredDocument
from models.tables.documents import documents_in
from models.tables.documents.store import DocumentStore
from models.tables.privacy import Cipher

LICENCE = DocumentLimits(
    most_bytes=2_097_152, types=("image/jpeg", "image/png"), most_pixels=1_000_000, rule="TCM-ONB-15"
)
CARD = LICENCE.model_copy(update={"most_bytes": 409_600, "rule": "TCM-MCH-25"})
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SHADES = ("red", "green", "blue")
KEPT = TemporaryDirectory(prefix="documents-", ignore_cleanup_errors=True)


def documents_of(cipher: Cipher) -> DocumentStore:
    """Where this session keeps pictures that were handed in."""
    return documents_in(None, Path(KEPT.name), cipher)


def saved(format: str, size: tuple[int, int] = (40, 30), colour: object = "red", **how: Any) -> bytes:
    mode = how.pop("mode", "RGB")
    file = BytesIO()
    Image.new("RGB", size, str(colour)).convert(mode).save(file, format, **how)
    return file.getvalue()


def jpeg(**how: Any) -> bytes:
    return saved("JPEG", **how)


def png(**how: Any) -> bytes:
    return saved("PNG", **how)


def gif() -> bytes:
    return saved("GIF")


def several(format: str) -> bytes:
    """An animation."""
    first, *rest = [Image.new("RGB", (40, 30), colour) for colour in SHADES]
    file = BytesIO()
    first.save(file, format, save_all=True, append_images=rest)
    return file.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunk(picture: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG with another chunk, just before its end."""
    end = picture.rindex(b"IEND") - 4
    return picture[:end] + chunk(name, body) + picture[end:]


def with_segment(picture: bytes, body: bytes, marker: int = 0xFE) -> bytes:
    """A JPEG with another segment, a comment unless told otherwise, at its beginning."""
    return picture[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + picture[2:]


def of_size(picture: bytes, size: int) -> bytes:
    """The same picture, with something in it that nobody sees, so that it has exactly `size` bytes."""
    if picture.startswith(b"\x89PNG"):
        return with_chunk(picture, b"paDd", bytes(size - len(picture) - 12))
    while (missing := size - len(picture)) > 0:
        picture = with_segment(picture, bytes(min(missing - 4 if missing < 60_000 else 50_000, missing - 4)))
    return picture


def png_of(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG that says of itself how large it is, whatever its pixels are."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG that says of itself that it is larger than it is."""
    picture = bytearray(jpeg())
    frame = picture.index(b"\xff\xc0")
    picture[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(picture)


def drawn_over(times: int) -> bytes:
    """A progressive JPEG whose last pass comes again and again."""
    picture = jpeg(progressive=True)
    last = picture.rindex(b"\xff\xda")
    return picture[:-2] + picture[last:-2] * times + picture[-2:]


def stored(content: bytes, **changes: Any) -> StoredDocument:
    """What is known of a PNG that was kept."""
    usual: dict[str, Any] = {
        "kind": "licence",
        "size": len(content),
        "content_type": "image/png",
        "width": 40,
        "height": 30,
        "uploaded_at": datetime(2026, 11, 22, 8, tzinfo=UTC),
        "uploaded_by": Actor(role="provider", subject="provider-1"),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return StoredDocument.model_validate({**usual, **changes})
