"""Signed notices of outside systems: checked on the raw bytes, stored, answered, and acted on later."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import APIRouter, BackgroundTasks, Request
from pydantic import ValidationError

from api.auth import unauthenticated
from api.commands import answering
from api.office import Office, TheOffice
from api.problems import Problem, invalid, not_found
from api.strict_json import StrictRoute, parse
from models.cases import GATEWAY
from models.processes import PAYMENT_RECEIPTS, TellOfPayment
from models.rules.findings import Finding
from models.signing import ForgedNotice, check
from models.tables.admissions import Admission, NotOffered
from temporal import start_case

routes = APIRouter(tags=["Callbacks 回调"], route_class=StrictRoute)
log = structlog.get_logger()


@routes.post("/v1/callbacks/payments/{market}", summary="A payment gateway tells of a payment")
async def payment_notice(
    market: str, request: Request, office: TheOffice, afterwards: BackgroundTasks
) -> dict[str, Any]:
    """Opens a receipt. Of the notice only the payment's id is believed: the gateway is asked for the rest."""
    raw = await request.body()
    try:
        check(raw, request.headers, office.settings.need("notice_key"))
    except ForgedNotice:
        raise unauthenticated("the signature does not fit, or its time is too far from ours") from None
    try:
        told = TellOfPayment(id=parse(raw)["payment_id"])
    except (ValidationError, KeyError, TypeError):
        detail = "send the id of a payment"
        raise invalid([Finding(field="payment_id", code="missing", detail=detail)]) from None
    try:
        async with answering(office):
            admission = await asyncio.to_thread(
                office.admissions.admit, PAYMENT_RECEIPTS, market, told, GATEWAY, datetime.now(UTC)
            )
    except NotOffered:
        raise not_found() from None
    afterwards.add_task(_start, office, admission)
    return {"received": admission.case_id}


async def _start(office: Office, admission: Admission) -> None:
    """At once when we can; reconciliation starts it otherwise."""
    try:
        async with answering(office):
            await start_case(office.client, admission.workflow, admission.input)
    except Problem:
        log.warning("receipt_not_started", case_id=admission.case_id)
