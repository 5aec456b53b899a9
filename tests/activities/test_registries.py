"""The simulated registries: whom they know, how they are filled, and how they misbehave when told to."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, delete, text
from sqlmodel import Session

from activities.gateways.payments import GatewayRefused, GatewayUnavailable
from activities.gateways.simulated.misbehaving import Behaviour, misbehave
from activities.gateways.simulated.registries import SimulatedRealNames, SimulatedRegistry
from models.identity import RegisteredCompany
from models.tables.simulated import SimulatedMisbehaviour
from tests.companies import CARD_NUMBER, PERSON_NAME, card, new_number, registered


@pytest.fixture
def registry(engine: Engine) -> Iterator[SimulatedRegistry]:
    """It forgets how it was told to misbehave, whatever a test made of it."""
    yield SimulatedRegistry(engine)
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


@pytest.fixture
def real_names(registry: SimulatedRegistry) -> SimulatedRealNames:
    return SimulatedRealNames(registry.engine)


@pytest.fixture
def company(registry: SimulatedRegistry) -> RegisteredCompany:
    company = registered(licence_number=new_number())
    registry.enter(company, card())
    return company


def test_who_was_entered_is_known(
    registry: SimulatedRegistry, real_names: SimulatedRealNames, company: RegisteredCompany
) -> None:
    assert registry.look_up(company.licence_number) == company
    assert real_names.matches(PERSON_NAME, card()) is True
    assert real_names.matches("李样品", card()) is False


def test_who_was_not_entered_is_unknown(registry: SimulatedRegistry, real_names: SimulatedRealNames) -> None:
    assert registry.look_up(new_number()) is None
    assert real_names.matches(PERSON_NAME, card(404)) is None


def test_a_company_that_is_entered_again_is_changed(
    registry: SimulatedRegistry, real_names: SimulatedRealNames, company: RegisteredCompany
) -> None:
    changes = {"status": "revoked", "founded_on": date(2021, 1, 1), "legal_representative": "李样品"}
    changed = company.model_copy(update=changes)
    registry.enter(changed, card(17))
    assert registry.look_up(company.licence_number) == changed
    assert real_names.matches("李样品", card(17)) is True
    assert real_names.matches(PERSON_NAME, card()) is True


def test_a_document_that_is_entered_again_has_another_holder(real_names: SimulatedRealNames) -> None:
    real_names.enter("陈样品", card(18))
    real_names.enter("李样品", card(18))
    assert real_names.matches("陈样品", card(18)) is False
    assert real_names.matches("李 样品", card(18)) is True


def test_no_document_and_no_holder_is_kept_in_clear(engine: Engine, company: RegisteredCompany) -> None:
    with engine.connect() as connection:
        people = "\n".join(connection.execute(text("SELECT t::text FROM simulated_people t")).scalars())
        companies = "\n".join(connection.execute(text("SELECT t::text FROM simulated_companies t")).scalars())
    assert company.licence_number in companies
    assert people
    assert CARD_NUMBER not in people + companies
    assert PERSON_NAME not in people


CALLS: dict[str, Callable[[Engine, RegisteredCompany], object]] = {
    "registry": lambda engine, company: SimulatedRegistry(engine).look_up(company.licence_number),
    "real_names": lambda engine, _: SimulatedRealNames(engine).matches(PERSON_NAME, card()),
}
UNANSWERED = {
    Behaviour.UNAVAILABLE: GatewayUnavailable,
    Behaviour.LOST_ANSWER: GatewayUnavailable,
    Behaviour.REFUSED: GatewayRefused,
}


@pytest.mark.parametrize("behaviour", UNANSWERED)
@pytest.mark.parametrize("operation", CALLS)
def test_they_misbehave_as_often_as_they_were_told(
    engine: Engine, company: RegisteredCompany, operation: str, behaviour: Behaviour
) -> None:
    misbehave(engine, operation, behaviour, times=2)
    for _ in range(2):
        with pytest.raises(UNANSWERED[behaviour]):
            CALLS[operation](engine, company)
        for name in CALLS.keys() - {operation}:
            assert CALLS[name](engine, company)
    assert CALLS[operation](engine, company)


def test_a_register_that_lies_answers_with_another_name(
    registry: SimulatedRegistry, company: RegisteredCompany
) -> None:
    registry.misbehave(Behaviour.CONTRADICTS)
    lie = registry.look_up(company.licence_number)
    assert lie is not None
    assert lie.name != company.name
    assert lie.model_copy(update={"name": company.name}) == company
    assert registry.look_up(company.licence_number) == company


def test_real_names_that_lie_disown_a_holder(
    real_names: SimulatedRealNames, company: RegisteredCompany
) -> None:
    real_names.misbehave(Behaviour.CONTRADICTS)
    assert real_names.matches(PERSON_NAME, card()) is False
    assert real_names.matches(PERSON_NAME, card()) is True


def test_who_lies_knows_nobody_more_than_before(
    registry: SimulatedRegistry, real_names: SimulatedRealNames
) -> None:
    registry.misbehave(Behaviour.CONTRADICTS)
    real_names.misbehave(Behaviour.CONTRADICTS)
    assert registry.look_up(new_number()) is None
    assert real_names.matches(PERSON_NAME, card(404)) is None
