"""The simulated wallet: what opens a number, what goes back, what replaces what, and how it misbehaves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, delete, text
from sqlmodel import Session

from activities.gateways.simulated.wallet import SimulatedWallet
from activities.gateways.simulated.wallet_books import PAYEE
from models.applyments import ApplymentState
from models.bank import WhyUnmatched
from models.rules.bank import REMARK
from models.tables.simulated import SimulatedMisbehaviour
from tests.activities.batches import AT
from tests.applyments import BAD_MAIL, STEPS, Applying, facts, refuses
from tests.banking import COMPANY, new_number
from tests.merchant_forms import REPRESENTATIVE, RESPONSIBLE, company_form

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


@pytest.mark.parametrize("order", [*permutations(STEPS)], ids=" ".join)
def test_a_number_is_given_once_all_three_are_there_in_whatever_order(
    mine: Applying, order: tuple[str, ...]
) -> None:
    """TCM-WX-02, -11."""
    assert facts(mine.stands) == (False, False, False)
    for n, step in enumerate(order, 1):
        assert (mine.stands.state, mine.stands.number) != (State.FINISH, None)
        assert mine.stands.number is None
        STEPS[step](mine)
        assert facts(mine.stands) == tuple(each in order[:n] for each in STEPS)
    assert mine.stands.state is State.FINISH
    number = mine.stands.number
    assert number is not None
    assert number.isdecimal()
    assert mine.stands.number == number


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ("", State.ACCOUNT_NEED_VERIFY),
        ("review", State.ACCOUNT_NEED_VERIFY),
        ("signature", State.ACCOUNT_NEED_VERIFY),
        ("review signature", State.ACCOUNT_NEED_VERIFY),
        ("account", State.AUDITING),
        ("account signature", State.AUDITING),
        ("account review", State.NEED_SIGN),
        ("account review signature", State.FINISH),
    ],
)
def test_its_state_says_what_is_missing_next(mine: Applying, steps: str, state: State) -> None:
    for step in steps.split():
        STEPS[step](mine)
    assert mine.stands.state is state
    assert (mine.stands.validation is None) == ("account" in steps)
    assert (mine.stands.sign_url is None) == ("signature" in steps)


def test_it_specifies_what_is_to_be_remitted_by_whom_and_until_when(mine: Applying) -> None:
    """TCM-WX-04..06."""
    asked = mine.asked
    assert (asked.payer_name, asked.payer_number) == (COMPANY, mine.account.number)
    assert (asked.payee, asked.remark, asked.until) == (PAYEE, REMARK, AT + HOURS_72)
    assert 1 <= asked.amount_fen <= 99
    assert mine.asked == asked


def test_in_a_rehearsal_three_days_are_seconds(engine: Engine) -> None:
    hurried = Applying(engine, market="rehearsal")
    hurried.submits()
    assert hurried.asked.until == AT + timedelta(seconds=20)
    told = SimulatedWallet(engine, now=lambda: AT, remit_within=TICK)
    other = Applying(engine).form()
    validation = told.submit(other).validation
    assert validation is not None
    assert validation.until == AT + TICK


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"amount_fen": 100}, WhyUnmatched.WRONG_AMOUNT),
        ({"payer_name": "杭州样例科技"}, WhyUnmatched.WRONG_PAYER),
        ({"payer_number": new_number()}, WhyUnmatched.WRONG_PAYER),
        ({"at": AT + HOURS_72}, WhyUnmatched.LATE),
        ({"at": AT - TICK}, WhyUnmatched.NO_OPEN_CHECK),
    ],
)
def test_what_was_not_specified_goes_back_and_changes_nothing(
    mine: Applying, changes: dict[str, Any], why: WhyUnmatched
) -> None:
    """TCM-WX-05, TCM-WX-13, AMB-34: it stays pending, and the wallet returns the money."""
    before = mine.stands
    returned = mine.remits(**changes)
    assert returned.returned_because is why
    assert mine.held.remittances == (returned,)
    assert mine.stands == before
    assert mine.remits().returned_because is None
    assert mine.stands.account_verified


def test_a_fen_less_or_more_is_another_amount(mine: Applying) -> None:
    specified = mine.asked.amount_fen
    for amount in (specified + 1, specified - 1 or 100):
        assert mine.remits(amount_fen=amount).returned_because is WhyUnmatched.WRONG_AMOUNT
    assert mine.remits(amount_fen=specified).returned_because is None


def test_just_before_the_deadline_is_in_time(mine: Applying) -> None:
    """CV-6."""
    assert mine.remits(at=AT + HOURS_72 - TICK).returned_because is None


def test_a_payer_is_known_however_its_name_is_spaced(mine: Applying) -> None:
    assert mine.remits(payer_name=f" {COMPANY[:4]} {COMPANY[4:]}").returned_because is None


def test_who_remits_twice_gets_the_second_back(mine: Applying) -> None:
    asked = mine.asked.model_dump(include={"payer_name", "payer_number", "amount_fen"})
    assert mine.remits().returned_because is None
    assert mine.wallet.remit(mine.reference, **asked).returned_because is WhyUnmatched.NO_OPEN_CHECK
    assert [each.returned_because for each in mine.held.remittances] == [None, WhyUnmatched.NO_OPEN_CHECK]


def test_of_many_at_once_one_remittance_counts(mine: Applying) -> None:
    together = Barrier(6, timeout=60)
    asked = mine.asked.model_dump(include={"payer_name", "payer_number", "amount_fen"})

    def remit(_: int) -> WhyUnmatched | None:
        together.wait()
        return mine.wallet.remit(mine.reference, **asked).returned_because

    with ThreadPoolExecutor(6) as pool:
        assert [*pool.map(remit, range(6))].count(None) == 1


def test_only_the_super_administrator_signs_by_name(mine: Applying) -> None:
    """TCM-WX-09."""
    refuses(lambda: mine.signs(REPRESENTATIVE), "not_the_administrator")
    refuses(lambda: mine.signs(""), "not_the_administrator")
    assert not mine.stands.signed
    mine.signs(f" {RESPONSIBLE[0]} {RESPONSIBLE[1:]} ")
    assert mine.stands.signed
    mine.signs()


def test_a_form_that_names_no_administrator_can_be_signed_by_nobody(engine: Engine) -> None:
    nobody = Applying(engine, company=company_form(administrator=None))
    nobody.submits()
    refuses(nobody.signs, "not_the_administrator")
    for empty in ("", "  "):
        refuses(lambda name=empty: nobody.signs(name), "not_the_administrator")  # type: ignore[misc]


def test_a_rejection_says_what_is_wrong_and_ends_what_was_asked_for(mine: Applying) -> None:
    asked = mine.asked.model_dump(include={"payer_name", "payer_number", "amount_fen"})
    mine.is_rejected(BAD_MAIL)
    seen = mine.stands
    assert (seen.state, seen.audit_details) == (State.REJECTED, (BAD_MAIL,))
    assert (seen.validation, seen.sign_url) == (None, None)
    refuses(mine.signs, "not_to_be_signed")
    assert mine.wallet.remit(mine.reference, **asked).returned_because is WhyUnmatched.NO_OPEN_CHECK


def test_a_review_is_decided_once(mine: Applying, engine: Engine) -> None:
    mine.is_passed()
    mine.is_passed()
    refuses(mine.is_rejected, "not_under_review")
    other = Applying(engine)
    other.submits()
    other.is_rejected(BAD_MAIL)
    other.is_rejected(BAD_MAIL.model_copy(update={"reason": "another"}))
    assert other.stands.audit_details == (BAD_MAIL,)
    refuses(other.is_passed, "not_under_review")


def test_a_reference_is_of_one_market(mine: Applying) -> None:
    other = mine.but(market="rehearsal")
    refuses(other.submits, "reference_of_another_market")
    refuses(lambda: other.submits(2), "reference_of_another_market")
    assert mine.wallet.look_up("rehearsal", mine.reference) is None
    assert mine.held.market == mine.market


def test_what_was_never_submitted_is_unknown(mine: Applying) -> None:
    assert mine.wallet.look_up(mine.market, "ma-unknown") is None
    for act in (
        mine.wallet.freeze,
        mine.wallet.thaw,
        mine.wallet.cancel,
        mine.wallet.lapse,
        mine.wallet.held,
    ):
        refuses(lambda act=act: act("ma-unknown"), "unknown_applyment")  # type: ignore[misc]
    refuses(lambda: mine.wallet.review("ma-unknown", True), "unknown_applyment")
    refuses(lambda: mine.wallet.sign("ma-unknown", RESPONSIBLE), "unknown_applyment")
    refuses(lambda: mine.wallet.remit("ma-unknown", COMPANY, new_number(), 1), "unknown_applyment")


def test_what_is_frozen_goes_on_when_the_wallet_lets_it(mine: Applying) -> None:
    before = mine.stands
    mine.wallet.freeze(mine.reference)
    assert mine.stands == before.model_copy(update={"state": State.FROZEN})
    mine.wallet.thaw(mine.reference)
    assert mine.stands == before


def test_what_was_canceled_asks_for_nothing(mine: Applying) -> None:
    mine.wallet.cancel(mine.reference)
    assert mine.stands.state is State.CANCELED
    assert (mine.stands.validation, mine.stands.sign_url) == (None, None)
    refuses(mine.signs, "not_to_be_signed")
    refuses(mine.is_passed, "not_under_review")


def test_a_number_that_is_open_is_not_canceled(mine: Applying) -> None:
    mine.finishes()
    refuses(lambda: mine.wallet.cancel(mine.reference), "finished")
    assert mine.stands.state is State.FINISH


def test_the_newest_is_shown_first_with_its_money(mine: Applying, engine: Engine) -> None:
    newer = Applying(engine, at=AT + timedelta(days=1))
    newer.submits()
    newer.remits(amount_fen=100)
    shown = [each for each in mine.wallet.all_held() if each.reference in (mine.reference, newer.reference)]
    assert [each.reference for each in shown] == [newer.reference, mine.reference]
    assert [len(each.remittances) for each in shown] == [1, 0]
    assert len(mine.wallet.all_held(most=1)) == 1


def test_no_persons_name_is_kept(mine: Applying) -> None:
    mine.finishes()
    with mine.engine.connect() as connection:
        rows = [
            *connection.execute(text("SELECT t::text FROM simulated_applyments t")).scalars(),
            *connection.execute(text("SELECT t::text FROM simulated_wallet_remittances t")).scalars(),
        ]
    assert COMPANY in "".join(rows)
    for name in (RESPONSIBLE, REPRESENTATIVE, "13800138000", "responsible@example.com"):
        assert not any(name in row for row in rows)
