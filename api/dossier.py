"""The dossier of a case: all that is on record of it, as JSON, or as a page to read and to print."""

import hashlib
import json
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session, col, select

from api.auth import Caller, Identified
from api.formats import CONTENT, Accept, Format, headers_of, wants_page
from api.office import Office, TheOffice
from api.pages import page
from api.reading import change, find, receipts_of, snapshot, summary, visible_changes
from api.routing import of_every_process
from models.cases import Role
from models.ledger import of_provider
from models.process import Process
from models.tables import CaseRow, ChangeRow
from models.tables.ledger import EntryRow, TransactionRow

Json = dict[str, Any]


def router() -> APIRouter:
    return of_every_process(_add)


def _add(routes: APIRouter, process: Process) -> None:
    @routes.get(
        "/{id}/dossier",
        summary="Dossier",
        operation_id=f"dossier_of_{process.name.replace('-', '_')}",
        response_class=Response,
        responses={200: {"content": CONTENT}},
    )
    def read_dossier(
        market: str,
        id: str,
        office: TheOffice,
        caller: Identified,
        format: Format = None,
        accept: Accept = "",
    ) -> Response:
        """Everything on record of the case that you may see, with a digest to check a printed page by."""
        row = find(office, caller, process, market, id)
        found = dossier(office, caller, row)
        as_page = wants_page(format, accept)
        headers = headers_of(f"dossier-{process.name}-{market}-{id}", as_page)
        if as_page:
            return HTMLResponse(page("dossier.html", process=process, **found), headers=headers)
        return JSONResponse(found, headers=headers)


def dossier(office: Office, caller: Caller, row: CaseRow) -> Json:
    """The case, its changes, its money and its policy at a single moment. Never whom to talk to."""
    with snapshot(office) as session:
        row = session.get_one(CaseRow, row.case_id)
        found = {
            "case": summary(caller, row).model_dump(mode="json"),
            "changes": chained(
                [_entry(caller, each) for each in visible_changes(session, caller, row.case_id)]
            ),
            "receipts": receipts_of(session, row.case_id),
            "ledger": _ledger(session, caller, row.case_id),
            "policy": _policy(office, row),
        }
    return {**found, "digest": digest(found)}


def chained(entries: list[Json]) -> list[Json]:
    """Each entry with `chain`: the hash of the chain before it and of its own row's hash."""
    chain = ""
    for entry in entries:
        chain = entry["chain"] = _sha256(chain + entry["hash"])
    return entries


def digest(content: Json) -> str:
    """SHA-256 of the canonical JSON: UTF-8, keys in order, no spaces."""
    return _sha256(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(caller: Caller, row: ChangeRow) -> Json:
    told = {"recorded_at": row.recorded_at.isoformat(), "has_key": row.key is not None, "hash": row.hash}
    return {**change(caller, row), **told}


def _ledger(session: Session, caller: Caller, case_id: str) -> list[Json]:
    """What the case means in money. Providers see their own side of it."""
    query = (
        select(TransactionRow, EntryRow)
        .join(EntryRow, col(EntryRow.transaction_id) == col(TransactionRow.id))
        .where(TransactionRow.case_id == case_id)
        .order_by(col(TransactionRow.id), col(EntryRow.id))
    )
    if caller.role is Role.PROVIDER:
        query = query.where(col(EntryRow.account).in_(of_provider(str(caller.provider_id))))
    found: dict[int | None, Json] = {}
    for transaction, entry in session.exec(query):
        facts = transaction.model_dump(include={"key", "what", "currency"})
        shown = {"at": transaction.at.isoformat(), **facts, "entries": []}
        entries = found.setdefault(transaction.id, shown)["entries"]
        entries.append({"account": entry.account, "amount_fen": entry.amount_fen})
    return list(found.values())


def _policy(office: Office, row: CaseRow) -> Json:
    """Which version the case runs by, and where its figures come from; null where the file is gone."""
    version = row.view["policy_version"]
    market = office.admissions.policies.get(row.market)
    known = market.versions(row.process) if market else ()
    source = next((policy.source for policy in known if policy.version == version), None)
    return {"version": version, "source": source}
