"""Letting cases in: each id once for ever, and what must be unique while a case is open."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from models.cases import Actor, Opening
from models.policies import MarketPolicy
from models.processes import Process
from models.rules.findings import Finding
from models.tables import AdmissionRow
from models.tables.privacy import Cipher


class NotOffered(Exception):
    """This market does not run the process, or does not exist."""


class IdTaken(Exception):
    """The id belongs to a case that was asked for with another body."""

    def __init__(self, case_id: str) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class HoldTaken(Exception):
    """An open case holds what this one needs for itself."""

    def __init__(self, case_id: str | None, finding: Finding) -> None:
        super().__init__(finding.code)
        self.case_id, self.finding = case_id, finding


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
        case_id, digest = f"{process.name}:{market}:{asked['id']}", self.cipher.digest(asked)
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
        admitted = process.admit(body, policy, opening, self.policies[market])
        row = {
            **opening.model_dump(include={"case_id", "market", "process", "provider_id", "digest"}),
            "workflow": process.workflow,
            "input": admitted.input,
            "private": self.cipher.seal(admitted.private, case_id) if admitted.private else None,
            "hold": admitted.hold,
            "open": True,
            "admitted_at": at,
        }
        with Session(self.engine) as session, session.begin():
            inserted = (
                insert(AdmissionRow).values(row).on_conflict_do_nothing().returning(col(AdmissionRow.case_id))
            )
            if session.execute(inserted).first() is not None:
                return Admission(case_id, process.workflow, admitted.input, is_new=True)
        with Session(self.engine) as session:
            if known := _known(session, case_id, digest):
                return known
            holder = select(AdmissionRow.case_id).where(
                AdmissionRow.market == market, AdmissionRow.hold == admitted.hold, col(AdmissionRow.open)
            )
            raise HoldTaken(session.exec(holder).first(), _busy(admitted.hold_field, admitted.hold_rule))


def _known(session: Session, case_id: str, digest: str) -> Admission | None:
    row = session.get(AdmissionRow, case_id)
    if row is None:
        return None
    if not hmac.compare_digest(row.digest, digest):
        raise IdTaken(case_id)
    return Admission(case_id, row.workflow, row.input, is_new=False)


def _busy(field: str | None, rule: str | None) -> Finding:
    return Finding(
        field=field or "id",
        code="busy",
        rule=rule,
        detail="another open case holds it",
        next="wait until that case has ended, or choose another",
    )
