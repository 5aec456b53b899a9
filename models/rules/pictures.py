"""Whether a file is a picture that a market takes, and nothing else (TCM-ONB-15, TCM-MCH-13, TCM-MCH-25).

Its outline is read before anything is decoded: what is too large to look at is never looked at.
"""

import re
import struct
from io import BytesIO

from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from models.base import Frozen
from models.documents import ContentType, DocumentLimits
from models.rules.findings import Finding

JPEG: ContentType = "image/jpeg"
PNG: ContentType = "image/png"
BEGINS = {JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
READERS: dict[ContentType, type[JpegImageFile | PngImageFile]] = {JPEG: JpegImageFile, PNG: PngImageFile}
MOST_SCANS = 32
"""A progressive picture has about ten; each of a thousand would be drawn over the whole of it."""

FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SCAN, END, ALONE = 0xDA, 0xD9, frozenset({0x01, *range(0xD0, 0xD8)})
AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
ANIMATED = frozenset({b"acTL", b"fcTL", b"fdAT"})


class NoPicture(Exception):
    """Not a picture of a type we know, or not the whole of it."""

    def __init__(self, code: str, detail: str, next: str) -> None:
        super().__init__(detail)
        self.code, self.detail, self.next = code, detail, next


class Outline(Frozen):
    """What a picture says of itself before it is decoded, and where it ends."""

    content_type: ContentType
    width: int
    height: int
    end: int
    frames: int = 1
    scans: int = 1


def picture_findings(content: bytes, limits: DocumentLimits, field: str = "file") -> list[Finding]:
    """What stands against a picture: nothing, or the first thing found. Its name is no matter.

    Refused: more than `most_bytes` (inclusive, AMB-29), another type, a part of a picture, anything behind
    it, more than one picture in it, too many pixels or scans, and what does not decode.
    """
    try:
        _check(content, limits)
    except NoPicture as found:
        return [Finding(field=field, code=found.code, rule=limits.rule, detail=found.detail, next=found.next)]
    return []


def described(content: bytes) -> tuple[ContentType, int, int]:
    """Type, width and height of a picture in which nothing was found. Raises NoPicture for any other file."""
    outline = outlined(content)
    return outline.content_type, outline.width, outline.height


def outlined(content: bytes) -> Outline:
    """Reads no more than the frame that pixels stand in. Raises NoPicture."""
    for content_type, read in ((JPEG, _jpeg), (PNG, _png)):
        if content.startswith(BEGINS[content_type]):
            try:
                return read(content)
            except (struct.error, IndexError):
                raise NoPicture("truncated", "ends before the picture does", "send the whole file") from None
    raise NoPicture("type-not-accepted", "is no JPEG and no PNG, whatever its name says", _save_as())


def _check(content: bytes, limits: DocumentLimits) -> None:
    if not content:
        raise NoPicture("empty", "holds nothing", "choose a picture")
    if len(content) > limits.most_bytes:
        detail = f"has {len(content)} bytes: at most {limits.most_bytes} are taken"
        raise NoPicture("too-large", detail, "save it smaller, or with stronger compression")
    outline = outlined(content)
    if outline.content_type not in limits.types:
        accepted = " or ".join(limits.types)
        raise NoPicture("type-not-accepted", f"is {outline.content_type}", f"save it as {accepted}")
    if outline.frames > 1:
        raise NoPicture("animated", "holds more than one picture", "send a single picture")
    if outline.end < len(content):
        detail = f"{len(content) - outline.end} bytes follow the end of the picture"
        raise NoPicture("more-than-a-picture", detail, _save_as())
    if outline.width * outline.height > limits.most_pixels:
        detail = (
            f"has {outline.width} x {outline.height} pixels: at most {limits.most_pixels} in all are taken"
        )
        raise NoPicture("too-many-pixels", detail, "save it with fewer pixels")
    if outline.scans > MOST_SCANS:
        raise NoPicture("too-many-scans", f"is drawn in {outline.scans} passes", "save it as a plain JPEG")
    _decode(content, outline)


def _decode(content: bytes, outline: Outline) -> None:
    """All of it: once for its checksums, once for its pixels."""
    reader = READERS[outline.content_type]
    try:
        reader(BytesIO(content)).verify()
        with reader(BytesIO(content)) as picture:
            same = picture.size == (outline.width, outline.height)
            if same:
                picture.load()
    except Exception:  # decoders raise whatever they stumble over
        same = False
    if not same:
        raise NoPicture("damaged", "does not decode", "open it, and save it anew")


def _jpeg(content: bytes) -> Outline:
    """From marker to marker: a thumbnail inside has an end of its own, which is not the picture's."""
    at, frames, scans, width, height = 2, 0, 0, 0, 0
    while True:
        if content[at] != 0xFF:
            raise NoPicture("damaged", "does not decode", "open it, and save it anew")
        while (marker := content[at]) == 0xFF:
            at += 1
        at += 1
        if marker == END:
            return Outline(
                content_type=JPEG, width=width, height=height, end=at, frames=max(frames, 1), scans=scans
            )
        if marker in ALONE:
            continue
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 3)
            frames += 1
        at += struct.unpack_from(">H", content, at)[0]
        if marker == SCAN:
            scans += 1
            found = AFTER_SCAN.search(content, at)
            if found is None:
                raise IndexError
            at = found.start()


def _png(content: bytes) -> Outline:
    """From chunk to chunk. Its size stands in the first one, and nowhere else."""
    width, height = struct.unpack_from(">II", content, 16)
    at, frames = len(BEGINS[PNG]), 1
    while True:
        length, name = struct.unpack_from(">I4s", content, at)
        frames += name in ANIMATED
        at += length + 12
        if name == b"IEND":
            if at > len(content):
                raise IndexError
            return Outline(content_type=PNG, width=width, height=height, end=at, frames=frames)


def _save_as() -> str:
    return "open it, and save it as JPEG or PNG"
