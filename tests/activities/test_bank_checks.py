"""Micro-deposits: each attempt is counted before it is compared, and nothing resets what was used up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, delete, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from activities.gateways.payments import GatewayUnavailable
from activities.gateways.simulated.misbehaving import Behaviour
from models.bank import Issued, NotIssued, WhyNotIssued
from models.bank_entries import payout_key
from models.periods import CHINA
from models.tables import EffectRow
from models.tables.simulated import SimulatedMisbehaviour
from tests.activities.batches import AT
from tests.activities.checking import SECOND, Checking, some
from tests.banking import account, check_terms, new_number, remittance_terms

DAY = timedelta(days=1)
USED_UP = {
    WhyNotIssued.ROUNDS_USED_UP: NotIssued(reason=WhyNotIssued.ROUNDS_USED_UP),
    WhyNotIssued.ACCOUNTS_USED_UP: NotIssued(reason=WhyNotIssued.ACCOUNTS_USED_UP),
}


@pytest.fixture
def checking(engine: Engine) -> Checking:
    return Checking(engine)


@pytest.fixture
def _well_behaved(engine: Engine) -> Any:
    yield
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


def refusal(error: ApplicationError) -> tuple[str | None, bool]:
    return error.type, error.non_retryable


def cooling(until: datetime) -> NotIssued:
    return NotIssued(reason=WhyNotIssued.COOLING_DOWN, until=until)


# --- rounds


def test_a_round_lasts_to_the_second(checking: Checking) -> None:
    """TCM-WX-04."""
    issued_at = datetime(2021, 11, 5, 10, 58, 1, tzinfo=CHINA)
    issued = checking.but(terms=remittance_terms()).issued(at=issued_at)
    assert issued == Issued(
        expires_at=datetime(2021, 11, 8, 10, 58, 1, tzinfo=CHINA), attempts_left=3, rounds_left=2
    )


def test_a_round_is_drawn_once(checking: Checking) -> None:
    first = checking.issued()
    kept = checking.row()
    assert first == Issued(expires_at=AT + 3 * DAY, attempts_left=3, rounds_left=1)
    assert checking.issued(at=AT + DAY) == first
    assert checking.row() == kept


def test_whoever_asks_for_a_round_at_the_same_time_gets_one(checking: Checking) -> None:
    asking = Barrier(8, timeout=60)

    def ask(_: int) -> object:
        asking.wait()
        return checking.issued()

    with ThreadPoolExecutor(8) as threads:
        assert len({repr(each) for each in threads.map(ask, range(8))}) == 1


def test_two_amounts_are_distinct_and_within_their_range(checking: Checking) -> None:
    drawn = set()
    for _ in range(40):
        each = checking.but(case=some("c"), account=account(number=new_number()), provider_id=some("isv"))
        each.paid()
        amounts = [line.amount_fen for line in each.bank.statement(each.account.number)]
        assert len(set(amounts)) == 2
        assert all(1 <= amount <= 99 for amount in amounts)
        drawn.add(frozenset(amounts))
    assert len(drawn) > 30


def test_a_round_is_never_anothers(checking: Checking) -> None:
    checking.issued()
    for other in (
        checking.but(account=account(number=new_number())),
        checking.but(provider_id=some("isv")),
    ):
        with pytest.raises(ApplicationError) as refused:
            other.issued()
        assert refusal(refused.value) == ("Refused", True)


def test_the_next_round_waits_until_the_account_has_cooled_down(checking: Checking) -> None:
    checking.paid()
    for _ in range(3):
        checking.guessed(checking.wrong(), at=AT + SECOND)
    until = AT + SECOND + DAY
    assert checking.issued(2, at=until - SECOND) == cooling(until)
    assert checking.issued(2, at=until) == Issued(expires_at=until + 3 * DAY, attempts_left=3, rounds_left=0)


def test_a_round_that_lapsed_cools_down_from_its_deadline(checking: Checking) -> None:
    checking.paid()
    until = AT + 4 * DAY
    assert checking.issued(2, at=until - SECOND) == cooling(until)
    assert isinstance(checking.issued(2, at=until), Issued)


def test_a_remittance_that_lapsed_is_asked_for_again_at_once_and_three_times_in_all(
    checking: Checking,
) -> None:
    """AMB-34."""
    remitting = checking.but(terms=remittance_terms())
    for round in (1, 2, 3):
        assert isinstance(remitting.issued(round, at=AT + 3 * round * DAY), Issued)
    assert remitting.issued(4, at=AT + 12 * DAY) == USED_UP[WhyNotIssued.ROUNDS_USED_UP]


@pytest.mark.parametrize("provider", ["the same", "another"])
def test_adding_the_account_again_resets_nothing(checking: Checking, provider: str) -> None:
    """Also in another case, under another bank's name, or by another provider."""
    checking.paid()
    for _ in range(3):
        checking.guessed(checking.wrong())
    spaced = f"{checking.account.number[:4]} {checking.account.number[4:]}"
    again = checking.but(case=some("c"), account=account(number=spaced, bank="招商银行", branch="别处"))
    if provider == "another":
        again = again.but(provider_id=some("isv"))
    assert again.issued() == cooling(AT + DAY)
    assert isinstance(again.issued(at=AT + DAY), Issued)
    third = checking.but(case=some("c"))
    assert third.issued(at=AT + 300 * DAY) == USED_UP[WhyNotIssued.ROUNDS_USED_UP]


