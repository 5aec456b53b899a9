"""The simulated register over HTTP: filled by whoever tries something, and shown without anybody's papers."""

from activities.gateways.simulated.registries import SimulatedRealNames, SimulatedRegistry
from tests.api.caller import Json, refusal
from tests.api.conftest import Quiet
from tests.companies import CARD_NUMBER, PERSON_NAME, card, new_number, registered

COMPANIES = "/simulator/companies"


def entry(licence_number: str, **changes: object) -> Json:
    company = registered(licence_number=licence_number).model_dump(mode="json", exclude={"status"})
    person = {"name": PERSON_NAME, "document": {"type": "resident_id", "number": CARD_NUMBER}}
    return {**company, "legal_representative": person, **changes}


async def test_a_company_that_is_entered_can_be_verified(quiet: Quiet) -> None:
    number = new_number()
    entered = await quiet.call("POST", COMPANIES, None, json=entry(number))
    known = registered(licence_number=number)
    assert entered.status_code == 201, entered.text
    assert entered.json() == known.model_dump(mode="json")
    assert SimulatedRegistry(quiet.engine).look_up(number) == known
    assert SimulatedRealNames(quiet.engine).matches(PERSON_NAME, card()) is True


async def test_the_register_shows_companies_and_no_documents(quiet: Quiet) -> None:
    number = new_number()
    await quiet.call("POST", COMPANIES, None, json=entry(number, status="revoked"))
    shown = await quiet.get(COMPANIES, None)
    assert (
        registered(licence_number=number, status="revoked").model_dump(mode="json")
        in (shown.json()["companies"])
    )
    assert CARD_NUMBER not in shown.text


async def test_what_is_no_company_is_refused_without_repeating_it(quiet: Quiet, untouched: None) -> None:
    spoilt = entry(new_number(), legal_representative={"name": PERSON_NAME, "document": CARD_NUMBER})
    answer = await quiet.call("POST", COMPANIES, None, json=spoilt)
    refusal(answer, 422, "invalid")
    assert CARD_NUMBER not in answer.text
