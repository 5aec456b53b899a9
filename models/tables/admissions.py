"""Letting cases in: each id once for ever, and what must be unique while a case is open."""

import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from models.admitting import Admitted, Hold
from models.cases import Actor, Opening
from models.deposits import Block
from models.listing_process import PRODUCT_REVIEWS
from models.policies import ListingPolicy, MarketPolicy, ProcessPolicy
from models.process import Process
from models.rules.blocks import Why, block_findings
from models.rules.findings import Finding, Refused
from models.rules.on_sale import sale_findings
from models.tables import AdmissionRow, HoldRow
from models.tables.listings import offered
from models.tables.privacy import Cipher
from models.tables.selling import selling_of


class NotOffered(Exception):
    """This market does not run the process, or does not exist."""


class IdTaken(Exception):
    """The id belongs to a case that was asked for with another body."""

    def __init__(self, case_id: str) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class Taken(NamedTuple):
    """A hold that an open case has. None of its holder is known where that has closed in this moment."""

    finding: Finding
    case_id: str | None = None
    provider_id: str | None = None


class HoldTaken(Exception):
    """Open cases hold what this one needs for itself."""

    def __init__(self, *taken: Taken) -> None:
        super().__init__(", ".join(each.finding.field for each in taken))
        self.taken = taken

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(each.finding for each in self.taken)

    @property
    def case_id(self) -> str | None:
        """The first holder that is known."""
        return next((each.case_id for each in self.taken if each.case_id), None)


@dataclass(frozen=True, slots=True)
class Admission:
    case_id: str
    workflow: str
    input: dict[str, Any]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Admissions:
    engine: Engine
    policies: dict[str, MarketPolicy]
    cipher: Cipher

    def admit(self, process: Process, market: str, body: BaseModel, by: Actor, at: datetime) -> Admission:
        """Let a case in, under the policy in force. A repeat finds the admission there was.

        Raises NotOffered, Refused, IdTaken or HoldTaken, and then leaves nothing behind.
        """
        policy = self.policies[market].in_force(process.name, at) if market in self.policies else None
        if policy is None:
            raise NotOffered
        asked = body.model_dump(mode="json")
        case_id, digest = process.case_id(market, asked["id"]), self.cipher.digest(asked)
        with Session(self.engine) as session:
            if known := _known(session, case_id, digest):
                return known
        opening = Opening(
            case_id=case_id,
            process=process.name,
            market=market,
            id=asked["id"],
            provider_id=asked.get("provider_id"),
            policy_version=policy.version,
            opened_at=at,
            opened_by=by,
            digest=digest,
        )
        admitted = self._admitted(process, body, policy, opening)
        row = {
            **opening.model_dump(include={"case_id", "market", "process", "provider_id", "digest"}),
            "workflow": process.workflow,
            "input": admitted.input,
            "private": self.cipher.seal(admitted.private, case_id) if admitted.private else None,
            "open": True,
            "admitted_at": at,
        }
        with Session(self.engine) as session:
            new = insert(AdmissionRow).values(row).on_conflict_do_nothing()
            if session.execute(new.returning(col(AdmissionRow.case_id))).first() is None:
                session.rollback()
                known = _known(session, case_id, digest)
                assert known is not None  # it was in the way, and admissions stay
                return known
            if busy := _hold(session, market, case_id, admitted.holds):
                session.rollback()
                raise HoldTaken(*_holders(session, market, busy))
            session.commit()
        return Admission(case_id, process.workflow, admitted.input, is_new=True)

    def _admitted(
        self, process: Process, body: BaseModel, policy: ProcessPolicy, opening: Opening
    ) -> Admitted:
        """What the process lets in. What is wrong with it, and what bars its provider, is said at once."""
        market, provider_id = self.policies[opening.market], opening.provider_id
        if process.guarded_by is None or provider_id is None:
            return process.admit(body, policy, opening, market)
        with Session(self.engine) as session:
            selling = selling_of(session, market, provider_id, opening.opened_at)
            unsold = _unsold(session, process, body, market, opening, selling.blocked_by[Block.LISTING])
        barred = [*unsold, *block_findings(selling.blocked_by[process.guarded_by], "provider_id")]
        try:
            admitted = process.admit(body, policy, opening, market)
        except Refused as refused:
            raise Refused(*refused.findings, *barred) from None
        if barred:
            raise Refused(*barred)
        return admitted.model_copy(update={"input": admitted.input | process.keeps(selling)})


def _unsold(
    session: Session,
    process: Process,
    body: BaseModel,
    market: MarketPolicy,
    opening: Opening,
    against: Collection[Why],
) -> list[Finding]:
    """Why the product that a request is for is not to be had, if so."""
    if process.product is None or opening.provider_id is None:
        return []
    field, id_of = process.product
    policy = market.in_force(PRODUCT_REVIEWS.name, opening.opened_at)
    terms = policy.terms if isinstance(policy, ListingPolicy) else None
    product = offered(session, market.market, id_of(body))
    return sale_findings(product, opening.provider_id, against, terms, field)


def _hold(session: Session, market: str, case_id: str, holds: Sequence[Hold]) -> list[Hold]:
    """Take them all: those that others have. Everybody takes them in the same order: nobody deadlocks."""
    for hold in sorted(holds, key=lambda each: each.name):
        row = {"market": market, "hold": hold.name, "case_id": case_id}
        session.execute(insert(HoldRow).values(row).on_conflict_do_nothing())
    mine = select(HoldRow.hold).where(HoldRow.market == market, HoldRow.case_id == case_id)
    taken = set(session.exec(mine))
    return [hold for hold in holds if hold.name not in taken]


def _holders(session: Session, market: str, holds: Sequence[Hold]) -> list[Taken]:
    """Who has them, in the order they were asked for."""
    query = (
        select(HoldRow.hold, AdmissionRow.case_id, AdmissionRow.provider_id)
        .join(AdmissionRow, col(AdmissionRow.case_id) == col(HoldRow.case_id))
        .where(HoldRow.market == market, col(HoldRow.hold).in_([each.name for each in holds]))
    )
    found = {hold: (case_id, provider_id) for hold, case_id, provider_id in session.exec(query)}
    return [Taken(_busy(each), *found.get(each.name, ())) for each in holds]


def _known(session: Session, case_id: str, digest: str) -> Admission | None:
    row = session.get(AdmissionRow, case_id)
    if row is None:
        return None
    if not hmac.compare_digest(row.digest, digest):
        raise IdTaken(case_id)
    return Admission(case_id, row.workflow, row.input, is_new=False)


def _busy(hold: Hold) -> Finding:
    return Finding(
        field=hold.field,
        code="busy",
        rule=hold.rule,
        detail="another open case holds it",
        next="wait until that case has ended, or choose another",
    )
