"""What stands against an event beyond its shape: its process's own rules, and documents nobody handed in."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from cryptography.exceptions import InvalidTag
from pydantic import BaseModel, JsonValue
from sqlmodel import Session

from api.office import Office
from api.problems import not_confirmed
from models.admitting import Checked
from models.cases import CaseView, Event
from models.documents import DocumentRef, StoredDocument
from models.interventions import InStead
from models.policies import MarketPolicy, market_in
from models.private import Sealed
from models.process import Process
from models.rules.blocks import block_findings
from models.rules.findings import Finding
from models.tables import AdmissionRow, CaseRow
from models.tables.documents.store import StoreUnavailable
from models.tables.privacy import Vault
from models.tables.selling import selling_of

M = TypeVar("M", bound=BaseModel)
log = structlog.get_logger()


def against(office: Office, process: Process, row: CaseRow, event: Event, at: datetime) -> list[Finding]:
    """Everything at once, of the act of a decision in somebody's stead too."""
    found = _by_process(office, process, row, event, at) + _barred(office, process, row, event, at)
    named = _documents(event)
    return found + [_unknown(field) for field, ref in named if _document(office, row, ref) is None]


def _by_process(office: Office, process: Process, row: CaseRow, event: Event, at: datetime) -> list[Finding]:
    """Nothing, where a case was never let in."""
    with Session(office.engine) as session:
        admission = session.get(AdmissionRow, row.case_id)
    if admission is None:
        return []
    checked = Checked(
        view=CaseView.model_validate(row.view),
        input=admission.input,
        market=_market(office, row),
        at=at,
        reveal=partial(_revealed, office, row.case_id),
        document=partial(_document, office, row),
    )
    found = [*process.check(event, checked)]
    if isinstance(event, InStead):
        acts = process.check(event.act, checked)
        found += [each.model_copy(update={"field": f"act.{each.field}"}) for each in acts]
    return found


def _barred(office: Office, process: Process, row: CaseRow, event: Event, at: datetime) -> list[Finding]:
    """Every gate that is closed to the case's provider now, where the event needs it open."""
    act, field = (event.act, "act.event") if isinstance(event, InStead) else (event, "event")
    guard = process.event_guards.get(type(act))
    if guard is None or row.provider_id is None:
        return []
    with Session(office.engine) as session:
        selling = selling_of(session, _market(office, row), row.provider_id, at)
    return block_findings(guard(selling.blocked_by), field)


def _market(office: Office, row: CaseRow) -> MarketPolicy:
    return market_in(office.admissions.policies, row.market)


def _documents(event: Event) -> Iterator[tuple[str, DocumentRef]]:
    """Every document that an event names, however deep, and where."""
    found = [*_references(event, "")]
    yield from found
    named = event.documents() + (event.act.documents() if isinstance(event, InStead) else ())
    yield from (("documents", each) for each in named if each not in [ref for _, ref in found])


def _references(value: object, path: str) -> Iterator[tuple[str, DocumentRef]]:
    if isinstance(value, DocumentRef):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from _references({name: getattr(value, name) for name in type(value).model_fields}, path)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _references(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, tuple | list):
        yield from _references(dict(enumerate(value)), path)


def _revealed(office: Office, case_id: str, sealed: JsonValue, model: type[M]) -> M:
    try:
        return Vault(office.admissions.cipher).open(Sealed.model_validate(sealed), case_id, model)
    except (InvalidTag, ValueError):
        log.exception("seal_broken", case_id=case_id)
        raise not_confirmed() from None


def _document(office: Office, row: CaseRow, ref: DocumentRef) -> StoredDocument | None:
    """What is known of a picture of the case's provider; None where it handed in no such."""
    return None if row.provider_id is None else document_of(office, row.market, row.provider_id, ref)


def document_of(office: Office, market: str, provider_id: str, ref: DocumentRef) -> StoredDocument | None:
    """The same of a provider that has no case yet."""
    try:
        return office.documents.find(market, provider_id, ref.kind, ref.document_id)
    except StoreUnavailable as error:
        log.warning("documents_unavailable", error=str(error))
        raise not_confirmed() from None


def _unknown(field: str) -> Finding:
    return Finding(
        field=field,
        code="document-unknown",
        detail="this provider has handed in no such document of this kind here",
        next="hand it in first: POST /v1/documents",
    )
