"""A company register and a real-name system that keep their state in PostgreSQL and can be told to misbehave.

A company that nobody entered is unknown, and so is a person.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from activities.gateways.simulated.misbehaving import Behaviour, behaving, misbehave
from models.identity import RegisteredCompany
from models.rules.identity.persons import PersonDocument
from models.rules.verification import normalised
from models.tables.simulated_registries import SimulatedCompany, SimulatedPerson

ANOTHER_NAME = "Some Other Company of the Simulated Register"


@dataclass(frozen=True, slots=True)
class SimulatedRealNames:
    """Real names, asked under the operation `real_names`."""

    engine: Engine

    def matches(self, name: str, document: PersonDocument) -> bool | None:
        with behaving(self.engine, "real_names") as behaviour, Session(self.engine) as session:
            person = session.get(SimulatedPerson, _document_digest(document))
            if person is None:
                return None
            return behaviour is not Behaviour.CONTRADICTS and person.name_digest == _digest(normalised(name))

    def enter(self, name: str, document: PersonDocument) -> None:
        """From now on the document is that of a person of this name."""
        with Session(self.engine) as session, session.begin():
            row = {"document_digest": _document_digest(document), "name_digest": _digest(normalised(name))}
            entered = insert(SimulatedPerson).values(row)
            session.execute(entered.on_conflict_do_update(index_elements=["document_digest"], set_=row))

    def misbehave(self, behaviour: Behaviour, times: int = 1) -> None:
        """Fail the next questions."""
        misbehave(self.engine, "real_names", behaviour, times)


@dataclass(frozen=True, slots=True)
class SimulatedRegistry:
    """A company register, asked under the operation `registry`."""

    engine: Engine

    def look_up(self, licence_number: str) -> RegisteredCompany | None:
        with behaving(self.engine, "registry") as behaviour, Session(self.engine) as session:
            row = session.get(SimulatedCompany, licence_number)
            if row is None:
                return None
            company = RegisteredCompany.model_validate(row.model_dump())
            if behaviour is Behaviour.CONTRADICTS:
                return company.model_copy(update={"name": ANOTHER_NAME})
            return company

    def enter(self, company: RegisteredCompany, document: PersonDocument) -> None:
        """A company is founded, or changed; its legal representative holds this document."""
        SimulatedRealNames(self.engine).enter(company.legal_representative, document)
        with Session(self.engine) as session, session.begin():
            row = company.model_dump()
            entered = insert(SimulatedCompany).values(row)
            session.execute(entered.on_conflict_do_update(index_elements=["licence_number"], set_=row))

    def misbehave(self, behaviour: Behaviour, times: int = 1) -> None:
        """Fail the next look-ups."""
        misbehave(self.engine, "registry", behaviour, times)


def _document_digest(document: PersonDocument) -> str:
    return _digest(f"{document.type}:{document.number}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
