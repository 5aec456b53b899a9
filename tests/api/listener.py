"""Whom tests have listen to a stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.api.caller import Api, Json, token

STREAM = "/v1/changes/stream"


@dataclass
class Listener:
    """Somebody who reads a stream block by block."""

    lines: AsyncIterator[str]

    async def block(self) -> dict[str, str]:
        """The fields of the next block; a comment's name is empty. Nothing once the stream has ended."""
        found: dict[str, str] = {}
        async for line in self.lines:
            if not line and found:
                break
            name, _, value = line.partition(":")
            found |= {name: value.strip()} if line else {}
        return found

    async def change(self) -> tuple[str, Json]:
        """The next change and its id."""
        while "data" not in (block := await self.block()):
            assert block, "the stream has ended"
        assert block["event"] == "change"
        return block["id"], json.loads(block["data"])

    async def changes(self, number: int) -> list[tuple[str, Json]]:
        return [await self.change() for _ in range(number)]

    async def nothing(self) -> dict[str, str]:
        """A block that says that nothing came since the last one."""
        block = await self.block()
        assert block.keys() <= {"", "id"}, block
        assert "" in block
        return block


@asynccontextmanager
async def listening(
    api: Api, role: str = "operator", /, last: str | None = None, **how: Any
) -> AsyncIterator[Listener]:
    headers = {"Authorization": f"Bearer {how.pop('bearer', None) or token(role, **api.claims)}"}
    headers |= {"Last-Event-ID": last} if last is not None else {}
    async with (
        asyncio.timeout(60),
        api.http.stream("GET", STREAM, headers=headers, params=how) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Listener(answer.aiter_lines())
