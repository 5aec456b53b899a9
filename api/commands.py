"""Starting cases and moving them on: what the API asks of Temporal, and how long it waits for the record."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import structlog
from pydantic import BaseModel
from sqlmodel import Session, select
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from api.auth import Caller, forbidden
from api.checks import against
from api.office import Office
from api.problems import Problem, invalid, not_confirmed, not_found
from api.reading import for_caller
from models.cases import Answer, CaseView, Event, OnBehalfOf, Report
from models.interventions import InStead, OperatorEvent
from models.private import Sealed, has_private, is_sealed, private_fields, sealed
from models.process import Process
from models.rules.findings import Finding
from models.tables import CaseRow, ChangeRow
from models.tables.admissions import HoldTaken, IdTaken, NotOffered
from models.tables.privacy import Vault
from temporal import start_case

log = structlog.get_logger()
READY_WITHIN_S = 1.0
LOOK_EVERY_S = 0.02


@asynccontextmanager
async def answering(office: Office) -> AsyncIterator[None]:
    """Within this, an answer comes in time or the caller hears `not-confirmed`."""
    try:
        async with asyncio.timeout(office.settings.answer_within_s):
            yield
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise not_confirmed() from None
    except RPCError as error:
        log.warning("temporal_unavailable", status=error.status.name)
        raise not_confirmed() from None
    except RuntimeError as error:
        if type(error) is not RuntimeError:
            raise
        # All that the SDK says when its very first connection fails.
        log.warning("temporal_unavailable", status="never_connected")
        raise not_confirmed() from None


async def start(
    office: Office, caller: Caller, process: Process, market: str, body: BaseModel
) -> tuple[CaseRow, bool]:
    """Let a case in and start it. Answers once version 1 is on record: the case, and whether it is new."""
    on_behalf_of: OnBehalfOf | None = getattr(body, "on_behalf_of", None)
    actor = caller.actor(on_behalf_of)
    try:
        admission = await asyncio.to_thread(
            office.admissions.admit, process, market, body, actor, datetime.now(UTC)
        )
    except NotOffered:
        raise not_found() from None
    except IdTaken as taken:
        field = Finding(
            field="id", code="id-taken", detail="this id was used with another body", next="use another id"
        )
        raise already_exists(taken.case_id, field) from None
    except HoldTaken as taken:
        holders = (each.case_id for each in taken.taken if caller.may_see(market, each.provider_id))
        raise already_exists(next(filter(None, holders), None), *taken.findings) from None
    structlog.contextvars.bind_contextvars(case_id=admission.case_id)
    row = await asyncio.to_thread(_on_record, office, admission.case_id)
    if row is None:
        await start_case(office.client, admission.workflow, admission.input)
        row = await _begun(office, process, admission.case_id)
    return row, admission.is_new


async def _begun(office: Office, process: Process, case_id: str) -> CaseRow:
    """Version 1 on record; for a moment longer, what the caller will ask for next."""
    clock = asyncio.get_running_loop()
    asked = clock.time()
    while True:
        row = await asyncio.to_thread(_on_record, office, case_id)
        if row is not None and (process.ready(row.view["data"]) or clock.time() - asked > READY_WITHIN_S):
            return row
        await asyncio.sleep(LOOK_EVERY_S)


def _on_record(office: Office, case_id: str) -> CaseRow | None:
    with Session(office.engine) as session:
        row = session.get(CaseRow, case_id)
        return row if row is not None and row.version > 0 else None


def already_exists(case_id: str | None, *findings: Finding) -> Problem:
    """`case_id` is the case that is in the way, where the caller may see it."""
    errors = [finding.model_dump(exclude_none=True) for finding in findings]
    return Problem(HTTPStatus.CONFLICT, "already-exists", findings[0].detail, errors=errors, case_id=case_id)


async def report(
    office: Office,
    caller: Caller,
    process: Process,
    row: CaseRow,
    event: Event,
    key: str,
    received_at: datetime,
    seen_version: int | None,
) -> CaseView:
    """Report an event to its case. The answer shows its consequence on record; a repeat gets it again."""
    structlog.contextvars.bind_contextvars(case_id=row.case_id)
    _refuse_stranger(caller, row, event)
    if isinstance(event, OperatorEvent) and seen_version is None:
        raise invalid(
            [Finding(field="If-Match", code="missing", detail="send the version that you looked at")]
        )
    _refuse_seals(event)
    digest = _digest(office, row.case_id, event)
    scoped = _scoped(caller, key)
    if (answered := await asyncio.to_thread(_answered, office, row.case_id, scoped)) is not None:
        return _same(caller, answered, digest)
    if row.closed_at is not None:
        raise out_of_turn(caller, "the case is closed", CaseView.model_validate(row.view))
    if found := await asyncio.to_thread(against, office, process, row, event, received_at):
        raise invalid(found)
    vault = Vault(office.admissions.cipher)
    sent = Report[Any](
        event=sealed(event, lambda value: vault.seal(value, row.case_id)),
        actor=caller.actor(_on_behalf_of(event)),
        key=scoped,
        digest=digest,
        occurred_at=received_at,
        seen_version=seen_version,
    )
    return _same(caller, await _update(office, caller, row.case_id, sent), digest)


async def _update(office: Office, caller: Caller, case_id: str, sent: Report[Any]) -> Answer:
    case = office.client.get_workflow_handle(case_id)
    patience = timedelta(seconds=office.settings.answer_within_s)
    try:
        answer: Answer = await case.execute_update(
            "report", sent, id=sent.key, result_type=Answer, rpc_timeout=patience
        )
        return answer
    except WorkflowUpdateFailedError as failed:
        raise _refusal(caller, failed) from failed
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        # Closed meanwhile, or long ago: what is on record decides.
        answered = await asyncio.to_thread(_answered, office, case_id, sent.key)
        row = await asyncio.to_thread(_on_record, office, case_id)
        if answered is None and row is not None and row.closed_at is not None:
            raise out_of_turn(caller, "the case is closed", CaseView.model_validate(row.view)) from error
        if answered is None:
            raise not_confirmed() from error
        return answered


def _refuse_seals(event: Event) -> None:
    """What arrives sealed was copied from somewhere: only we can make it, and only for its own case."""
    if is_sealed(event):
        said, path = (event.act, "act.") if isinstance(event, InStead) else (event, "")
        names = [name for name in private_fields(said) if isinstance(getattr(said, name), Sealed)]
        detail = "send it in clear: it is sealed here"
        raise invalid([Finding(field=path + name, code="already-sealed", detail=detail) for name in names])


def _digest(office: Office, case_id: str, event: Event) -> str:
    """A hash of what was said in clear. Of what is private it is keyed: nobody can try values out."""
    if has_private(event):
        return office.admissions.cipher.digest({case_id: event.model_dump(mode="json")})
    return hashlib.sha256(event.model_dump_json().encode()).hexdigest()


def _refuse_stranger(caller: Caller, row: CaseRow, event: Event) -> None:
    speakers = event.party.spoken_for_by
    if caller.role not in speakers:
        who = " or ".join(sorted(speakers)) or "no caller: money is reported through payment-receipts"
        raise forbidden(f"{event.event} is reported by {who}")
    on_behalf_of = _on_behalf_of(event)
    buyer = row.view["data"].get("buyer_id")
    if on_behalf_of is not None and on_behalf_of.id != buyer:
        detail = "is not the buyer of this case"
        raise invalid([Finding(field="on_behalf_of.id", code="other-buyer", detail=detail)])


def _on_behalf_of(event: Event) -> OnBehalfOf | None:
    """Whom the event says that its sender speaks for; of a decision in somebody's stead, that somebody."""
    return getattr(event.act if isinstance(event, InStead) else event, "on_behalf_of", None)


