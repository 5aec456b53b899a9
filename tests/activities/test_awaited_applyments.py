"""What has become of an application: asked until there is news, and nobody's data let out."""

import json
import logging
import re
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, delete, text
from sqlmodel import Session, SQLModel
from temporalio.client import WorkflowHistory
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

import logs
from activities.applyments import Applyments
from activities.gateways.payments import GatewayUnavailable
from activities.gateways.simulated.misbehaving import Behaviour
from models.applyments import (
    Application,
    ApplymentFacts,
    AskedApplyment,
    SeenApplyment,
    Signing,
)
from models.tables.documents.directory import Directory
from models.tables.documents.store import SealedDocuments
from models.tables.simulated import SimulatedMisbehaviour
from tests.activities.applicant import CIPHER, VAULT, Applicant, State, refuses
from tests.activities.awaiting import HOUR, Awaiting
from tests.activities.batches import AT
from tests.applyments import BAD_MAIL, Applying
from worker import RUNNER


@pytest.fixture
def mine(engine: Engine, tmp_path: Path) -> Iterator[Applicant]:
    """The wallet forgets how it was told to misbehave, whatever a test made of it."""
    yield Applicant(Applying(engine), SealedDocuments(Directory(tmp_path), CIPHER))
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


# --- looked at


def test_it_tells_what_has_become_of_an_application(mine: Applicant) -> None:
    known = mine.submits().facts
    mine.applying.signs()
    seen = mine.looks(known)
    assert (seen.facts.signed, seen.facts.can_sign, seen.signing) == (True, False, None)
    assert mine.instruction(seen).amount_fen == mine.applying.asked.amount_fen
    mine.applying.remits()
    mine.applying.is_passed()
    seen = mine.looks(known)
    number = mine.applying.stands.number
    assert seen == SeenApplyment(
        facts=ApplymentFacts(
            submission=1,
            state=State.FINISH,
            review_passed=True,
            account_verified=True,
            signed=True,
            number=number,
        )
    )
    assert number is not None


def test_a_rejection_comes_with_its_reasons(mine: Applicant) -> None:
    known = mine.submits().facts
    mine.applying.is_rejected(BAD_MAIL)
    seen = mine.looks(known)
    assert (seen.facts.state, seen.facts.reasons) == (State.REJECTED, (BAD_MAIL,))
    assert (seen.instruction, seen.signing) == (None, None)


def test_what_is_seen_is_of_the_submission_that_was_known(mine: Applicant) -> None:
    known = mine.submits().facts
    assert mine.looks().facts.submission == 1
    assert mine.looks(known.model_copy(update={"submission": 3})).facts.submission == 3


def test_what_the_wallet_does_not_know_is_not_confirmed(mine: Applicant) -> None:
    for ask in (mine.looks, mine.hears):
        with pytest.raises(ApplicationError) as none:
            ask()
        assert (none.value.type, none.value.non_retryable) == ("NotConfirmed", False)
    known = mine.submits().facts
    with pytest.raises(ApplicationError, match="not confirmed"):
        mine.looks(known, market="rehearsal")


@pytest.mark.parametrize("said", ["6222000011112222", None])
def test_the_account_that_was_sent_pays_unless_the_wallet_names_one(
    mine: Applicant, said: str | None
) -> None:
    """TCM-WX-06."""
    sent = mine.applying.account
    other = mine.but(changes={"payer_number": said})
    assert other.instruction(other.submits()).payer_number == (said or sent.number)
    sealed = VAULT.seal(sent, mine.case_id)
    assert other.instruction(other.looks(account=sealed)).payer_number == (said or sent.number)
    assert other.instruction(other.looks()).payer_number == (said or "")
    refuses(lambda: other.looks(account=VAULT.seal(sent, "another-case")), sent.number)


# --- waited for


STEPS: dict[str, Callable[[Applying], object]] = {
    "review": Applying.is_passed,
    "account": Applying.remits,
    "signature": Applying.signs,
    "rejection": Applying.is_rejected,
    "freezing": lambda mine: mine.wallet.freeze(mine.reference),
    "end": lambda mine: mine.wallet.cancel(mine.reference),
}


@pytest.mark.parametrize("step", STEPS)
def test_whatever_happens_is_news_once(mine: Applicant, step: str) -> None:
    known = mine.submits().facts
    assert mine.hears(known) is None
    STEPS[step](mine.applying)
    news = mine.hears(known)
    assert news is not None
    assert news.facts != known
    assert mine.hears(news.facts) is None


def test_what_is_older_than_what_is_known_is_no_news(mine: Applicant) -> None:
    known = mine.submits().facts
    mine.applying.remits()
    mine.applying.signs()
    known = mine.looks(known).facts
    mine.applying.wallet.misbehave("wallet_look_up", Behaviour.STALE)
    assert mine.hears(known) is None


