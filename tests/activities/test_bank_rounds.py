"""How often an account may be guessed at, whoever asks, in whatever case, and whatever operators grant."""

from datetime import datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from models.bank import Issued, NotIssued, WhyNotIssued
from tests.activities.batches import AT
from tests.activities.checking import CIPHER, Checking, some
from tests.banking import account, check_terms, new_number, remittance_terms

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
USED_UP = NotIssued(reason=WhyNotIssued.ROUNDS_USED_UP)
SHAPES = {
    "two amounts": check_terms(),
    "amount and code": check_terms(proof="amount_and_code", attempts=2, rounds=3),
    "one amount": check_terms(attempts=1, rounds=1),
}


@pytest.fixture
def checking(engine: Engine) -> Checking:
    return Checking(engine)


def test_what_operators_grant_ends_a_rest(checking: Checking) -> None:
    checking.paid()
    asked_again = checking.issued(2, at=AT + HOUR)
    assert asked_again == NotIssued(reason=WhyNotIssued.COOLING_DOWN, until=AT + 4 * DAY)
    assert checking.issued(2, at=AT + HOUR, granted=True) == Issued(
        expires_at=AT + HOUR + 3 * DAY, attempts_left=3, rounds_left=0
    )


@pytest.mark.parametrize("granted", [False, True])
def test_what_operators_grant_is_never_another_round_to_guess_in(checking: Checking, granted: bool) -> None:
    for round in (1, 2):
        checking.paid(round, at=AT + 9 * round * DAY)
    assert checking.issued(3, at=AT + 99 * DAY, granted=granted) == USED_UP
    elsewhere = checking.but(case=some("c"), provider_id=some("isv"))
    assert elsewhere.issued(at=AT + 99 * DAY, granted=granted) == USED_UP


def test_what_operators_grant_is_another_instruction_where_the_provider_remits(checking: Checking) -> None:
    """AMB-34. But it makes no room for another account."""
    remitting = checking.but(terms=remittance_terms(accounts=1))
    for round in (1, 2, 3):
        assert isinstance(remitting.issued(round), Issued)
    assert remitting.issued(4) == USED_UP
    for round in (4, 5):
        issued = remitting.issued(round, granted=True)
        assert isinstance(issued, Issued)
        assert issued.rounds_left == 0
    assert remitting.issued(6) == USED_UP
    other = remitting.but(case=some("c"), account=account(number=new_number()))
    assert other.issued(granted=True) == NotIssued(reason=WhyNotIssued.ACCOUNTS_USED_UP)


def test_nobody_rests_before_a_remittance(checking: Checking) -> None:
    """It shows nothing that could be guessed, also after a round that could."""
    checking.paid()
    assert isinstance(checking.but(case=some("c"), terms=remittance_terms()).issued(), Issued)


Asked = tuple[int, int, bool, int, int, bool]
ASKED = st.tuples(
    st.integers(0, 2),  # in which case
    st.integers(0, 1),  # for which provider
    st.booleans(),  # granted by operators
    st.integers(0, 120),  # hours after the one before
    st.integers(0, 5),  # guesses in it
    st.booleans(),  # given up afterwards
)


@settings(max_examples=25, derandomize=True, deadline=None, database=None, phases=[Phase.generate])
@given(shape=st.sampled_from(sorted(SHAPES)), asked=st.lists(ASKED, min_size=1, max_size=9))
def test_an_account_is_guessed_at_as_often_as_its_terms_say_and_no_more(
    engine: Engine, shape: str, asked: list[Asked]
) -> None:
    """Over any rounds, grants, cases and providers, by what was compared and not by what was allowed."""
    terms = SHAPES[shape]
    first = Checking(engine, account=account(number=new_number()), terms=terms)
    providers = [some("isv"), some("isv")]
    cases = [first.but(case=some("c")) for _ in range(3)]
    rounds, at = [0, 0, 0], AT
    for case, provider, granted, hours, guesses, given_up in asked:
        at += hours * HOUR
        rounds[case] += 1
        one = cases[case].but(provider_id=providers[provider])
        if isinstance(one.issued(rounds[case], at, granted=granted), Issued):
            guess_at(one, rounds[case], guesses, at)
            if given_up:
                one.voided(round=rounds[case], at=at)
    assert compared(first) <= terms.rounds * terms.attempts
    assert rounds_of(first) <= terms.rounds


def test_an_account_can_be_guessed_at_as_often_as_its_terms_say(checking: Checking) -> None:
    """The bound is reached: what counts the guesses does count."""
    for round in (1, 2):
        assert isinstance(checking.issued(round, granted=True), Issued)
        guess_at(checking, round, 5, AT)
    assert (compared(checking), rounds_of(checking)) == (6, 2)


def guess_at(checking: Checking, round: int, times: int, at: datetime) -> None:
    for _ in range(times):
        assert not checking.guessed(checking.wrong(round), round=round, at=at).right


def compared(checking: Checking) -> int:
    return counted(checking, "bank_guesses JOIN bank_checks USING (case_id, round)")


def rounds_of(checking: Checking) -> int:
    return counted(checking, "bank_checks")


def counted(checking: Checking, of: str) -> int:
    """By the account's digest, in all cases of its market."""
    digest = CIPHER.digest({"bank_account": checking.account.number})
    found = text(f"SELECT count(*) FROM {of} WHERE market = :market AND account_digest = :digest")
    with checking.engine.connect() as connection:
        return int(connection.execute(found, {"market": checking.market, "digest": digest}).scalar_one())