def _scoped(caller: Caller, key: str) -> str:
    """A key belongs to its sender: two may use the same one. It is hashed, for it may say anything."""
    sender = f"{caller.role}:{caller.subject}:{caller.provider_id or ''}"
    return hashlib.sha256(f"{len(sender)}:{sender}{key}".encode()).hexdigest()[:40]


def _answered(office: Office, case_id: str, key: str) -> Answer | None:
    with Session(office.engine) as session:
        found = session.exec(
            select(ChangeRow.answer, ChangeRow.digest).where(
                ChangeRow.case_id == case_id, ChangeRow.key == key
            )
        ).first()
    return Answer(view=CaseView.model_validate(found[0]), digest=found[1] or "") if found else None


def _same(caller: Caller, answer: Answer, digest: str) -> CaseView:
    """Temporal answers a known key from memory, whatever it came with this time: so we look."""
    if not hmac.compare_digest(answer.digest, digest):
        detail = "this key was sent with another event before: use a new key for a new event"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "key-reused", detail)
    return for_caller(caller, answer.view)


def _refusal(caller: Caller, failed: WorkflowUpdateFailedError) -> Problem:
    cause = failed.cause
    if not isinstance(cause, ApplicationError) or cause.type not in ("OutOfTurn", "Stale", "Blocked"):
        raise failed
    if cause.type == "Blocked":
        return not_confirmed()
    view = CaseView.model_validate(cause.details[0])
    if cause.type == "Stale":
        shown = for_caller(caller, view).model_dump(mode="json")
        return Problem(HTTPStatus.PRECONDITION_FAILED, "out-of-date", cause.message, case=shown)
    return out_of_turn(caller, cause.message, view)


def out_of_turn(caller: Caller, detail: str, view: CaseView) -> Problem:
    shown = for_caller(caller, view).model_dump(mode="json")
    return Problem(HTTPStatus.CONFLICT, "out-of-turn", detail, case=shown)
