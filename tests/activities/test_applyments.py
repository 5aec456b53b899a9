"""What cases apply for: once for a submission, with what was sealed and handed in, and nothing in clear."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine, delete
from sqlmodel import Session

from activities.applyments import Applyments
from activities.gateways.payments import GatewayUnavailable
from activities.gateways.simulated.misbehaving import Behaviour
from activities.gateways.simulated.wallet import SimulatedWallet
from models.applyments import (
    NOT_SENT,
    Application,
    Applyment,
    ApplymentFacts,
    AuditDetail,
    SeenApplyment,
    Signing,
    applyment_key,
)
from models.bank import Instruction
from models.tables import EffectRow
from models.tables.documents.directory import Directory
from models.tables.documents.store import SealedDocuments, StoreUnavailable
from models.tables.simulated import SimulatedMisbehaviour
from tests.activities.applicant import CIPHER, KIND, PICTURE, VAULT, Applicant, State, refuses
from tests.applyments import BAD_MAIL, Applying
from tests.banking import account, new_number
from tests.merchant_forms import RESPONSIBLE, administrator, company_form


@pytest.fixture
def mine(engine: Engine, tmp_path: Path) -> Iterator[Applicant]:
    """The wallet forgets how it was told to misbehave, whatever a test made of it."""
    yield Applicant(Applying(engine), SealedDocuments(Directory(tmp_path), CIPHER))
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


# --- submitted


def test_what_was_sealed_and_handed_in_reaches_the_wallet(mine: Applicant) -> None:
    wallet = mine.listening
    Applyments(mine.applying.engine, wallet, mine.documents, VAULT).submit(mine.form())
    (sent,) = wallet.sent
    assert (sent.market, sent.reference, sent.submission) == ("tencent-cloud", mine.applying.reference, 1)
    assert (sent.company, sent.account) == (mine.applying.company, mine.applying.account)
    assert {kind: (each.content, each.content_type) for kind, each in sent.pictures.items()} == {
        KIND: (PICTURE, "image/png")
    }


def test_its_facts_come_back_and_the_rest_is_sealed_for_the_case(mine: Applicant) -> None:
    """TCM-WX-01, -06, -08."""
    seen = mine.submits()
    asked = mine.applying.asked
    assert seen.facts == ApplymentFacts(
        submission=1, state=State.ACCOUNT_NEED_VERIFY, remit_by=asked.until, can_sign=True
    )
    assert mine.instruction(seen).model_dump() == asked.model_dump()
    assert seen.signing is not None
    link = VAULT.open(seen.signing, mine.case_id, Signing).sign_url
    assert link == mine.applying.stands.sign_url
    for sealed, model in ((seen.instruction, Instruction), (seen.signing, Signing)):
        assert sealed is not None
        with pytest.raises(InvalidTag):
            VAULT.open(sealed, f"{mine.case_id}-2", model)


def test_a_submission_is_made_once_and_answers_as_it_did(mine: Applicant) -> None:
    first = mine.submits()
    mine.applying.remits()
    assert mine.submits() == first
    assert mine.applying.held.times_asked == 1
    with Session(mine.applying.engine) as session:
        row = session.get_one(EffectRow, applyment_key(mine.case_id, 1))
    assert row.key == f"applyment:{mine.case_id}:1"
    assert row.done_at is not None


def test_a_lost_answer_is_asked_for_again_and_makes_no_second_application(mine: Applicant) -> None:
    mine.applying.wallet.misbehave("wallet_submit", Behaviour.LOST_ANSWER)
    with pytest.raises(GatewayUnavailable):
        mine.submits()
    seen = mine.submits()
    assert mine.applying.held.times_asked == 2
    assert mine.instruction(seen).amount_fen == mine.applying.asked.amount_fen


def test_one_submission_is_one_form(mine: Applicant) -> None:
    mine.submits()
    other = account(number=new_number())
    refuses(lambda: mine.with_form(account=other).submits(), other.number)
    changed = company_form(administrator=administrator(email="other@example.com"))
    refuses(lambda: mine.with_form(company=changed).submits(), "other@example.com")
    assert mine.applying.held.submission == 1


def test_another_submission_is_another_effect_under_the_same_reference(mine: Applicant) -> None:
    mine.submits()
    mine.applying.is_rejected()
    changed = mine.with_form(account=account(number=new_number()))
    seen = changed.submits(2)
    assert (seen.facts.submission, seen.facts.state) == (2, State.ACCOUNT_NEED_VERIFY)
    assert changed.instruction(seen).payer_number == changed.applying.account.number
    assert mine.applying.held.submission == 2


ENDS: dict[str, Callable[[Applying], object]] = {
    "rejected": Applying.is_rejected,
    "canceled": lambda mine: mine.wallet.cancel(mine.reference),
    "lapsed": lambda mine: mine.wallet.lapse(mine.reference),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_answer_that_is_the_end_of_the_last_submission_is_none(mine: Applicant, end: str) -> None:
    """The wallet may show what was before it took the new form. What is so is looked up later."""
    mine.submits()
    ENDS[end](mine.applying)
    mine.applying.wallet.misbehave("wallet_submit", Behaviour.STALE)
    begun = SeenApplyment(facts=ApplymentFacts(submission=2, state=State.CHECKING))
    assert mine.submits(2) == begun
    news = mine.hears(begun.facts)
    assert news is not None
    assert (news.facts.submission, news.facts.state) == (2, State.ACCOUNT_NEED_VERIFY)


def test_a_form_that_the_wallet_was_never_sent_is_rejected_at_once(mine: Applicant) -> None:
    """Nobody would ever hear of it from the wallet: it knows no such application."""

    class Unsent(SimulatedWallet):
        def submit(self, application: Application) -> Applyment:
            return Applyment(
                reference=application.reference,
                applyment_id=NOT_SENT,
                state=State.REJECTED,
                review_passed=False,
                account_verified=False,
                signed=False,
                audit_details=(BAD_MAIL,),
            )

    asks = Applyments(mine.applying.engine, Unsent(mine.applying.engine), mine.documents, VAULT)
    facts = asks.submit(mine.form()).facts
    assert (facts.state, facts.reasons) == (State.REJECTED, (BAD_MAIL,))


@pytest.mark.parametrize("number", ["110101199003071234", "6222 0211 1234 5678 901", "someone@example.com"])
def test_what_the_wallet_writes_names_nobody(mine: Applicant, number: str) -> None:
    """A reason goes into histories and records in clear."""
    known = mine.submits().facts
    mine.applying.is_rejected(AuditDetail(field="account.number", reason=f"{number} 有误"))
    assert number not in mine.looks(known).model_dump_json()


def test_what_was_rejected_before_its_answer_came_is_told_next(mine: Applicant) -> None:
    mine.applying.wallet.misbehave("wallet_submit", Behaviour.LOST_ANSWER)
    with pytest.raises(GatewayUnavailable):
        mine.submits()
    mine.applying.is_rejected(BAD_MAIL)
    news = mine.hears(mine.submits().facts)
    assert news is not None
    assert (news.facts.state, news.facts.reasons) == (State.REJECTED, (BAD_MAIL,))


def test_what_the_wallet_refuses_is_final(mine: Applicant) -> None:
    mine.applying.wallet.misbehave("wallet_submit", Behaviour.REFUSED)
    assert refuses(mine.submits) == "told_to_refuse"
    mine.submits()
    assert refuses(lambda: mine.submits(2)) == "under_way"


def test_a_picture_is_read_from_its_own_providers_shelf_alone(mine: Applicant) -> None:
    paper = mine.paper
    somebody = mine.but(provider_id="isv-2")
    refuses(lambda: somebody.submits(papers=(paper,)), paper.document_id)
    refuses(lambda: mine.submits(papers=(paper.model_copy(update={"kind": "business_licence"}),)))
    assert mine.applying.wallet.look_up(mine.applying.market, mine.applying.reference) is None


def test_a_shelf_that_does_not_answer_is_asked_again(mine: Applicant, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    told = mine.form()
    broken = mine.but(documents=SealedDocuments(Directory(tmp_path / "a-file"), CIPHER))
    with pytest.raises(StoreUnavailable):
        broken.asks.submit(told)
    assert mine.asks.submit(told).facts.submission == 1


@pytest.mark.parametrize("field", ["company", "account"])
def test_what_does_not_open_is_refused_without_a_word_of_it(mine: Applicant, field: str) -> None:
    sealed = getattr(mine.but(case_id=f"{mine.case_id}-2").form(), field)
    no_form = VAULT.seal(administrator(), mine.case_id)
    for each in (sealed, no_form):
        told = mine.form().model_copy(update={field: each})
        refuses(lambda told=told: mine.asks.submit(told), RESPONSIBLE)  # type: ignore[misc]
    assert mine.applying.wallet.look_up(mine.applying.market, mine.applying.reference) is None
