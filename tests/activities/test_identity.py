"""The enterprise real-name check: both systems asked, their answers compared, nobody's name let out."""

import json
import logging
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

import logs
from activities.gateways.payments import GatewayUnavailable
from activities.gateways.simulated.misbehaving import Behaviour, misbehave
from activities.gateways.simulated.registries import SimulatedRealNames, SimulatedRegistry
from activities.identity import Identities
from models.identity import (
    AskedFacts,
    AskedIdentity,
    CompanyIdentity,
    Contradiction,
    RegisteredCompany,
    VerifiedIdentity,
)
from models.private import Sealed
from models.rules.identity.licences import SubjectType
from models.tables.privacy import Cipher, Vault
from models.tables.simulated import SimulatedMisbehaviour
from tests.activities.verifying import Verifying
from tests.companies import CARD_NUMBER, COMPANY_NAME, PERSON_NAME, card, new_number, person, registered, said
from tests.conftest import SECRET
from worker import RUNNER

CASE = "provider-onboardings:aliyun:pa-1"
VAULT = Vault(Cipher(SECRET))
OPERATIONS = ("registry", "real_names")


@pytest.fixture
def identities(engine: Engine) -> Iterator[Identities]:
    """Both systems forget how they were told to misbehave, whatever a test made of them."""
    yield Identities(SimulatedRegistry(engine), SimulatedRealNames(engine), VAULT)
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


@pytest.fixture
def company(engine: Engine) -> RegisteredCompany:
    company = registered(licence_number=new_number())
    SimulatedRegistry(engine).enter(company, card())
    return company


@pytest.fixture
def asked(company: RegisteredCompany) -> AskedIdentity:
    return asking(said(licence_number=company.licence_number))


def asking(identity: CompanyIdentity, case_id: str = CASE, **changes: object) -> AskedIdentity:
    asked = AskedIdentity(
        market="aliyun",
        case_id=case_id,
        round=1,
        identity=VAULT.seal(identity, CASE),
        licence_number=identity.licence_number,
    )
    return asked.model_copy(update=changes)


def is_personal(words: str | bytes) -> bool:
    """Whether somebody's name or number stands in it, as it is or as JSON has it."""
    raw = words.encode() if isinstance(words, str) else words
    forms = (PERSON_NAME.encode(), json.dumps(PERSON_NAME)[1:-1].encode(), CARD_NUMBER.encode())
    return any(form in raw for form in forms)


def refused(identities: Identities, asked: AskedIdentity) -> ApplicationError:
    """The check's final no, without anybody's name in it, nor in what caused it."""
    with pytest.raises(ApplicationError) as error:
        identities.verify(asked)
    assert (error.value.type, error.value.non_retryable) == ("Refused", True)
    assert not is_personal(str(error.value))
    assert not is_personal(str(error.value.__cause__))
    return error.value


def test_what_is_looked_for_can_be_found(asked: AskedIdentity) -> None:
    opened = VAULT.open(asked.identity, CASE, CompanyIdentity).legal_representative
    assert is_personal(opened.name)
    assert is_personal(json.dumps({"number": opened.document.number}).encode())
    assert is_personal(json.dumps({"name": opened.name}))


def test_a_company_that_is_who_it_says_is_verified(
    identities: Identities, asked: AskedIdentity, company: RegisteredCompany
) -> None:
    """ALI-ONB-04, TCM-ONB-12: with the facts as the register has them."""
    assert identities.verify(asked) == VerifiedIdentity(
        matched=True,
        company_name=COMPANY_NAME,
        founded_on=date(2020, 2, 29),
        registered_capital_fen=50_000_000,
        subject=SubjectType.ENTERPRISE,
    )


def test_its_name_is_the_registers_from_then_on(identities: Identities, company: RegisteredCompany) -> None:
    """TCM-ONB-13."""
    asked = asking(
        said(company_name="金丝雀样品 (北京) 云计算有限公司", licence_number=company.licence_number)
    )
    assert identities.verify(asked).company_name == COMPANY_NAME


def test_a_company_that_nobody_knows_is_not_verified(identities: Identities) -> None:
    identity = said(licence_number=new_number(), legal_representative=person(document=card(404)))
    assert identities.verify(asking(identity)) == VerifiedIdentity(
        matched=False,
        contradictions=(
            Contradiction(field="licence_number", code="not-in-registry"),
            Contradiction(field="legal_representative.document", code="person-unknown"),
        ),
    )


def test_a_lie_of_the_register_is_a_contradiction(
    engine: Engine, identities: Identities, asked: AskedIdentity
) -> None:
    misbehave(engine, "registry", Behaviour.CONTRADICTS)
    found = (Contradiction(field="company_name", code="contradicts-registry"),)
    assert identities.verify(asked) == VerifiedIdentity(matched=False, contradictions=found)
    assert identities.verify(asked).matched


def test_a_lie_about_the_person_is_a_contradiction(
    engine: Engine, identities: Identities, asked: AskedIdentity
) -> None:
    misbehave(engine, "real_names", Behaviour.CONTRADICTS)
    found = (Contradiction(field="legal_representative", code="name-and-number-do-not-match"),)
    assert identities.verify(asked) == VerifiedIdentity(matched=False, contradictions=found)
    assert identities.verify(asked).matched


