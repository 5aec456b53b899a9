"""A desk that takes pictures, in two markets of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import Engine

from api.app import create_app
from models.documents import DocumentLimits
from settings import Settings
from tests.api.caller import Api, Json, serving
from tests.pictures import CARD, LICENCE

KINDS = {"licence": LICENCE, "card": CARD}


@dataclass
class Desk(Api):
    """An API whose markets `here` and `there` take pictures, and the directory where it keeps them."""

    directory: Path = Path()

    async def hand_in(
        self, file: bytes, role: str | None = "service", *, name: str = "a.png", said: Json | None = None
    ) -> httpx.Response:
        usual: Json = {"market": "here", "kind": "licence"}
        usual |= {} if role == "provider" else {"provider_id": "isv-1"}
        fields = {key: value for key, value in {**usual, **(said or {})}.items() if value is not None}
        return await self.call(
            "POST", "/v1/documents", role, data=fields, files={"file": (name, file, "image/png")}
        )

    async def handed_in(self, file: bytes, role: str = "service", **said: str) -> Json:
        answer = await self.hand_in(file, role, said=said)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def picture(
        self,
        id: str,
        role: str = "service",
        market: str = "here",
        isv: str = "isv-1",
        kind: str = "licence",
    ) -> httpx.Response:
        return await self.get(f"/v1/markets/{market}/providers/{isv}/documents/{kind}/{id}", role)


def table(kind: str, limits: DocumentLimits) -> str:
    return f"""
[documents.{kind}]
most_bytes = {limits.most_bytes}
types = ["image/jpeg", "image/png"]
most_pixels = {limits.most_pixels}
rule = "{limits.rule}"
"""


def write_policies(directory: Path) -> Path:
    directory.mkdir()
    for market in ("here", "there"):
        text = f'market = "{market}"\ntitle = "Here"\ntitle_zh = "此处"\n'
        tables = "".join(table(kind, limits) for kind, limits in KINDS.items())
        (directory / f"{market}.toml").write_text(text + tables)
    return directory


@asynccontextmanager
async def opened(settings: Settings, engine: Engine) -> AsyncIterator[Desk]:
    async with serving(create_app(settings), settings, engine) as api:
        yield Desk(api.http, api.engine, directory=settings.documents_dir or Path())
