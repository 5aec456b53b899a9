"""What is a picture, and what only looks like one (TCM-ONB-15, TCM-MCH-13, TCM-MCH-25, AMB-29)."""

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.documents import DocumentLimits
from models.rules.pictures import MOST_SCANS, NoPicture, described, picture_findings
from tests.pictures import (
    CARD,
    HTML,
    LICENCE,
    SVG,
    chunk,
    drawn_over,
    gif,
    jpeg,
    jpeg_of,
    of_size,
    png,
    png_of,
    several,
    with_chunk,
    with_segment,
)

PLAIN = {"jpeg": jpeg(), "png": png()}


def code(content: bytes, limits: DocumentLimits = LICENCE) -> str | None:
    """What stands against a file; everything found says what to do next."""
    findings = picture_findings(content, limits)
    assert all(f.field == "file" and f.rule == limits.rule and f.detail and f.next for f in findings)
    return findings[0].code if findings else None


@pytest.mark.parametrize(
    "content",
    [
        *PLAIN.values(),
        jpeg(progressive=True),
        jpeg(mode="L"),
        jpeg(mode="CMYK"),
        jpeg(colour="white", quality=1),
        png(mode="RGBA"),
        png(mode="P"),
        png(mode="1"),
        png(mode="L", dpi=(300, 300)),
        drawn_over(3),
    ],
)
def test_a_picture_as_phones_and_scanners_make_them_is_taken(content: bytes) -> None:
    assert code(content) is None


@pytest.mark.parametrize(("format", "content"), PLAIN.items())
def test_a_picture_is_described_by_what_it_is(format: str, content: bytes) -> None:
    assert described(content) == (f"image/{format}", 40, 30)


def test_what_is_no_picture_is_not_described() -> None:
    with pytest.raises(NoPicture):
        described(HTML)


@pytest.mark.parametrize("content", PLAIN.values(), ids=list(PLAIN))
@pytest.mark.parametrize(("limits", "most"), [(LICENCE, 2_097_152), (CARD, 409_600)])
def test_the_largest_picture_is_taken_and_one_byte_more_is_not(
    content: bytes, limits: DocumentLimits, most: int
) -> None:
    for size, expected in ((most, None), (most + 1, "too-large")):
        padded = of_size(content, size)
        assert len(padded) == size
        assert code(padded, limits) == expected


@pytest.mark.parametrize(
    "content", [b"GIF89a", gif(), several("GIF"), SVG, HTML, b"%PDF-1.7", b"\xff\xd8", b"\x89PNG"]
)
def test_what_is_no_jpeg_and_no_png_is_refused(content: bytes) -> None:
    assert code(content) == "type-not-accepted"


def test_nothing_is_refused() -> None:
    assert code(b"") == "empty"


def test_a_market_may_take_one_type_alone() -> None:
    only = LICENCE.model_copy(update={"types": ("image/png",)})
    assert code(PLAIN["png"], only) is None
    [found] = picture_findings(PLAIN["jpeg"], only)
    assert (found.code, found.next) == ("type-not-accepted", "save it as image/png")


@pytest.mark.parametrize("content", PLAIN.values(), ids=list(PLAIN))
def test_a_picture_that_was_cut_off_anywhere_is_refused(content: bytes) -> None:
    for end in range(16, len(content)):
        assert code(content[:end]) == "truncated"


@pytest.mark.parametrize("content", PLAIN.values(), ids=list(PLAIN))
@pytest.mark.parametrize("more", [b"\0", b"\n", HTML, b"PK\x03\x04", jpeg(), png()])
def test_whatever_follows_the_end_of_a_picture_is_refused(content: bytes, more: bytes) -> None:
    assert code(content + more) == "more-than-a-picture"


def test_the_end_of_a_thumbnail_is_not_the_end_of_its_picture() -> None:
    content = with_segment(PLAIN["jpeg"], b"Exif\0\0" + PLAIN["jpeg"], marker=0xE1)
    assert code(content) is None
    assert code(content[:-2]) == "truncated"


def test_an_animation_is_refused() -> None:
    assert code(several("PNG")) == "animated"
    assert code(with_chunk(PLAIN["png"], b"fdAT", b"more of it")) == "animated"


def test_several_jpegs_in_one_file_are_refused() -> None:
    assert code(several("MPO")) == "more-than-a-picture"


@pytest.mark.parametrize(("size", "expected"), [((1000, 1000), None), ((1001, 1000), "too-many-pixels")])
@pytest.mark.parametrize("make", [jpeg, png])
def test_so_many_pixels_are_looked_at_and_not_one_row_more(
    make: object, size: tuple[int, int], expected: str | None
) -> None:
    assert callable(make)
    assert code(make(size=size)) == expected


@pytest.mark.parametrize(
    "bomb",
    [png_of(100_000, 100_000, b"no pixels"), png_of(2**31 - 1, 2**31 - 1, b""), jpeg_of(65_000, 65_000)],
)
def test_a_bomb_is_refused_before_it_is_decoded(bomb: bytes) -> None:
    assert len(bomb) < 2_000
    assert code(bomb) == "too-many-pixels"  # and not "damaged", which decoding would find


def test_a_bomb_in_what_a_png_says_besides_is_refused() -> None:
    for size, expected in ((1_000, None), (200_000_000, "damaged")):
        text = b"Comment\0\0" + zlib.compress(bytes(size))
        assert code(with_chunk(PLAIN["png"], b"zTXt", text)) == expected


def test_a_picture_that_is_drawn_over_and_over_is_refused() -> None:
    assert code(drawn_over(MOST_SCANS)) == "too-many-scans"


@pytest.mark.parametrize(
    "content",
    [
        png_of(40, 30, b"no pixels"),
        jpeg_of(41, 0),
        PLAIN["png"].replace(b"IDAT", b"IDAX"),
        PLAIN["png"][:50] + b"\0" + PLAIN["png"][51:],
        PLAIN["png"][:-13] + bytes([PLAIN["png"][-13] ^ 1]) + PLAIN["png"][-12:],  # the sum of its pixels
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\0\0\xff\xd9",
    ],
)
def test_what_does_not_decode_is_refused(content: bytes) -> None:
    assert code(content) == "damaged"


def test_a_file_of_nothing_but_marks_is_refused_at_once() -> None:
    beginning = PLAIN["jpeg"][: PLAIN["jpeg"].index(b"\xff\xda") + 14]
    for endless in (b"\xff", b"\xff\x00", b"\xff\xd0", b"\xff\xff\x00"):
        assert code(beginning + endless * (2_000_000 // len(endless))) == "truncated"
    assert code(PLAIN["jpeg"][:2] + b"\xff\xe0\0\2" * 500_000) == "truncated"
    assert code(PLAIN["png"][:33] + chunk(b"teSt", b"") * 150_000) == "truncated"


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.sampled_from(sorted(PLAIN)), st.integers(0, 900), st.binary(min_size=1, max_size=8))
def test_whatever_stands_anywhere_in_a_file_it_is_a_picture_or_refused(
    format: str, at: int, bytes_: bytes
) -> None:
    content = PLAIN[format]
    changed = content[:at] + bytes_ + content[at + len(bytes_) :]
    if code(changed) is None:
        assert described(changed)[0] == f"image/{format}"
