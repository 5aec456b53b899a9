"""A provider's own page in one call: how far its onboarding is, what is next, and what is barred and why."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime, Field
from sqlmodel import Session, col, select

from api.auth import Identified
from api.office import TheOffice
from api.problems import not_found
from api.reading import market_of, snapshot, summary
from models.bank_process import BANK_ACCOUNTS
from models.base import Frozen
from models.cases import Accepts, CaseView, Party, Role
from models.checklists import RequirementState
from models.deposit_process import DEPOSIT_ACCOUNTS
from models.deposits import Block
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.onboardings import OnboardingOutcome, OnboardingStep
from models.policies import MarketPolicy
from models.rules.blocks import Standing, Why, blocked_by
from models.tables import CaseRow

routes = APIRouter(tags=["Providers 服务商"])
ONBOARDING, DEPOSIT, ACCOUNT = PROVIDER_ONBOARDINGS.name, DEPOSIT_ACCOUNTS.name, BANK_ACCOUNTS.name
Newest = Mapping[str, CaseRow]


class Next(Frozen):
    """Something that waits for the provider, and where to send it."""

    case_id: str
    url: str
    task: str
    accepts: tuple[Accepts, ...]
    """What the provider may send; nothing where it pays."""
    deadline_at: AwareDatetime | None
    attempts_left: int | None


class Console(Frozen):
    """The newest case of each kind, null where there is none."""

    market: str
    provider_id: str
    onboarding: CaseView | None
    deposit: CaseView | None
    bank_account: CaseView | None
    done: list[str] = Field(description="The requirements that are met, or that the market does without.")
    next: list[Next]
    blocked_by: dict[Block, tuple[Why, ...]]


@routes.get("/v1/markets/{market}/providers/{provider_id}/console", summary="A provider's page")
def console(market: str, provider_id: str, office: TheOffice, caller: Identified) -> Console:
    """What a provider's own page shows. Of a provider that has never applied: that it may begin."""
    policy = market_of(office, caller, market)
    if not (caller.may_see(market, provider_id) and provider_id.isascii() and provider_id.isprintable()):
        raise not_found()
    with snapshot(office) as session:
        newest = _newest(session, market, provider_id)
        onboarded = _was_onboarded(session, market, provider_id)
    shown = {process: summary(caller, row) for process, row in newest.items()}
    states = _states(newest)
    return Console(
        market=market,
        provider_id=provider_id,
        onboarding=shown.get(ONBOARDING),
        deposit=shown.get(DEPOSIT),
        bank_account=shown.get(ACCOUNT),
        done=[name for name, state in states.items() if state.is_met],
        next=[each for row in newest.values() for each in _waiting(row)],
        blocked_by=blocked_by(_standing(policy, newest, states, onboarded=onboarded)),
    )


def _newest(session: Session, market: str, provider_id: str) -> Newest:
    """The onboarding first: what it waits for comes before what lives on."""
    mine = select(CaseRow).where(CaseRow.market == market, CaseRow.provider_id == provider_id)
    newest = mine.order_by(col(CaseRow.opened_at).desc(), col(CaseRow.case_id).desc()).limit(1)
    asked = (ONBOARDING, DEPOSIT, ACCOUNT)
    found = {process: session.exec(newest.where(CaseRow.process == process)).first() for process in asked}
    return {process: row for process, row in found.items() if row is not None}


def _was_onboarded(session: Session, market: str, provider_id: str) -> bool:
    """Whoever applies a second time is onboarded already."""
    query = select(CaseRow.case_id).where(
        CaseRow.market == market,
        CaseRow.provider_id == provider_id,
        CaseRow.process == ONBOARDING,
        CaseRow.outcome == OnboardingOutcome.ONBOARDED,
    )
    return session.exec(query.limit(1)).first() is not None


def _states(newest: Newest) -> dict[str, RequirementState]:
    """What the newest onboarding asks for, and how each of it stands."""
    checklist = _data(newest, ONBOARDING).get("checklist", [])
    return {each["name"]: RequirementState(each["state"]) for each in checklist}


def _standing(
    policy: MarketPolicy, newest: Newest, states: Mapping[str, RequirementState], *, onboarded: bool
) -> Standing:
    """Without a proven account nothing can be paid out, also where an operator did without the proof."""
    deposit, fee = _data(newest, DEPOSIT), states.get(OnboardingStep.CERTIFICATION_FEE)
    waived = states.get(OnboardingStep.DEPOSIT) is RequirementState.WAIVED
    asked = (Block.WITHDRAWAL,) if OnboardingStep.BANK_ACCOUNT in states else ()
    return Standing(
        onboarded=onboarded or policy.in_force(ONBOARDING, datetime.now(UTC)) is None,
        held_fen=deposit.get("held_fen", 0),
        due_fen=deposit.get("due_fen", 0),
        by_deposit=() if waived else deposit.get("blocks", ()),
        by_account=_data(newest, ACCOUNT).get("blocks", asked),
        fee_owed=fee is not None and not fee.is_met,
    )


def _data(newest: Newest, process: str) -> dict[str, Any]:
    return dict(newest[process].view["data"]) if process in newest else {}


def _waiting(row: CaseRow) -> list[Next]:
    """The same for whoever looks: it is what the provider may do, not the caller."""
    return [
        Next(
            case_id=row.case_id,
            url=f"/v1/markets/{row.market}/{row.process}/{row.id}/events",
            task=task.name,
            accepts=tuple(each for each in task.accepts if Role.PROVIDER in each.by),
            deadline_at=task.deadline_at,
            attempts_left=task.attempts_left,
        )
        for task in CaseView.model_validate(row.view).tasks
        if task.waiting_on is Party.PROVIDER
    ]
