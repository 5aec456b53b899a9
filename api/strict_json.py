"""Reading a body so that everybody reads the same from it: one value a key, no NaN, no hidden characters."""

import asyncio
import json
import unicodedata
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from api.office import Office
from api.problems import too_large
from models.rules.findings import Finding, Refused

READ_WITHIN_S = 10
DEEPEST = 32
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def refusal(code: str, detail: str) -> Refused:
    return Refused(Finding(field="body", code=code, detail=detail))


def parse(raw: bytes) -> Any:
    """JSON in UTF-8. Refuses duplicate keys, NaN, depth, and characters that hide or reorder text."""
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_number, parse_int=_whole
        )
    except RecursionError:
        raise refusal("too-deep", f"nested deeper than {DEEPEST}") from None
    except UnicodeDecodeError:
        raise refusal("not-utf-8", "is not UTF-8") from None
    except ValueError as error:
        text = error.msg if isinstance(error, json.JSONDecodeError) else "a number is too long"
        raise refusal("json-invalid", f"is not JSON: {text}") from None
    _look_through(value)
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise refusal("duplicate-key", "a key stands there twice")
    return value


def _no_number(text: str) -> Any:
    raise refusal("not-a-number", f"{text} is no number")


def _whole(text: str) -> int:
    """-0 is 0 to some and less than that to others: an amount must not depend on who reads it."""
    return _no_number(text) if text == "-0" else int(text)


def _look_through(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, str) and any(map(_is_hidden, each)):
                raise refusal("hidden-character", "a text holds a control character")
            if isinstance(each, dict):
                inner += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                inner += each
        if not inner:
            return
        level = inner
    raise refusal("too-deep", f"nested deeper than {DEEPEST}")


def _is_hidden(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
    ) or character in REORDERING


@asynccontextmanager
async def arriving() -> AsyncIterator[None]:
    """Within this, a body arrives in time and whole, or is refused."""
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            yield
    except TimeoutError:
        raise refusal("too-slow", "did not arrive in time") from None
    except ClientDisconnect:
        raise refusal("incomplete", "ended before all of it was there") from None


async def pieces(request: Request, most: int) -> AsyncIterator[bytes]:
    """A body as it comes. FastAPI's own limit answers in plain text where the length was announced."""
    if int(request.headers.get("content-length", 0)) > most:
        raise too_large(most)
    read = 0
    async for chunk in request.stream():
        read += len(chunk)
        if read > most:
            raise too_large(most)
        yield chunk


def refuse_encoded(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(Finding(field="Content-Encoding", code="encoded", detail="send it as it is"))


class StrictRequest(Request):
    """A request whose body arrives in time, is not too large, and means one thing."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            most = Office.of(self).settings.max_body_bytes
            async with arriving():
                self._body = b"".join([chunk async for chunk in pieces(self, most)])
        return self._body

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse(await self.body())
        return self._json

    def refuse_unless_plain_json(self) -> None:
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise Refused(Finding(field="Content-Type", code="not-json", detail="send application/json"))
        refuse_encoded(self)


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            if self.body_field is not None and await strict.body():
                strict.refuse_unless_plain_json()
                await strict.json()  # here, because FastAPI makes a 400 without a reason of whatever is wrong
            return await handle(strict)

        return strictly
