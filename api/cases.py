"""The routes of a case, made once for each process there is."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Response
from pydantic import StringConstraints
from sqlmodel import Session

from api import examples
from api.auth import Identified, forbidden
from api.commands import answering, report, start
from api.office import TheOffice
from api.problems import invalid, not_found
from api.reading import change, detail, find, visible_changes
from api.routing import of_every_process
from models.cases import CaseView, Role
from models.process import Process
from models.rules.findings import Finding

KEY = Annotated[
    str,
    Header(
        alias="Idempotency-Key", description="Your own name for this event: send it again after a time-out."
    ),
    StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$"),
]
SEEN = Annotated[
    str | None, Header(alias="If-Match", description="For operators: the version that you looked at.")
]


def router() -> APIRouter:
    return of_every_process(_add)


def _add(routes: APIRouter, process: Process) -> None:
    name = process.name.replace("-", "_")
    Start: Any = process.start  # noqa: N806  types that stand in the signatures below
    Event: Any = process.event  # noqa: N806

    @routes.post("", status_code=201, summary="Start", operation_id=f"start_{name}", response_model=CaseView)
    async def start_case(
        market: str,
        body: Annotated[Start, Body(openapi_examples=examples.started(process.name))],
        office: TheOffice,
        caller: Identified,
        response: Response,
    ) -> CaseView:
        """201 once version 1 is on record. The same id with the same body again: 200, and the case."""
        if not caller.works_in(market):
            raise not_found()
        if caller.role not in process.started_by:
            who = " or ".join(sorted(process.started_by)) or "no caller: the outside world tells of them"
            raise forbidden(f"{process.name} are started by {who}")
        if caller.role is Role.PROVIDER and getattr(body, "provider_id", None) != caller.provider_id:
            raise not_found()
        async with answering(office):
            row, is_new = await start(office, caller, process, market, body)
            response.status_code = 201 if is_new else 200
            return await asyncio.to_thread(detail, office, caller, row)

    @routes.get("/{id}", summary="Read", operation_id=f"read_{name}", response_model=CaseView)
    def read_case(
        market: str, id: str, office: TheOffice, caller: Identified, response: Response
    ) -> CaseView:
        """The case as it is on record, and what the caller may send now."""
        row = find(office, caller, process, market, id)
        response.headers["ETag"] = f'"{row.version}"'
        return detail(office, caller, row)

    @routes.get("/{id}/timeline", summary="Timeline", operation_id=f"timeline_of_{name}")
    def read_timeline(market: str, id: str, office: TheOffice, caller: Identified) -> dict[str, Any]:
        """Every change of the case, oldest first."""
        row = find(office, caller, process, market, id)
        with Session(office.engine) as session:
            changes = visible_changes(session, caller, row.case_id)
        return {"case_id": row.case_id, "changes": [change(caller, each) for each in changes]}

    @routes.post("/{id}/events", summary="Report an event", operation_id=f"report_to_{name}")
    async def report_event(
        market: str,
        id: str,
        event: Annotated[Event, Body(openapi_examples=examples.reported(process.name))],
        key: KEY,
        office: TheOffice,
        caller: Identified,
        seen: SEEN = None,
    ) -> CaseView:
        """200 with the case once the consequence is on record. The same key again: the same answer."""
        received_at, version = datetime.now(UTC), _version(seen)
        async with answering(office):
            row = await asyncio.to_thread(find, office, caller, process, market, id)
            return await report(office, caller, process, row, event, key, received_at, version)


def _version(seen: str | None) -> int | None:
    if seen is None:
        return None
    text = seen.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise invalid([Finding(field="If-Match", code="no-version", detail="send a version such as 3")])
    return int(text)
