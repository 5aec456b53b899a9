"""A provider's own page in one call: how far its onboarding is, what is next, and what is barred and why."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from api.auth import Identified
from api.office import TheOffice
from api.reading import provider_of, summary
from models.base import Frozen
from models.cases import Accepts, CaseView, Party, Role
from models.deposits import Block
from models.listing_tasks import CORRECTION, FIRST_VERSION, LISTING, NOTICE, PRODUCT_DRAFTS, RELISTING
from models.rules.blocks import Why
from models.tables import CaseRow
from models.tables.listings import products_with
from models.tables.selling import (
    ACCOUNT,
    DEPOSIT,
    MERCHANT,
    ONBOARDING,
    SETTLEMENT,
    SHOP,
    cases_of,
    newest_of,
    selling_by,
    states_of,
)

routes = APIRouter(tags=["Providers 服务商"])
ITS_PEOPLE = (Party.PROVIDER, Party.SIGNATORY)
"""Whom a provider hears from on its own page."""

AT_LEISURE = (FIRST_VERSION.name, PRODUCT_DRAFTS.accepted.name)
"""What a provider may do at any time, and nothing waits for."""
ASKING = tuple(each.name for each in (LISTING, CORRECTION, RELISTING, PRODUCT_DRAFTS.returned, NOTICE))
"""What a product asks of its provider."""
SHOWN = 20
"""Of how many products at most that is shown: the worklist has all."""


class Next(Frozen):
    """Something that waits for the provider or for somebody of its people, and where to send it."""

    case_id: str
    url: str
    task: str
    waiting_on: Party
    accepts: tuple[Accepts, ...]
    """What the provider may send; nothing where it pays, or somebody scans a code."""
    deadline_at: AwareDatetime | None
    attempts_left: int | None


class Console(Frozen):
    """The newest case of each kind, null where there is none."""

    market: str
    provider_id: str
    onboarding: CaseView | None
    deposit: CaseView | None
    bank_account: CaseView | None
    merchant_account: CaseView | None
    settlement_account: CaseView | None
    shop: CaseView | None
    done: list[str] = Field(description="The requirements that are met, or that the market does without.")
    next: list[Next] = Field(description="Of products, what the 20 newest ask for.")
    blocked_by: dict[Block, tuple[Why, ...]]


@routes.get("/v1/markets/{market}/providers/{provider_id}/console", summary="A provider's page")
def console(market: str, provider_id: str, office: TheOffice, caller: Identified) -> Console:
    """What a provider's own page shows. Of a provider that has never applied: that it may begin."""
    policy = provider_of(office, caller, market, provider_id)
    with Session(office.engine) as session:
        cases = cases_of(session, market, provider_id)
        products = products_with(session, market, provider_id, ASKING, SHOWN)
    newest = newest_of(cases)
    shown = {process: summary(caller, row) for process, row in newest.items()}
    return Console(
        market=market,
        provider_id=provider_id,
        onboarding=shown.get(ONBOARDING),
        deposit=shown.get(DEPOSIT),
        bank_account=shown.get(ACCOUNT),
        merchant_account=shown.get(MERCHANT),
        settlement_account=shown.get(SETTLEMENT),
        shop=shown.get(SHOP),
        done=[name for name, state in states_of(newest).items() if state.is_met],
        next=[each for row in (*newest.values(), *products) for each in _waiting(row)],
        blocked_by=dict(selling_by(cases, policy, datetime.now(UTC)).blocked_by),
    )


def _waiting(row: CaseRow) -> list[Next]:
    """The same for whoever looks: it is what the provider may do, not the caller."""
    return [
        Next(
            case_id=row.case_id,
            url=f"/v1/markets/{row.market}/{row.process}/{row.id}/events",
            task=task.name,
            waiting_on=task.waiting_on,
            accepts=tuple(each for each in task.accepts if Role.PROVIDER in each.by),
            deadline_at=task.deadline_at,
            attempts_left=task.attempts_left,
        )
        for task in CaseView.model_validate(row.view).tasks
        if task.waiting_on in ITS_PEOPLE and task.name not in AT_LEISURE
    ]
