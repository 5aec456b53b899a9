"""Pictures and scans that providers hand in: looked at, sealed and kept, and shown to who may see them."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.auth import Caller, Identified
from api.commands import answering
from api.few import OneOfFew
from api.office import Office, TheOffice
from api.problems import Problem, invalid, not_confirmed, not_found, too_many
from api.reading import market_of
from api.strict_form import read_form
from api.strict_json import StrictRoute
from models.base import Frozen, Id, Instant
from models.cases import Role
from models.documents import ContentType, DocumentId, DocumentLimits, StoredDocument
from models.rules.findings import Finding
from models.rules.pictures import described, picture_findings
from models.tables.documents.store import StoreUnavailable

T = TypeVar("T")
routes = APIRouter(tags=["Documents 资料"], route_class=StrictRoute)
log = structlog.get_logger()
LOOKING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")
"""So many pictures are decoded at once, however many arrive: each may take hundreds of megabytes."""
KEEPING = ThreadPoolExecutor(max_workers=8, thread_name_prefix="documents")
"""Threads of its own: a store that does not answer takes nobody else's."""
OF_A_PROVIDER = 4
"""So many pictures of a provider are on their way at once: others want theirs looked at, too."""
ON_THEIR_WAY = OneOfFew(OF_A_PROVIDER, "pictures are on their way: send this one after them")
A_DAY = 200
"""So many new pictures of a provider are kept a day by each of our processes: nobody fills up the shelf."""
KEPT = Counter[tuple[date, str, str | None]]()
HOUR_S = 3600
FIELDS = frozenset({"market", "kind", "provider_id", "file"})
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Disposition": "attachment",
    "Cache-Control": "no-store",
}
"""What a picture says besides its pixels is nobody's script."""
ID = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["market", "kind", "file"],
                "additionalProperties": False,
                "properties": {
                    "market": ID,
                    "kind": {**ID, "description": "What the market asks for."},
                    "provider_id": {
                        **ID,
                        "description": "Whose it is. A provider's token says it.",
                    },
                    "file": {"type": "string", "format": "binary", "description": "A JPEG or PNG picture."},
                },
            }
        }
    },
}
PICTURE = {"schema": {"type": "string", "format": "binary"}}


class HandIn(Frozen):
    """What a form says of its file."""

    market: Id
    kind: Id
    provider_id: Id | None = None


class HandedIn(Frozen):
    """A document as applications name it: by its kind and its id."""

    document_id: DocumentId
    kind: Id
    size: int
    content_type: ContentType
    width: int
    height: int
    sha256: DocumentId
    first_uploaded_at: Instant
    uploaded_at: Instant


@routes.post(
    "/v1/documents",
    status_code=201,
    summary="Hand in a picture",
    dependencies=[Depends(ON_THEIR_WAY)],
    openapi_extra={"requestBody": FORM},
    responses={200: {"model": HandedIn, "description": "This was handed in before, and is uploaded anew."}},
)
async def hand_in(request: Request, response: Response, office: TheOffice, caller: Identified) -> HandedIn:
    """A document of a provider, by itself or by who acts for it.

    The same picture again is no second one of its kind, and counts as uploaded now (TCM-TEN-02). It may be
    several kinds, where certificates are merged; each has its own limits (TCM-MCH-13).

    Who calls is known before anything is read; a type is what the content is, never what its name says.
    """
    form = await read_form(request, FIELDS, _most_bytes(office, caller))
    content = form.pop("file", None)
    said = _said(form)
    limits = market_of(office, caller, said.market).documents.get(said.kind)
    provider_id = _whose(caller, said)
    if limits is None:
        raise _refused("kind", "unknown-kind", "this market asks for no such document")
    if content is None:
        raise _refused("file", "missing", "send a picture")
    async with answering(office):
        document = await _within(LOOKING, _looked_at, caller, said.kind, content, limits)
        await _refuse_too_many(office, caller, said.market, document)
        kept = await _asked(office.documents.put_new, said.market, provider_id, document, content)
    if kept is document:
        _count(caller, said.market)
    else:
        response.status_code = 200
    event = "document_kept" if kept is document else "document_handed_in_again"
    log.info(event, market=said.market, provider_id=provider_id, **_named(kept))
    return HandedIn(document_id=kept.sha256, **kept.model_dump(exclude={"uploaded_by"}))


