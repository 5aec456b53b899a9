"""What every route works with, made once when the API starts."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy import Engine
from temporalio.client import Client

from models.policies.agreements import AgreementTexts
from models.tables.admissions import Admissions
from models.tables.documents.store import DocumentStore
from settings import Settings
from wechat import WeChatAccount


@dataclass(frozen=True, slots=True)
class Office:
    settings: Settings
    engine: Engine
    client: Client
    admissions: Admissions
    documents: DocumentStore
    texts: AgreementTexts
    wechat: WeChatAccount | None = None
    """Who sends the wallet's notices; None: the simulated one."""

    @staticmethod
    def of(request: Request) -> "Office":
        return cast("Office", request.app.state.office)


async def the_office(request: Request) -> Office:
    """Async: FastAPI gives any other dependency a thread, and of those reads may hold all there are."""
    return Office.of(request)


TheOffice = Annotated[Office, Depends(the_office)]