@pytest.mark.parametrize(
    ("after", "reason", "is_news"),
    [
        (timedelta(minutes=10) - timedelta(microseconds=1), BAD_MAIL.reason, False),
        (timedelta(minutes=10), BAD_MAIL.reason, True),
        (timedelta(), "another", True),
    ],
)
def test_a_rejection_that_repeats_the_last_one_is_news_after_a_while(
    mine: Applicant, after: timedelta, reason: str, is_news: bool
) -> None:
    mine.submits()
    mine.applying.is_rejected(BAD_MAIL)
    last, known = mine.looks().facts, mine.submits(2).facts
    mine.applying.is_rejected(BAD_MAIL.model_copy(update={"reason": reason}))
    later = mine.but(at=AT + after)
    assert (later.hears(known, last=last) is not None) == is_news


@pytest.mark.parametrize("behaviour", [Behaviour.UNAVAILABLE, Behaviour.LOST_ANSWER])
def test_without_an_answer_it_is_asked_again(mine: Applicant, behaviour: Behaviour) -> None:
    known = mine.submits().facts
    mine.applying.signs()
    mine.applying.wallet.misbehave("wallet_look_up", behaviour, times=2)
    for ask in (mine.looks, mine.hears):
        with pytest.raises(GatewayUnavailable):
            ask(known)
    assert mine.hears(known)
    mine.applying.wallet.misbehave("wallet_look_up", Behaviour.REFUSED)
    assert refuses(lambda: mine.looks(known)) == "told_to_refuse"


# --- the same in a workflow, by Temporal's clock, and what it leaves behind


async def played(
    env: WorkflowEnvironment, mine: Applicant, asked: AskedApplyment
) -> tuple[SeenApplyment, WorkflowHistory]:
    """What a workflow heard in the end, and its history."""
    queue = f"awaiting-{uuid.uuid4().hex}"
    wallet = mine.applying.wallet
    applyments = Applyments(mine.applying.engine, wallet, mine.documents, VAULT)
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            env.client,
            task_queue=queue,
            workflows=[Awaiting],
            activities=[applyments.wait],
            activity_executor=threads,
            workflow_runner=RUNNER,
            interceptors=[logs.OfActivities()],
        ):
            handle = await env.client.start_workflow(Awaiting.run, asked, id=queue, task_queue=queue)
            heard = await handle.result()
    return heard, await handle.fetch_history()


async def test_a_rejection_gets_old_by_the_clock_of_the_case(
    env: WorkflowEnvironment, mine: Applicant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mine.submits()
    mine.applying.is_rejected()
    last, known = mine.looks().facts, mine.submits(2).facts
    mine.applying.is_rejected()
    began = await env.get_current_time()
    question = mine.question(known, submitted_at=began, stale_for=3 * HOUR, last=last)
    heard, history = await played(env, mine, question)
    assert heard.facts.state is State.REJECTED
    assert 3 * HOUR <= history.events[-1].event_time.ToDatetime(UTC) - began < 5 * HOUR
    assert "Unchanged" in caplog.text
    assert not personal(mine, caplog.text)
    stored = b"".join(event.SerializeToString() for event in history.events)
    assert not personal(mine, stored.decode(errors="replace"))


# --- nobody's data


def personal(mine: Applicant, words: str) -> list[str]:
    """Whatever is personal, or only the provider's to know, and stands in it."""
    form = json.loads(mine.applying.company.model_dump_json(include={"administrator", "representative"}))
    secrets = [
        value
        for part in form.values()
        for name, value in part.items()
        if name not in ("type", "document_type")
    ]
    secrets += [mine.applying.account.number, "simulator/wallet"]
    forms = {form for each in secrets for form in (each, json.dumps(each)[1:-1], each.encode().hex())}
    return [each for each in forms if each in words]


def test_nothing_personal_stands_in_what_is_returned_or_kept(own_engine: Engine, tmp_path: Path) -> None:
    mine = Applicant(Applying(own_engine), SealedDocuments(Directory(tmp_path), CIPHER))
    assert personal(mine, mine.applying.company.model_dump_json())
    told = mine.form()
    answers = [mine.asks.submit(told), mine.looks()]
    amount = mine.applying.asked.amount_fen
    mine.applying.signs()
    answers.append(mine.looks())
    for words in (told.model_dump_json(), repr(told), *(each.model_dump_json() for each in answers)):
        assert not personal(mine, words)
    assert all(not re.search(rf"\b{amount}\b", each.facts.model_dump_json()) for each in answers)
    with own_engine.connect() as connection:
        for table in SQLModel.metadata.tables:
            if not table.startswith("simulated_"):
                rows = "\n".join(connection.execute(text(f"SELECT t::text FROM {table} t")).scalars())
                assert not personal(mine, rows), table


def test_what_is_sent_and_answered_shows_itself_in_no_log(mine: Applicant) -> None:
    mine.submits()
    said = (
        mine.applying.form(),
        mine.applying.stands,
        mine.applying.asked,
        Signing(sign_url="http://a.test/x"),
    )
    for value in said:
        assert not personal(mine, f"{value!r} {value}")
        assert "a.test" not in repr(value)
    with pytest.raises(ValidationError) as half:
        Application.model_validate({"account": mine.applying.account.number})
    assert not personal(mine, str(half.value))
