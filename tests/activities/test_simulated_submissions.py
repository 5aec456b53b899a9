"""What is submitted to the simulated wallet again, what it takes the place of, and what gets lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session

from activities.gateways.payments import GatewayRefused, GatewayUnavailable
from activities.gateways.simulated.misbehaving import Behaviour
from models.applyments import Applyment, ApplymentState, Picture
from models.bank import WhyUnmatched
from models.tables.simulated import SimulatedMisbehaviour
from tests.activities.batches import AT
from tests.applyments import BAD_MAIL, STEPS, Applying, facts, refuses
from tests.banking import account, new_number
from tests.merchant_forms import administrator, company_form

HOURS_72 = timedelta(hours=72)
TICK = timedelta(microseconds=1)
State = ApplymentState


@pytest.fixture
def mine(engine: Engine) -> Iterator[Applying]:
    """Submitted. The wallet forgets how it was told to misbehave, whatever a test made of it."""
    mine = Applying(engine)
    mine.submits()
    yield mine
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


def test_the_same_submission_again_changes_nothing(mine: Applying) -> None:
    first = mine.stands
    assert mine.submits() == mine.submits() == first
    assert mine.held.times_asked == 3
    mine.finishes()
    assert mine.submits().number == mine.stands.number is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"company": company_form(administrator=administrator(email="other@example.com"))},
        {"account": account(number=new_number())},
        {"picture": Picture(content=b"another", content_type="image/png")},
    ],
)
def test_another_form_needs_another_submission(mine: Applying, changes: dict[str, Any]) -> None:
    before = mine.held
    refuses(mine.but(**changes).submits, "another_form_of_this_submission")
    assert mine.held == before


def test_of_many_at_once_one_application_is_kept(engine: Engine) -> None:
    mine, together = Applying(engine), Barrier(6, timeout=60)

    def submit(_: int) -> Applyment:
        together.wait()
        return mine.submits()

    with ThreadPoolExecutor(6) as pool:
        seen = [*pool.map(submit, range(6))]
    assert seen == seen[:1] * 6
    assert mine.held.times_asked == 6


ENDS: dict[str, Callable[[Applying], object]] = {
    "rejected": Applying.is_rejected,
    "canceled": lambda mine: mine.wallet.cancel(mine.reference),
    "lapsed": lambda mine: mine.wallet.lapse(mine.reference),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_later_submission_begins_anew_in_place_of_what_came_to_nothing(mine: Applying, end: str) -> None:
    """AMB-33, AMB-34: the same reference, the same application."""
    first = mine.stands
    mine.signs()
    ENDS[end](mine)
    changed = mine.but(account=account(number=new_number()), at=AT + timedelta(days=9))
    again = changed.submits(2)
    assert again == changed.stands
    assert again.applyment_id == first.applyment_id
    assert (again.state, facts(again)) == (State.ACCOUNT_NEED_VERIFY, (False, False, False))
    assert again.audit_details == ()
    assert changed.asked.payer_number == changed.account.number
    assert changed.asked.until == AT + timedelta(days=12)
    assert changed.held.submission == 2
    changed.finishes()
    assert changed.stands.state is State.FINISH


def test_money_for_an_earlier_account_goes_back(mine: Applying) -> None:
    asked = mine.asked.model_dump(include={"payer_name", "payer_number", "amount_fen"})
    mine.is_rejected()
    mine.but(account=account(number=new_number())).submits(2)
    assert mine.wallet.remit(mine.reference, **asked).returned_because is WhyUnmatched.WRONG_PAYER


@pytest.mark.parametrize("steps", ["", "review", "account", "review account signature"])
def test_what_is_under_way_is_not_replaced(mine: Applying, steps: str) -> None:
    for step in steps.split():
        STEPS[step](mine)
    before = mine.held
    refuses(lambda: mine.submits(2), "under_way")
    assert mine.held == before


def test_a_remittance_has_lapsed_at_its_deadline_and_not_before(mine: Applying) -> None:
    refuses(lambda: mine.but(at=AT + HOURS_72 - TICK).submits(2), "under_way")
    assert mine.but(at=AT + HOURS_72).submits(2).validation
    assert mine.held.submission == 2


def test_what_was_verified_does_not_lapse(mine: Applying) -> None:
    mine.remits()
    refuses(lambda: mine.but(at=AT + 2 * HOURS_72).submits(2), "under_way")


def test_an_earlier_submission_that_comes_late_changes_nothing(mine: Applying) -> None:
    mine.is_rejected()
    second = mine.but(account=account(number=new_number())).submits(2)
    assert mine.submits(1) == second == mine.stands
    assert mine.held.submission == 2


# --- told to misbehave

CALLS: dict[str, Callable[[Applying], object]] = {
    "wallet_submit": lambda mine: mine.submits(),
    "wallet_look_up": lambda mine: mine.stands,
}
UNANSWERED = {
    Behaviour.UNAVAILABLE: GatewayUnavailable,
    Behaviour.LOST_ANSWER: GatewayUnavailable,
    Behaviour.REFUSED: GatewayRefused,
}


@pytest.mark.parametrize("behaviour", UNANSWERED)
@pytest.mark.parametrize("operation", CALLS)
def test_it_misbehaves_as_often_as_it_was_told(mine: Applying, operation: str, behaviour: Behaviour) -> None:
    mine.wallet.misbehave(operation, behaviour, times=2)
    for _ in range(2):
        with pytest.raises(UNANSWERED[behaviour]):
            CALLS[operation](mine)
        for other in CALLS.keys() - {operation}:
            CALLS[other](mine)
    CALLS[operation](mine)


@pytest.mark.parametrize("behaviour", UNANSWERED)
def test_without_an_answer_it_was_submitted_or_not(
    mine: Applying, engine: Engine, behaviour: Behaviour
) -> None:
    other = Applying(engine)
    mine.wallet.misbehave("wallet_submit", behaviour)
    with pytest.raises(UNANSWERED[behaviour]):
        other.submits()
    kept = other.wallet.look_up(other.market, other.reference)
    assert (kept is not None) == (behaviour is Behaviour.LOST_ANSWER)
    answer = other.submits()
    assert answer == (kept or other.stands)


def test_a_stale_answer_says_what_was_true_before(mine: Applying) -> None:
    for operation in ("wallet_look_up", "wallet_submit"):
        mine.wallet.misbehave(operation, Behaviour.STALE)
    assert mine.wallet.look_up(mine.market, mine.reference) is None
    assert mine.submits() == mine.stands
    before = mine.stands
    mine.remits()
    mine.wallet.misbehave("wallet_look_up", Behaviour.STALE)
    assert mine.stands == before
    assert mine.stands.account_verified
    mine.signs()
    mine.wallet.misbehave("wallet_look_up", Behaviour.STALE)
    assert facts(mine.stands) == (False, True, False)


def test_a_stale_answer_to_another_submission_is_the_old_rejection(mine: Applying) -> None:
    mine.is_rejected()
    mine.wallet.misbehave("wallet_submit", Behaviour.STALE)
    again = mine.submits(2)
    assert (again.state, again.audit_details) == (State.REJECTED, (BAD_MAIL,))
    assert mine.held.submission == 2
    assert mine.stands.state is State.ACCOUNT_NEED_VERIFY


def test_what_changes_nothing_makes_no_answer_older(mine: Applying) -> None:
    mine.signs()
    mine.signs()
    mine.submits()
    mine.remits(amount_fen=100)
    mine.wallet.misbehave("wallet_look_up", Behaviour.STALE)
    assert not mine.stands.signed


def test_while_its_data_is_checked_nothing_is_asked_of_the_company(mine: Applying) -> None:
    """TCM-WX-12: the check may take long."""
    for operation in CALLS:
        mine.wallet.misbehave(operation, Behaviour.IN_PROGRESS)
    for seen in (mine.stands, mine.submits()):
        assert seen.state is State.CHECKING
        assert (seen.validation, seen.sign_url, facts(seen)) == (None, None, (False, False, False))
    assert mine.stands.state is State.ACCOUNT_NEED_VERIFY
    mine.signs()
    mine.wallet.misbehave("wallet_look_up", Behaviour.IN_PROGRESS)
    assert mine.stands.state is State.ACCOUNT_NEED_VERIFY
