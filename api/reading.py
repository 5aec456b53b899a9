"""Cases as they are on record, as far as a caller may see them."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from api.auth import Caller
from api.office import Office
from api.problems import not_found
from api.showing import facts_of, private_facts, veiled, without_drafts
from models.cases import Accepts, CaseView, Role, Task
from models.interventions import SECOND_APPROVAL
from models.policies import MarketPolicy
from models.process import Process
from models.processes import PAYMENT_RECEIPTS
from models.tables import AdmissionRow, CaseRow, ChangeRow
from models.tasks import desk


def find(office: Office, caller: Caller, process: Process, market: str, id: str) -> CaseRow:
    """A case on record that the caller may see; anything else is not found."""
    case_id = process.case_id(market, id)
    if not (caller.works_in(market) and case_id.isascii() and case_id.isprintable()):
        raise not_found()
    with Session(office.engine) as session:
        row = session.get(CaseRow, case_id)
    if row is None or not caller.may_see(market, row.provider_id):
        raise not_found()
    return row


def market_of(office: Office, caller: Caller, market: str) -> MarketPolicy:
    """A market that the caller works in; anything else is not found."""
    policy = office.admissions.policies.get(market)
    if policy is None or not caller.works_in(market):
        raise not_found()
    return policy


def provider_of(office: Office, caller: Caller, market: str, provider_id: str) -> MarketPolicy:
    """The market of a provider that the caller may see, whether it has a case there or not."""
    policy = market_of(office, caller, market)
    if not (caller.may_see(market, provider_id) and provider_id.isascii() and provider_id.isprintable()):
        raise not_found()
    return policy


def snapshot(office: Office) -> Session:
    """A session that sees a single moment, however many questions it asks."""
    return Session(office.engine.execution_options(isolation_level="REPEATABLE READ"))


def detail(office: Office, caller: Caller, row: CaseRow) -> CaseView:
    """A case with everything that belongs to it: its receipts, whom to talk to, and what is private in it."""
    view = summary(caller, row)
    with Session(office.engine) as session:
        receipts = receipts_of(session, row.case_id)
        admission = session.get(AdmissionRow, row.case_id)
        sealed = admission.private if admission else None
        opened = private_facts(office, session, caller, row)
    extra: dict[str, Any] = {**opened, **({"receipts": receipts} if receipts else {})}
    if sealed and caller.role is not Role.OPERATOR:
        extra |= office.admissions.cipher.open(sealed, row.case_id)
    return view.model_copy(update={"data": {**view.data, **extra}})


def summary(caller: Caller, row: CaseRow) -> CaseView:
    """A case as a list shows it. Alarms, which have no version of their own, are added."""
    view = CaseView.model_validate(row.view)
    alarms = tuple(alarm for alarm in row.blocked_by if alarm not in view.blocked_by)
    if alarms:
        added = {"blocked_by": (*view.blocked_by, *alarms), "tasks": (*view.tasks, desk())}
        view = view.model_copy(update=added)
    return for_caller(caller, view)


def for_caller(caller: Caller, view: CaseView) -> CaseView:
    """Only the events that this caller may send, what operators do among themselves for them alone, and
    dots for whatever is sealed."""
    if caller.role is not Role.OPERATOR:
        shown = tuple(task for task in view.tasks if task.name != SECOND_APPROVAL)
        view = view.model_copy(update={"tasks": shown, "claimed_by": None})
    tasks = tuple(task.model_copy(update={"accepts": _open_to(caller, task)}) for task in view.tasks)
    return view.model_copy(update={"tasks": tasks, "data": facts_of(view)})


def _open_to(caller: Caller, task: Task) -> tuple[Accepts, ...]:
    return tuple(accepts for accepts in task.accepts if caller.role in accepts.by)


def readable(caller: Caller) -> list[ColumnElement[bool]]:
    """What operators write for each other is theirs alone."""
    return [] if caller.role is Role.OPERATOR else [col(ChangeRow.internal).is_(False)]


def visible_changes(session: Session, caller: Caller, case_id: str) -> list[ChangeRow]:
    """A case's changes, oldest first, as far as this caller may read them."""
    mine = select(ChangeRow).where(ChangeRow.case_id == case_id, *readable(caller))
    return list(session.exec(mine.order_by(col(ChangeRow.version))))


def change(caller: Caller, row: ChangeRow) -> dict[str, Any]:
    """A row of the audit."""
    return {
        "version": row.version,
        "at": row.at.isoformat(),
        "event": row.event,
        "actor": acting(caller, row.actor),
        "data": without_drafts(caller, row.event, veiled(row.data)),
        "stage_before": row.stage_before,
        "stage_after": row.stage_after,
    }


def acting(caller: Caller, actor: dict[str, Any]) -> dict[str, Any]:
    """Who exactly acted is for operators; others see the role, and themselves."""
    own = actor["role"] == caller.role and actor["subject"] == caller.subject
    hidden = () if caller.role is Role.OPERATOR or own else ("subject",)
    return {name: value for name, value in actor.items() if name not in hidden}


def receipts_of(session: Session, case_id: str) -> list[dict[str, Any]]:
    """What became of the money that came for a case."""
    paid = (CaseRow.regarding == case_id, CaseRow.process == PAYMENT_RECEIPTS.name)
    regarding = select(CaseRow).where(*paid).order_by(col(CaseRow.opened_at))
    return [_receipt(about) for about in session.exec(regarding)]


def _receipt(row: CaseRow) -> dict[str, Any]:
    data = row.view["data"]
    return {
        "payment_id": row.id,
        "amount_fen": data.get("amount_fen"),
        "currency": data.get("currency"),
        "stage": row.stage,
        "outcome": row.outcome,
        "reason": data.get("reason"),
    }