@routes.get(
    "/v1/markets/{market}/providers/{provider_id}/documents/{kind}/{document_id}",
    summary="A picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": PICTURE, "image/png": PICTURE}}},
)
async def picture(
    market: str, provider_id: str, kind: str, document_id: str, office: TheOffice, caller: Identified
) -> Response:
    """The picture as it was handed in, to save and not to show: browsers run nothing that stands in it."""
    market_of(office, caller, market)
    if not caller.may_see(market, provider_id):
        raise not_found()
    async with answering(office):
        found = await _asked(office.documents.read, market, provider_id, kind, document_id)
    if found is None:
        raise not_found()
    document, content = found
    log.info("document_read", market=market, provider_id=provider_id, **_named(document))
    return Response(content, media_type=document.content_type, headers=HARMLESS)


def _refused(field: str, code: str, detail: str) -> Problem:
    return invalid([Finding(field=field, code=code, detail=detail)])


def _named(document: StoredDocument) -> dict[str, str]:
    return {"kind": document.kind, "document_id": document.document_id}


def _most_bytes(office: Office, caller: Caller) -> int:
    """The largest document that any market of the caller takes: which it is for stands in the body."""
    markets = office.admissions.policies.items()
    limits = [each.documents.values() for name, each in markets if caller.works_in(name)]
    return max((limit.most_bytes for kinds in limits for limit in kinds), default=0)


def _said(form: dict[str, bytes]) -> HandIn:
    try:
        return HandIn.model_validate(form)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


def _whose(caller: Caller, said: HandIn) -> str:
    if caller.role is not Role.PROVIDER and said.provider_id is None:
        raise _refused("provider_id", "missing", "say whose document this is")
    provider_id = said.provider_id or str(caller.provider_id)
    if not caller.may_see(said.market, provider_id):
        raise not_found()
    return provider_id


def _looked_at(caller: Caller, kind: str, content: bytes, limits: DocumentLimits) -> StoredDocument:
    if findings := picture_findings(content, limits):
        raise invalid(findings)
    content_type, width, height = described(content)
    now = datetime.now(UTC)
    return StoredDocument(
        kind=kind,
        size=len(content),
        content_type=content_type,
        width=width,
        height=height,
        first_uploaded_at=now,
        uploaded_at=now,
        uploaded_by=caller.actor(),
        sha256=hashlib.sha256(content).hexdigest(),
    )


async def _refuse_too_many(office: Office, caller: Caller, market: str, document: StoredDocument) -> None:
    """What is there already is found again, however many there are."""
    if caller.role is not Role.PROVIDER or KEPT[_today(caller, market)] < A_DAY:
        return
    named = market, str(caller.provider_id), document.kind, document.sha256
    if await _asked(office.documents.find, *named) is None:
        raise too_many(f"{A_DAY} of your pictures were kept today: send this one tomorrow", HOUR_S)


def _count(caller: Caller, market: str) -> None:
    if caller.role is Role.PROVIDER:
        today = _today(caller, market)
        for over in [each for each in KEPT if each[0] != today[0]]:
            del KEPT[over]
        KEPT[today] += 1


def _today(caller: Caller, market: str) -> tuple[date, str, str | None]:
    return datetime.now(UTC).date(), market, caller.provider_id


async def _asked(ask: Callable[..., T], *what: Any) -> T:
    try:
        return await _within(KEEPING, ask, *what)
    except StoreUnavailable as error:
        log.warning("documents_unavailable", error=str(error))
        raise not_confirmed() from None


async def _within(pool: ThreadPoolExecutor, do: Callable[..., T], *what: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, do, *what)
