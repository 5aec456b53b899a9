"""What comes in from the bank: it proves a check, voids one, or is recorded as unmatched (AMB-34)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from activities.gateways.payments import GatewayUnavailable
from activities.gateways.simulated.misbehaving import Behaviour
from models.bank import Instruction, Issued, Matched, RemittanceNotice, Returned, Unmatched, WhyUnmatched
from models.rules.bank import REMARK
from models.tables.bank import BankRemittanceRow
from models.tables.simulated import SimulatedMisbehaviour
from tests.activities.batches import AT
from tests.activities.checking import CIPHER, SECOND, Checking, some
from tests.banking import COMPANY, PAYEE, account, new_number, remittance_terms

DAY = timedelta(days=1)
DEADLINE = AT + 3 * DAY


@pytest.fixture
def remitting(engine: Engine) -> Iterator[Checking]:
    remitting = Checking(engine, terms=remittance_terms())
    assert isinstance(remitting.issued(), Issued)
    yield remitting
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


@pytest.fixture
def paid(engine: Engine) -> Checking:
    return Checking(engine).paid()


def matched(remitting: Checking, round: int = 1, **how: Any) -> Matched:
    return Matched(**{"case_id": remitting.case_id, "round": round, "at": AT + SECOND} | how)


def row(checking: Checking, id: str) -> BankRemittanceRow | None:
    with Session(checking.engine) as session:
        return session.get(BankRemittanceRow, id)


def test_a_provider_is_told_what_to_remit(remitting: Checking) -> None:
    """TCM-WX-05, -06."""
    asked = remitting.instruction()
    assert asked is not None
    assert 1 <= asked.amount_fen <= 99
    assert asked == Instruction(
        payer_name=COMPANY,
        payer_number=remitting.account.number,
        amount_fen=asked.amount_fen,
        payee=PAYEE,
        remark="入驻账户验证",
        until=DEADLINE,
    )
    remitting.issued(2, at=DEADLINE)
    newer = remitting.instruction()
    assert newer is not None
    assert newer.until == DEADLINE + 3 * DAY


def test_nobody_is_told_to_remit_where_nothing_is_asked(remitting: Checking, paid: Checking) -> None:
    assert paid.instruction() is None
    assert remitting.but(case=some("c")).instruction() is None
    remitting.told(remitting.remits())
    assert remitting.instruction() is None


def test_the_exact_amount_from_the_named_account_proves_it(remitting: Checking) -> None:
    """TCM-WX-05."""
    entry = remitting.remits()
    assert remitting.told(entry) == remitting.told(entry) == matched(remitting)
    assert remitting.row().verified_at == AT + SECOND
    kept = row(remitting, entry.entry_id)
    assert kept is not None
    assert (kept.case_id, kept.round, kept.reason) == (remitting.case_id, 1, None)
    assert kept.payer_digest == remitting.row().account_digest
    assert CIPHER.open(kept.entry, entry.entry_id)["amount_fen"] == entry.amount_fen


WRONG: dict[str, tuple[dict[str, Any], WhyUnmatched]] = {
    "a fen more": ({"more": 1}, WhyUnmatched.WRONG_AMOUNT),
    "another holder": ({"holder": "Some Other Company"}, WhyUnmatched.WRONG_PAYER),
    "another account": ({"number": new_number()}, WhyUnmatched.WRONG_PAYER),
    "another remark": ({"remark": "货款"}, WhyUnmatched.UNKNOWN_REMARK),
    "at the deadline": ({"at": DEADLINE}, WhyUnmatched.LATE),
    "before it was asked for": ({"at": AT - SECOND}, WhyUnmatched.NO_OPEN_CHECK),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_remittance_is_recorded_and_leaves_its_check_open(remitting: Checking, wrong: str) -> None:
    """TCM-WX-13, AMB-34."""
    how, why = WRONG[wrong]
    asked = remitting.instruction()
    assert asked is not None
    amount = asked.amount_fen + how.get("more", 0)
    entry = remitting.remits(**{"amount_fen": amount} | {k: v for k, v in how.items() if k != "more"})
    assert remitting.told(entry) == remitting.told(entry) == Unmatched(reason=why, at=entry.at)
    kept = row(remitting, entry.entry_id)
    assert kept is not None
    assert (kept.case_id, kept.reason) == (None, why)
    assert not remitting.row().has_ended
    assert remitting.told(remitting.remits(at=DEADLINE - SECOND)) == matched(remitting, at=DEADLINE - SECOND)


def test_what_is_proved_already_is_not_proved_again(remitting: Checking) -> None:
    first, second = remitting.remits(), remitting.remits()
    assert remitting.told(first) == matched(remitting)
    assert remitting.told(second) == Unmatched(reason=WhyUnmatched.NO_OPEN_CHECK, at=second.at)
    assert remitting.told(first) == matched(remitting)


def test_what_is_void_is_not_proved(remitting: Checking) -> None:
    entry = remitting.remits()
    remitting.voided()
    assert remitting.told(entry) == Unmatched(reason=WhyUnmatched.NO_OPEN_CHECK, at=entry.at)


def test_money_that_came_in_time_counts_although_its_notice_was_late(remitting: Checking) -> None:
    entry = remitting.remits(at=DEADLINE - SECOND)
    assert isinstance(remitting.issued(2, at=DEADLINE), Issued)
    assert remitting.told(entry) == matched(remitting, at=DEADLINE - SECOND)
    assert remitting.row(2).verified_at is None


def test_money_for_the_round_before_does_not_prove_the_next(remitting: Checking) -> None:
    asked = remitting.instruction()
    assert asked is not None
    remitting.issued(2, at=DEADLINE)
    newer = remitting.instruction()
    assert newer is not None
    other = asked.amount_fen if asked.amount_fen != newer.amount_fen else asked.amount_fen + 1
    entry = remitting.remits(amount_fen=other, at=DEADLINE + SECOND)
    assert remitting.told(entry) == Unmatched(reason=WhyUnmatched.WRONG_AMOUNT, at=entry.at)


def test_an_account_is_proved_in_its_own_market_alone(remitting: Checking) -> None:
    elsewhere = remitting.but(market=some("market"))
    elsewhere.issued()
    entry = remitting.remits()
    with pytest.raises(ApplicationError) as unknown:
        elsewhere.checks.remitted(RemittanceNotice(market=elsewhere.market, entry_id=entry.entry_id))
    assert (unknown.value.type, unknown.value.non_retryable) == ("NotConfirmed", False)
    remitting.told(entry)
    assert elsewhere.row().verified_at is None


def test_a_notice_of_nothing_is_asked_about_again(remitting: Checking) -> None:
    entry = remitting.remits()
    for behaviour, fails in (
        (Behaviour.UNAVAILABLE, GatewayUnavailable),
        (Behaviour.IN_PROGRESS, ApplicationError),
    ):
        remitting.bank.misbehave("bank_entry", behaviour)
        with pytest.raises(fails):
            remitting.told(entry)
    assert row(remitting, entry.entry_id) is None
    assert remitting.told(entry) == matched(remitting)


def test_a_notice_that_comes_eight_times_at_once_is_one(remitting: Checking) -> None:
    entries, asking = [remitting.remits(), remitting.remits()], Barrier(8, timeout=60)

    def tell(n: int) -> str:
        asking.wait()
        return repr(remitting.told(entries[n % 2]))

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(tell, range(8)))
    unmatched = Unmatched(reason=WhyUnmatched.NO_OPEN_CHECK, at=AT + SECOND)
    assert answers == sorted([repr(matched(remitting))] * 4 + [repr(unmatched)] * 4)


# --- payouts that come back


@pytest.mark.parametrize("proved", [True, False])
def test_a_payout_that_comes_back_voids_its_check(paid: Checking, proved: bool) -> None:
    right = paid.right()
    if proved:
        assert paid.guessed(right).right
    (line, other) = paid.bank.statement(paid.account.number)
    entry = paid.bank.return_payout(line.reference, at=AT + DAY)
    returned = Returned(case_id=paid.case_id, round=1, at=AT + DAY)
    assert paid.told(entry) == paid.told(entry) == returned
    void = paid.row()
    assert (void.voided_at, void.voided_because) == (AT + DAY, "returned")
    later = paid.bank.return_payout(other.reference, at=AT + 2 * DAY)
    assert paid.told(later) == returned.model_copy(update={"at": AT + 2 * DAY})
    assert paid.row().voided_at == AT + DAY
    assert not paid.guessed(right).right


@pytest.mark.parametrize("key", ["refund:p-1", "micro-deposit:bank-accounts:nowhere:c-1:1:1"])
def test_what_comes_back_and_was_none_of_ours_is_unmatched(paid: Checking, key: str) -> None:
    payout = paid.bank.pay_out(paid.market, f"{key}{some('')}"[:60], account(number=new_number()), 5, REMARK)
    entry = paid.bank.return_payout(payout.reference)
    assert paid.told(entry) == Unmatched(reason=WhyUnmatched.UNKNOWN_PAYOUT, at=entry.at)
    assert paid.row().voided_at is None


def test_a_return_that_another_market_tells_of_voids_nothing(paid: Checking) -> None:
    """Its key names our check, and its market is not ours."""
    stranger = some("market")
    payout = paid.bank.pay_out(stranger, f"micro-deposit:{paid.case_id}:1:3", paid.account, 5, REMARK)
    entry = paid.bank.return_payout(payout.reference)
    told = paid.checks.remitted(RemittanceNotice(market=stranger, entry_id=entry.entry_id))
    assert told == Unmatched(reason=WhyUnmatched.UNKNOWN_PAYOUT, at=entry.at)
    assert paid.row().voided_at is None