def test_rounds_of_an_account_are_counted_also_where_many_ask_at_once(checking: Checking) -> None:
    asking = Barrier(30, timeout=60)

    def ask(n: int) -> object:
        asking.wait()
        return checking.but(case=some("c")).issued(at=AT + n * 30 * DAY)

    with ThreadPoolExecutor(30) as threads:
        answers = [*threads.map(ask, range(30))]
    assert 1 <= sum(isinstance(each, Issued) for each in answers) <= 2


def test_a_provider_tries_so_many_accounts_and_no_more(checking: Checking) -> None:
    tried = [checking.but(case=some("c"), account=account(number=new_number())) for _ in range(4)]
    assert all(isinstance(each.issued(), Issued) for each in tried[:3])
    assert tried[3].issued() == USED_UP[WhyNotIssued.ACCOUNTS_USED_UP]
    assert tried[0].but(case=some("c")).issued(at=AT + 9 * DAY) != USED_UP[WhyNotIssued.ACCOUNTS_USED_UP]
    assert isinstance(tried[3].but(provider_id=some("isv")).issued(), Issued)
    assert isinstance(tried[3].but(market=some("market")).issued(), Issued)


# --- the money


def test_each_amount_is_paid_out_once(checking: Checking) -> None:
    """TCM-TEN-12."""
    checking.paid()
    paid_out_at = checking.row().paid_out_at
    checking.checks.pay(checking.ref())
    lines = checking.bank.statement(checking.account.number)
    assert len(lines) == 2
    assert checking.row().paid_out_at == paid_out_at is not None


@pytest.mark.usefixtures("_well_behaved")
def test_an_answer_that_was_lost_pays_nothing_twice(checking: Checking) -> None:
    checking.issued()
    for behaviour in (Behaviour.LOST_ANSWER, Behaviour.UNAVAILABLE):
        checking.bank.misbehave("bank_pay_out", behaviour)
        with pytest.raises(GatewayUnavailable):
            checking.checks.pay(checking.ref())
        assert checking.row().paid_out_at is None
    checking.checks.pay(checking.ref())
    assert len(checking.bank.statement(checking.account.number)) == 2
    assert checking.guessed(checking.right()).right


def test_the_code_comes_with_the_amount(checking: Checking) -> None:
    coded = checking.but(terms=check_terms(proof="amount_and_code")).paid()
    right = coded.right()
    assert (len(right.amounts_fen), len(right.code or "")) == (1, 6)
    other = f"{(int(right.code or 0) + 1) % 10**6:06d}"
    assert not coded.guessed(right.model_copy(update={"code": other})).right
    assert coded.guessed(right).right


def test_nothing_is_paid_for_what_is_void_or_asked_of_the_provider(checking: Checking) -> None:
    checking.issued()
    checking.voided()
    checking.checks.pay(checking.ref())
    assert checking.row().paid_out_at is None
    remitting = checking.but(case=some("c"), terms=remittance_terms())
    remitting.issued()
    with pytest.raises(ApplicationError) as refused:
        remitting.checks.pay(remitting.ref())
    assert refusal(refused.value) == ("Refused", True)
    assert checking.bank.statement(checking.account.number) == []


def test_what_is_kept_of_a_payout_tells_no_amount(checking: Checking) -> None:
    """Two checks of one account and one amount look the same only to whoever has the key."""
    checking.paid()
    with Session(checking.engine) as session:
        rows = [session.get_one(EffectRow, payout_key(checking.ref(), n)) for n in (1, 2)]
    for row in rows:
        assert [*row.request] == ["figures"]
        assert [*(row.result or {})] == ["reference"]
    assert rows[0].request != rows[1].request


@pytest.mark.parametrize(
    "change",
    [
        "attempts_used = 4",
        "attempts_used = -1",
        "verified_at = now(), failed_at = now()",
        "voided_at = now()",
        "expires_at = issued_at",
    ],
)
def test_the_database_itself_holds_the_limits(checking: Checking, change: str) -> None:
    checking.issued()
    with pytest.raises(IntegrityError), checking.engine.begin() as connection:
        connection.execute(
            text(f"UPDATE bank_checks SET {change} WHERE case_id = :it"), {"it": checking.case_id}
        )
