"""Signed notices of outside systems: checked on the raw bytes, stored, answered, and acted on later."""

import asyncio
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from fastapi import APIRouter, BackgroundTasks, Request
from pydantic import BaseModel, ValidationError

from api.auth import unauthenticated
from api.commands import already_exists, answering
from api.office import Office, TheOffice
from api.problems import Problem, invalid, not_found
from api.strict_json import StrictRoute, parse
from models.bank_notices import TellOfEntry
from models.bank_process import BANK_NOTICES
from models.cases import BANK, GATEWAY, Actor
from models.process import Process
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from models.rules.findings import Finding
from models.signing import ForgedNotice, check
from models.tables.admissions import Admission, IdTaken, NotOffered
from temporal import start_case

routes = APIRouter(tags=["Callbacks 回调"], route_class=StrictRoute)
log = structlog.get_logger()
T = TypeVar("T", TellOfPayment, TellOfEntry)


@routes.post("/v1/callbacks/payments/{market}", summary="A payment gateway tells of a payment")
async def payment_notice(
    market: str, request: Request, office: TheOffice, afterwards: BackgroundTasks
) -> dict[str, Any]:
    """Opens a receipt. Of the notice only the payment's id is believed: the gateway is asked for the rest."""
    told = await _told(request, office, TellOfPayment, "payment_id")
    return await received(office, afterwards, PAYMENT_RECEIPTS, market, told, GATEWAY)


@routes.post("/v1/callbacks/bank/{market}", summary="The bank tells of an entry")
async def bank_notice(
    market: str, request: Request, office: TheOffice, afterwards: BackgroundTasks
) -> dict[str, Any]:
    """Opens a notice. Of what the bank sends only the entry's id is believed: it is asked for the rest."""
    told = await _told(request, office, TellOfEntry, "entry_id")
    return await received(office, afterwards, BANK_NOTICES, market, told, BANK)


async def _told(request: Request, office: Office, kind: type[T], field: str) -> T:
    """What a notice tells of. Its signature is checked on the raw bytes, before anything is read."""
    raw = await signed_by_us(request, office)
    try:
        return kind(id=parse(raw)[field])
    except (ValidationError, KeyError, TypeError):
        detail = "send the id of what you tell of"
        raise invalid([Finding(field=field, code="missing", detail=detail)]) from None


async def signed_by_us(request: Request, office: Office) -> bytes:
    """The body, whose sender has the key of our notices."""
    raw = await request.body()
    try:
        check(raw, request.headers, office.settings.need("notice_key"))
    except ForgedNotice:
        raise forged() from None
    return raw


def forged() -> Problem:
    return unauthenticated("the signature does not fit, or its time is too far from ours")


async def received(
    office: Office, afterwards: BackgroundTasks, process: Process, market: str, told: BaseModel, by: Actor
) -> dict[str, Any]:
    """Stored, then answered, and then acted on."""
    try:
        async with answering(office):
            admission = await asyncio.to_thread(
                office.admissions.admit, process, market, told, by, datetime.now(UTC)
            )
    except NotOffered:
        raise not_found() from None
    except IdTaken as taken:
        used = Finding(field="id", code="id-taken", detail="this notice was about something else before")
        raise already_exists(taken.case_id, used) from None
    afterwards.add_task(_start, office, admission)
    return {"received": admission.case_id}


async def _start(office: Office, admission: Admission) -> None:
    """At once when we can; reconciliation starts it otherwise."""
    try:
        async with answering(office):
            await start_case(office.client, admission.workflow, admission.input)
    except Problem:
        log.warning("notice_not_started", case_id=admission.case_id)
