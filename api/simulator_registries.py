"""The simulated company register, shown and filled: who is not in it cannot be verified.

Mounted on the embedded stack only. It is nobody's real register, and asks nobody who they are.
"""

from http import HTTPStatus

from fastapi import APIRouter
from sqlmodel import Session, col, select

from activities.gateways.simulated.registries import SimulatedRegistry
from api.office import TheOffice
from api.strict_json import StrictRoute
from models.base import Fen, Frozen, Text
from models.identity import CompanyStatus, LicenceNumber, Person, RegisteredCompany
from models.periods import Day
from models.tables.simulated_registries import SimulatedCompany

routes = APIRouter(
    prefix="/simulator", tags=["Simulated outside world 模拟外部世界"], route_class=StrictRoute
)


class EnterCompany(Frozen):
    """A company, with the person who may act for it."""

    name: Text
    licence_number: LicenceNumber
    legal_representative: Person
    founded_on: Day
    registered_capital_fen: Fen
    status: CompanyStatus = "active"


class Register(Frozen):
    companies: list[RegisteredCompany]


@routes.post("/companies", status_code=HTTPStatus.CREATED, summary="Enter a company in the register")
def enter(company: EnterCompany, office: TheOffice) -> RegisteredCompany:
    """It can be verified from now on, and so can its legal representative. Entered again, it is changed."""
    person = company.legal_representative
    facts = company.model_dump(exclude={"legal_representative"})
    registered = RegisteredCompany(**facts, legal_representative=person.name)
    SimulatedRegistry(office.engine).enter(registered, person.document)
    return registered


@routes.get("/companies", summary="What the register holds")
def register(office: TheOffice) -> Register:
    """At most 200 companies. The documents of their people are nobody's to read."""
    with Session(office.engine) as session:
        rows = session.exec(
            select(SimulatedCompany).order_by(col(SimulatedCompany.licence_number)).limit(200)
        )
        return Register(companies=[RegisteredCompany.model_validate(row.model_dump()) for row in rows])
