"""What a provider types in: each attempt is counted before it is compared, and once for its key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio.exceptions import ApplicationError

from models.bank import Compared, Guess
from models.tables.bank import BankCheckRow, BankGuessRow
from tests.activities.batches import AT
from tests.activities.checking import SECOND, Checking, some
from tests.banking import account, new_number

DAY = timedelta(days=1)


@pytest.fixture
def checking(engine: Engine) -> Checking:
    return Checking(engine)


def test_the_right_amounts_prove_the_account_in_any_order(checking: Checking) -> None:
    """TCM-TEN-13."""
    checking.paid()
    right = checking.right()
    turned = Guess(amounts_fen=right.amounts_fen[::-1])
    assert checking.guessed(turned, at=AT + SECOND) == Compared(right=True, attempts_left=2)
    assert checking.row().verified_at == AT + SECOND
    assert not checking.guessed(right).right
    assert checking.row().attempts_used == 1


def test_attempts_are_used_up(checking: Checking) -> None:
    """AMB-36."""
    checking.paid()
    wrong = checking.wrong()
    answers = [checking.guessed(wrong, at=AT + n * SECOND) for n in range(4)]
    assert [(each.right, each.attempts_left) for each in answers] == [
        (False, 2),
        (False, 1),
        (False, 0),
        (False, 0),
    ]
    assert checking.row().failed_at == AT + 2 * SECOND
    assert not checking.guessed(checking.right()).right
    assert checking.row().verified_at is None


@pytest.mark.parametrize("at_the_third", [True, False])
def test_the_last_attempt_is_as_good_as_the_first(checking: Checking, at_the_third: bool) -> None:
    checking.paid()
    for _ in range(2):
        checking.guessed(checking.wrong())
    assert checking.guessed(checking.right() if at_the_third else checking.wrong()).right is at_the_third
    assert (checking.row().failed_at is None) is at_the_third


def test_a_guess_that_is_asked_again_uses_one_attempt(checking: Checking) -> None:
    checking.paid()
    first, again = (checking.guessed(checking.wrong(), key="one") for _ in range(2))
    assert first == again == Compared(right=False, attempts_left=2)
    checking.guessed(checking.wrong(), key="two")
    assert checking.guessed(checking.wrong(), key="one") == first
    assert checking.row().attempts_used == 2
    right = checking.guessed(checking.right(), key="three")
    assert checking.guessed(checking.right(), key="three") == right == Compared(right=True, attempts_left=0)


def test_a_guess_is_counted_before_it_is_compared(checking: Checking) -> None:
    """Whoever stops us between both has used the attempt, and asking again answers it."""
    checking.paid()
    right, row = checking.right(), checking.row()
    _keep(checking, b"\0" * 40)
    with pytest.raises(InvalidTag):
        checking.guessed(right, key="one")
    assert checking.row().attempts_used == 1
    _keep(checking, row.secret)
    assert checking.guessed(right, key="one") == Compared(right=True, attempts_left=2)
    assert checking.row().attempts_used == 1


def test_what_was_interrupted_does_not_end_the_round_before_it_is_compared(checking: Checking) -> None:
    checking.paid()
    right, row = checking.right(), checking.row()
    _keep(checking, b"\0" * 40)
    with pytest.raises(InvalidTag):
        checking.guessed(right, key="one")
    _keep(checking, row.secret)
    for _ in range(2):
        checking.guessed(checking.wrong())
    assert checking.row().failed_at is None
    assert checking.guessed(right, key="one").right
    assert checking.row().verified_at == AT


def test_before_the_deadline_is_in_time_and_at_it_is_late(checking: Checking) -> None:
    """CV-6, AMB-36."""
    deadline = AT + 3 * DAY
    checking.paid()
    late = checking.guessed(checking.right(), at=deadline)
    assert late == Compared(right=False, attempts_left=3, expired=True)
    assert checking.row().attempts_used == 0
    assert checking.guessed(checking.right(), at=deadline - SECOND).right


def test_what_is_void_proves_nothing(checking: Checking) -> None:
    """AMB-33. Nor does it afterwards, when it was right before."""
    checking.paid()
    checking.voided("changed", at=AT + SECOND)
    checking.voided("again", at=AT + DAY)
    assert not checking.guessed(checking.right()).right
    row = checking.row()
    assert (row.attempts_used, row.voided_at, row.voided_because) == (0, AT + SECOND, "changed")
    proved = checking.but(case=some("c"), account=account(number=new_number())).paid()
    proved.guessed(proved.right())
    proved.voided("returned")
    row = proved.row()
    assert (row.verified_at, row.voided_at) == (AT, AT)


def test_what_is_void_before_it_was_compared_proves_nothing(checking: Checking) -> None:
    checking.paid()
    right, row = checking.right(), checking.row()
    _keep(checking, b"\0" * 40)
    with pytest.raises(InvalidTag):
        checking.guessed(right, key="one")
    checking.voided()
    _keep(checking, row.secret)
    assert not checking.guessed(right, key="one").right
    assert checking.row().verified_at is None


@pytest.mark.parametrize("amounts", [(7,), (7, 7), (7, 100), (0, 7)])
def test_a_guess_of_another_shape_uses_no_attempt(checking: Checking, amounts: tuple[int, ...]) -> None:
    checking.paid()
    answer = checking.guessed(Guess(amounts_fen=amounts))
    assert answer == Compared(right=False, attempts_left=3, malformed=True)
    assert checking.row().attempts_used == 0


def test_the_next_round_has_amounts_and_attempts_of_its_own(checking: Checking) -> None:
    checking.paid()
    for _ in range(3):
        checking.guessed(checking.wrong())
    checking.paid(2, at=AT + DAY)
    assert len(checking.bank.statement(checking.account.number)) == 4
    assert checking.guessed(checking.right(2), round=2, at=AT + DAY) == Compared(right=True, attempts_left=2)
    assert checking.row(1).verified_at is None


def test_two_hundred_who_guess_at_once_use_the_attempts_there_are(checking: Checking) -> None:
    checking.paid()
    right, wrong = checking.right(), checking.wrong()
    asking = Barrier(200, timeout=60)

    def guess(n: int) -> Compared:
        asking.wait()
        return checking.guessed(wrong, key=f"key-{n}")

    with ThreadPoolExecutor(200) as threads:
        answers = [*threads.map(guess, range(200))]
    assert not any(each.right for each in answers)
    row = checking.row()
    assert (row.attempts_used, row.failed_at, row.verified_at) == (3, AT, None)
    with Session(checking.engine) as session:
        mine = select(BankGuessRow).where(col(BankGuessRow.case_id) == checking.case_id)
        assert sorted(each.attempt for each in session.exec(mine)) == [1, 2, 3]
    assert not checking.guessed(right).right


def test_fifty_repeats_at_once_of_one_guess_use_one_attempt(checking: Checking) -> None:
    checking.paid()
    right, asking = checking.right(), Barrier(50, timeout=60)

    def guess(_: int) -> Compared:
        asking.wait()
        return checking.guessed(right, key="one")

    with ThreadPoolExecutor(50) as threads:
        answers = {repr(each) for each in threads.map(guess, range(50))}
    assert answers == {repr(Compared(right=True, attempts_left=2))}
    assert checking.row().attempts_used == 1


def test_a_check_that_there_is_not_is_refused(checking: Checking) -> None:
    checking.paid()
    elsewhere = checking.ref().model_copy(update={"market": "elsewhere"})
    for ref in (checking.ref(2), elsewhere):
        with pytest.raises(ApplicationError) as refused:
            checking.checks.pay(ref)
        assert (refused.value.type, refused.value.non_retryable) == ("Refused", True)


def _keep(checking: Checking, secret: bytes) -> None:
    with Session(checking.engine) as session, session.begin():
        session.get_one(BankCheckRow, (checking.case_id, 1)).secret = secret
