"""How long the steps of a review take, in a market and for one case."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from api.auth import Identified
from api.office import TheOffice
from api.problems import not_found
from api.reading import find, market_of, snapshot
from api.routing import of_every_process
from api.versions import LISTINGS
from models.base import Frozen
from models.cases import CaseView
from models.estimates import MEASURED_FOR, Estimate, ReviewStep, StepEstimate
from models.listing_tasks import ESCALATED_REVIEW, EXPEDITED_REVIEW, REVIEW
from models.listing_terms import ListingTerms
from models.listings import REVISION
from models.policies import ListingPolicy, MarketPolicy
from models.process import Process
from models.rules.estimates import Whereabouts, estimate, steps_of
from models.tables import CaseRow
from models.tables.estimates import entered_at, times_of
from models.tables.listings import agreed_with

BY_OPERATORS = {each.name for each in (REVIEW, EXPEDITED_REVIEW, ESCALATED_REVIEW)}


class Estimates(Frozen):
    market: str
    process: str
    measured_since: AwareDatetime = Field(description="Steps that ended before are left out.")
    steps: list[Estimate]


class CaseEstimate(Frozen):
    case_id: str
    steps: list[StepEstimate] = Field(description="To being on sale; none where the case has ended.")


def router() -> APIRouter:
    return of_every_process(_add, LISTINGS)


def _add(routes: APIRouter, process: Process) -> None:
    name = process.name.replace("-", "_")

    @routes.get("/estimates", summary="How long steps take", operation_id=f"estimates_of_{name}")
    def read_estimates(market: str, office: TheOffice, caller: Identified) -> Estimates:
        """Measured by the clock on the wall: nights, holidays and pauses count. `expedited` is a review that
        its provider asked to go first. What its provider took back counts nowhere."""
        policy, now = market_of(office, caller, market), datetime.now(UTC)
        if (terms := _terms(policy, process, now)) is None:
            raise not_found()
        with Session(office.engine) as session:
            found = estimates_of(session, process, market, now, terms)
        return Estimates(
            market=market,
            process=process.name,
            measured_since=now - MEASURED_FOR,
            steps=list(found.values()),
        )

    @routes.get("/{id}/estimate", summary="How long it will take", operation_id=f"estimate_of_{name}")
    def read_estimate(market: str, id: str, office: TheOffice, caller: Identified) -> CaseEstimate:
        """The steps of a case, and when each is expected to be done. A guess: no deadline follows from it.
        The policy's time is what the case was let in with. While something stands against its being on sale,
        nobody knows when it will be."""
        row = find(office, caller, process, market, id)
        policy, now = office.admissions.policies.get(market), datetime.now(UTC)
        with snapshot(office) as session:
            row = session.get_one(CaseRow, row.case_id)
            terms = agreed_with(session, row.case_id) or _terms(policy, process, now)
            found = estimates_of(session, process, market, now, terms)
            where = _whereabouts(session, row)
        return CaseEstimate(case_id=row.case_id, steps=steps_of(where, found, now))


def estimates_of(
    session: Session, process: Process, market: str, now: datetime, terms: ListingTerms | None
) -> dict[ReviewStep, Estimate]:
    """Of every step, by these terms where too little was measured. Without terms nothing is given for it."""
    times, review = times_of(session, market, process.name, now), terms.review if terms else None
    return {step: estimate(step, times.get(step), review) for step in ReviewStep}


def _terms(policy: MarketPolicy | None, process: Process, now: datetime) -> ListingTerms | None:
    """Today's."""
    version = policy.in_force(process.name, now) if policy else None
    return version.terms if isinstance(version, ListingPolicy) else None


def _whereabouts(session: Session, row: CaseRow) -> Whereabouts:
    view = CaseView.model_validate(row.view)
    revision = view.data.get(REVISION)
    facts = revision if isinstance(revision, dict) else {}
    deadlines = (task.deadline_at for task in view.tasks if task.name in BY_OPERATORS)
    stage = facts.get("stage")
    return Whereabouts(
        stage=row.stage,
        revision=str(stage) if stage else None,
        expedited=bool(facts.get("expedited")),
        barred=bool(view.data.get("blocked_by")),
        entered=entered_at(session, row.case_id),
        deadline_at=next(deadlines, None),
    )
