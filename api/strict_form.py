"""Reading a form with a file in it: in time, not too large, each field once, and not to the disk in clear."""

from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from api.strict_json import arriving, pieces, refuse_encoded
from models.rules.findings import Finding, Refused

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

AROUND_BYTES = 16 * 1024
"""For boundaries, headers and all fields that are no file."""


async def read_form(request: Request, fields: frozenset[str], most_bytes: int) -> dict[str, bytes]:
    """What stands in each field that was sent; whether it calls itself a file is no matter.

    Refuses what is no form or no whole one, a field that is none of `fields`, and one that is there twice.
    """
    boundary = _boundary(request)
    form = _Form(fields)
    try:
        parser = MultipartParser(boundary, form.callbacks())
        async with arriving():
            async for piece in pieces(request, most_bytes + AROUND_BYTES):
                parser.write(piece)
    except FormParserError:
        raise _refused("body", "form-invalid", "is no form between the boundaries it names") from None
    if not form.ended:
        raise _refused("body", "incomplete", "ends before its last boundary")
    return {name: bytes(value) for name, value in form.values.items()}


def _boundary(request: Request) -> bytes:
    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type != b"multipart/form-data":
        raise _refused("Content-Type", "not-a-form", "send multipart/form-data")
    refuse_encoded(request)
    if not (boundary := options.get(b"boundary")):
        raise _refused("Content-Type", "no-boundary", "says not where its parts begin and end")
    return boundary


def _refused(field: str, code: str, detail: str) -> Refused:
    return Refused(Finding(field=field, code=code, detail=detail))


class _Form:
    """Gathers the parts as the parser comes upon them."""

    def __init__(self, fields: frozenset[str]) -> None:
        self.values: dict[str, bytearray] = {}
        self.ended = False
        self._fields = fields
        self._header, self._said, self._disposition = bytearray(), bytearray(), b""
        self._part = bytearray()

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._said.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._named,
            "on_part_data": lambda data, start, end: self._part.extend(data[start:end]),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._disposition = b""

    def _header_end(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            self._disposition = bytes(self._said)
        self._header.clear()
        self._said.clear()

    def _named(self) -> None:
        name = parse_options_header(self._disposition)[1].get(b"name", b"").decode("latin-1")
        if name not in self._fields:
            raise _refused("body", "extra-forbidden", f"send nothing but {', '.join(sorted(self._fields))}")
        if name in self.values:
            raise _refused(name, "sent-twice", "stands there twice: send one")
        self._part = self.values[name] = bytearray()

    def _end(self) -> None:
        self.ended = True