@pytest.mark.parametrize("behaviour", [Behaviour.UNAVAILABLE, Behaviour.LOST_ANSWER])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_without_an_answer_the_question_may_be_asked_again(
    engine: Engine, identities: Identities, asked: AskedIdentity, operation: str, behaviour: Behaviour
) -> None:
    misbehave(engine, operation, behaviour)
    with pytest.raises(GatewayUnavailable):
        identities.verify(asked)
    assert identities.verify(asked).matched


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_no_is_final(engine: Engine, identities: Identities, asked: AskedIdentity, operation: str) -> None:
    misbehave(engine, operation, Behaviour.REFUSED)
    assert refused(identities, asked).message == "told_to_refuse"


def test_what_was_sealed_for_another_case_is_refused(identities: Identities, asked: AskedIdentity) -> None:
    refused(identities, asked.model_copy(update={"case_id": f"{CASE}-2"}))


def test_what_is_not_an_identity_is_refused_without_its_words(
    identities: Identities, asked: AskedIdentity
) -> None:
    refused(identities, asked.model_copy(update={"identity": VAULT.seal(person(), CASE)}))
    refused(identities, asked.model_copy(update={"identity": Sealed(sealed="A" * 64)}))


def test_an_identity_under_another_licence_number_is_refused(
    identities: Identities, asked: AskedIdentity
) -> None:
    refused(identities, asked.model_copy(update={"licence_number": new_number()}))


def test_a_form_is_held_against_the_register(
    engine: Engine, identities: Identities, company: RegisteredCompany
) -> None:
    """TCM-ONB-13, TCM-ELIG-03, -04."""
    facts = AskedFacts(
        market="tencent-cloud",
        licence_number=company.licence_number,
        founded_on=company.founded_on,
        registered_capital_fen=company.registered_capital_fen,
    )
    assert identities.compare(facts).contradictions == ()
    richer = facts.model_copy(update={"registered_capital_fen": company.registered_capital_fen + 1})
    found = Contradiction(field="registered_capital_fen", code="contradicts-registry")
    assert identities.compare(richer).contradictions == (found,)
    unknown = facts.model_copy(update={"licence_number": new_number()})
    assert [each.code for each in identities.compare(unknown).contradictions] == ["not-in-registry"]
    misbehave(engine, "registry", Behaviour.UNAVAILABLE)
    with pytest.raises(GatewayUnavailable):
        identities.compare(facts)
    misbehave(engine, "registry", Behaviour.REFUSED)
    with pytest.raises(ApplicationError, match="told_to_refuse"):
        identities.compare(facts)


# --- the same in a workflow: what stays behind in its history and in the log


Handle = WorkflowHandle[Verifying, VerifiedIdentity]


async def played(
    env: WorkflowEnvironment, identities: Identities, asked: AskedIdentity
) -> tuple[Handle, bytes]:
    """A workflow that has ended, and its history as it is stored."""
    queue = f"verifying-{uuid.uuid4().hex}"
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            env.client,
            task_queue=queue,
            workflows=[Verifying],
            activities=[identities.verify],
            activity_executor=threads,
            workflow_runner=RUNNER,
            interceptors=[logs.OfActivities()],
        ):
            handle = await env.client.start_workflow(Verifying.run, asked, id=queue, task_queue=queue)
            with suppress(WorkflowFailureError):
                await handle.result()
    history = await handle.fetch_history()
    return handle, b"".join(event.SerializeToString() for event in history.events)


async def test_whatever_is_down_and_comes_up_again_answers_in_the_end(
    env: WorkflowEnvironment,
    engine: Engine,
    identities: Identities,
    asked: AskedIdentity,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    misbehave(engine, "registry", Behaviour.UNAVAILABLE, times=2)
    misbehave(engine, "real_names", Behaviour.LOST_ANSWER, times=2)
    handle, history = await played(env, identities, asked)
    assert (await handle.result()).matched
    assert asked.licence_number.encode() in history
    assert "GatewayUnavailable" in caplog.text
    assert not is_personal(history)
    assert not is_personal(caplog.text)


@pytest.mark.parametrize("spoilt", ["refused", "unreadable", "another case"])
async def test_a_final_no_names_nobody_either(
    env: WorkflowEnvironment,
    engine: Engine,
    identities: Identities,
    asked: AskedIdentity,
    caplog: pytest.LogCaptureFixture,
    spoilt: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    if spoilt == "refused":
        misbehave(engine, "real_names", Behaviour.REFUSED)
    elif spoilt == "unreadable":
        asked = asked.model_copy(update={"identity": VAULT.seal(person(), CASE)})
    else:
        asked = asked.model_copy(update={"case_id": f"{CASE}-2"})
    handle, history = await played(env, identities, asked)
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    no = failed.value.cause.__cause__
    assert isinstance(no, ApplicationError)
    assert no.type == "Refused"
    assert no.message in caplog.text
    assert not is_personal(history)
    assert not is_personal(caplog.text)
