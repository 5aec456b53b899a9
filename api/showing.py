"""What is kept sealed: dots for everybody, and opened where a case is read by whom it may be shown to."""

from collections.abc import Callable, Iterator
from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from pydantic import JsonValue, RootModel
from sqlmodel import Session

from api.auth import Caller
from api.office import Office
from models.bank_process import BANK_ACCOUNTS
from models.cases import CaseView, Role
from models.checklists import dated
from models.listing_events import DraftSaved
from models.onboarding_tasks import step_at
from models.private import SEALED, Sealed
from models.rules.masking import MASK
from models.tables import CaseRow
from models.tables.bank import open_instruction
from models.tables.privacy import Vault

log = structlog.get_logger()
Json = dict[str, Any]


class Kept(RootModel[dict[str, JsonValue]]):
    """Whatever was sealed, by the names of its fields."""


def veiled(data: Json) -> Json:
    """Facts of a case or a change as everybody is shown them."""
    return {name: _replaced(value, lambda _: MASK) for name, value in data.items()}


def without_drafts(caller: Caller, event: str, data: Json) -> Json:
    """What a provider only saved is its own. Once it is submitted, the version shows it to others."""
    if caller.role is Role.PROVIDER or event != DraftSaved.tag() or "content" not in data:
        return data
    return {**data, "content": MASK}


def facts_of(view: CaseView) -> Json:
    """A case's facts as everybody is shown them; what is owed on a checklist, with its deadline."""
    facts = veiled(view.data)
    if "checklist" in facts:
        due = min((task.deadline_at for task in view.tasks if task.deadline_at), default=None)
        facts["checklist"] = dated(facts["checklist"], step_at(view.stage), due)
    return facts


def private_facts(office: Office, session: Session, caller: Caller, row: CaseRow) -> Json:
    """The facts of one case that hold something sealed, opened; nothing for whom they are not meant."""
    if not may_open(caller, row):
        return {}
    vault = Vault(office.admissions.cipher)

    def opened(sealed: str) -> JsonValue:
        try:
            return vault.open(Sealed(sealed=sealed), row.case_id, Kept).root
        except (InvalidTag, ValueError):
            log.exception("seal_broken", case_id=row.case_id)
            return MASK

    found = {name: _replaced(value, opened) for name, value in row.view["data"].items()}
    found = {name: value for name, value in found.items() if value != row.view["data"][name]}
    kept_beside = _instruction(office, session, row)
    if found or kept_beside:
        named = sorted([*_sealed_in(row.view["data"]), *kept_beside])
        log.info("private_facts_read", case_id=row.case_id, facts=named)
    return found | kept_beside


def may_open(caller: Caller, row: CaseRow) -> bool:
    """Operators of its market, and the provider whose case it is. Backend services see dots."""
    own = caller.role is Role.OPERATOR or (row.provider_id is not None and caller.role is Role.PROVIDER)
    return own and caller.may_see(row.market, row.provider_id)


def _instruction(office: Office, session: Session, row: CaseRow) -> Json:
    """What the provider of a bank account is asked to remit (TCM-WX-05, -06). It is kept beside the case."""
    if row.process != BANK_ACCOUNTS.name:
        return {}
    asked = open_instruction(session, office.admissions.cipher, row.case_id)
    return {"instruction": asked.model_dump(mode="json")} if asked else {}


def _sealed_in(facts: Any, path: str = "") -> Iterator[str]:
    """Where something sealed stands, such as `wallet.instruction`."""
    if isinstance(facts, dict) and [*facts] == [SEALED]:
        yield path
    elif isinstance(facts, dict | list):
        for name, each in facts.items() if isinstance(facts, dict) else enumerate(facts):
            yield from _sealed_in(each, f"{path}.{name}" if path else str(name))


def _replaced(value: Any, by: Callable[[str], JsonValue]) -> Any:
    """The value, where every seal in it, however deep, is replaced."""
    if isinstance(value, dict):
        if [*value] == [SEALED] and isinstance(value[SEALED], str):
            return by(value[SEALED])
        return {name: _replaced(each, by) for name, each in value.items()}
    return [_replaced(each, by) for each in value] if isinstance(value, list) else value
