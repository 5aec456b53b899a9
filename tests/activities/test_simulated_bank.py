"""The simulated bank: what it knows, what it pays, what comes back, and how it misbehaves when told to."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, delete, text
from sqlmodel import Session, col, select

from activities.gateways.payments import GatewayRefused, GatewayUnavailable
from activities.gateways.simulated.bank import SimulatedBank
from activities.gateways.simulated.misbehaving import Behaviour
from models.bank import AccountCheck, BankDetails
from models.bank_entries import EntryKind
from models.rules.bank import REMARK
from models.tables.simulated import SimulatedMisbehaviour
from models.tables.simulated_bank import SimulatedBankTransfer
from tests.activities.batches import AT
from tests.banking import COMPANY, account, new_number

MARKET = "tencent-cloud"
SECOND = timedelta(seconds=1)
GOOD = AccountCheck(ok=True)


@pytest.fixture
def bank(engine: Engine) -> Iterator[SimulatedBank]:
    """It forgets how it was told to misbehave, whatever a test made of it."""
    yield SimulatedBank(engine, lambda: AT)
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


@pytest.fixture
def mine() -> BankDetails:
    return account(number=new_number())


@pytest.fixture
def key() -> str:
    return f"micro-deposit:bank-accounts:{MARKET}:{uuid.uuid4().hex}:1:1"


def refuses(ask: Callable[[], object], code: str) -> None:
    with pytest.raises(GatewayRefused) as refused:
        ask()
    assert refused.value.code == code


def times_asked(bank: SimulatedBank, key: str) -> list[int]:
    with Session(bank.engine) as session:
        paid = select(SimulatedBankTransfer).where(col(SimulatedBankTransfer.key) == key)
        return [row.times_asked for row in session.exec(paid)]


def test_an_account_is_known_unless_its_number_ends_in_zeros(bank: SimulatedBank, mine: BankDetails) -> None:
    assert bank.check(mine) == GOOD
    unknown = mine.model_copy(update={"number": f"{mine.number[:-4]}0000"})
    assert bank.check(unknown) == AccountCheck(ok=False, code="unknown_account")
    refuses(lambda: bank.pay_out(MARKET, "k", unknown, 1, REMARK), "unknown_account")


def test_an_account_that_was_opened_is_its_holders_alone(bank: SimulatedBank, mine: BankDetails) -> None:
    bank.open_account(COMPANY, mine.number)
    assert bank.check(mine) == GOOD
    bank.open_account("Some Other Company", mine.number)
    assert bank.check(mine) == AccountCheck(ok=False, code="holder_mismatch")


def test_a_payout_is_made_once_for_a_key(bank: SimulatedBank, mine: BankDetails, key: str) -> None:
    paid = [bank.pay_out(MARKET, key, mine, 53, REMARK) for _ in range(3)]
    assert paid == paid[:1] * 3
    (line,) = bank.statement(mine.number)
    assert (line.amount_fen, line.remark, line.at, line.returned) == (53, REMARK, AT, False)
    assert times_asked(bank, key) == [3]


def test_a_key_pays_nothing_else(bank: SimulatedBank, mine: BankDetails, key: str) -> None:
    bank.pay_out(MARKET, key, mine, 53, REMARK)
    other = account(number=new_number())
    refuses(lambda: bank.pay_out(MARKET, key, mine, 54, REMARK), "key_of_another_payout")
    refuses(lambda: bank.pay_out(MARKET, key, other, 53, REMARK), "key_of_another_payout")
    assert [line.amount_fen for line in bank.statement(mine.number)] == [53]
    assert bank.statement(other.number) == []


def test_a_statement_is_found_however_its_number_is_written(
    bank: SimulatedBank, mine: BankDetails, key: str
) -> None:
    bank.pay_out(MARKET, key, mine, 53, REMARK)
    assert bank.statement(f"{mine.number[:4]} {mine.number[4:9]}-{mine.number[9:]}")


def test_a_payout_is_no_entry_of_ours(bank: SimulatedBank, mine: BankDetails, key: str) -> None:
    assert bank.entry(bank.pay_out(MARKET, key, mine, 53, REMARK).reference) is None


def test_a_remittance_is_told_as_it_came(bank: SimulatedBank, mine: BankDetails) -> None:
    told = bank.remit(MARKET, COMPANY, mine.number, 53, REMARK, at=AT + SECOND)
    assert bank.entry(told.entry_id) == told
    assert (told.kind, told.market, told.amount_fen) == (EntryKind.RECEIVED, MARKET, 53)
    assert (told.payer_holder, told.payer_number) == (COMPANY, mine.number)
    assert (told.remark, told.at, told.payout_key) == (REMARK, AT + SECOND, None)
    assert bank.entry("r-unknown") is None
    assert bank.statement(mine.number) == []


def test_a_payout_comes_back_once(bank: SimulatedBank, mine: BankDetails, key: str) -> None:
    reference = bank.pay_out(MARKET, key, mine, 53, REMARK).reference
    back, again = (bank.return_payout(reference, at=AT + n * SECOND) for n in (1, 2))
    assert back == again == bank.entry(back.entry_id)
    assert (back.kind, back.payout_key, back.amount_fen) == (EntryKind.RETURNED, key, 53)
    assert (back.payer_holder, back.payer_number, back.at) == ("", "", AT + SECOND)
    assert [line.returned for line in bank.statement(mine.number)] == [True]


def test_what_was_never_paid_out_does_not_come_back(bank: SimulatedBank, mine: BankDetails) -> None:
    remittance = bank.remit(MARKET, COMPANY, mine.number, 53, REMARK)
    for reference in ("p-unknown", remittance.entry_id):
        refuses(partial(bank.return_payout, reference), "unknown_payout")


def test_every_entry_since_an_instant_is_told(bank: SimulatedBank, mine: BankDetails, key: str) -> None:
    first = bank.remit(MARKET, COMPANY, mine.number, 53, REMARK, at=AT)
    back = bank.return_payout(bank.pay_out(MARKET, key, mine, 53, REMARK).reference, at=AT + SECOND)
    for since, told in ((AT, [first, back]), (AT + SECOND, [back]), (AT + 2 * SECOND, [])):
        found = [each for each in bank.entries_since(since) if each in (first, back)]
        assert found == told


def test_what_we_paid_into_is_kept_without_its_number(
    bank: SimulatedBank, mine: BankDetails, key: str
) -> None:
    bank.open_account(COMPANY, mine.number)
    bank.return_payout(bank.pay_out(MARKET, key, mine, 53, REMARK).reference)
    with bank.engine.connect() as connection:
        for table in ("simulated_bank_accounts", "simulated_bank_transfers"):
            rows = connection.execute(text(f"SELECT t::text FROM {table} t")).scalars().all()
            assert rows
            assert not any(mine.number in row for row in rows)


CALLS: dict[str, Callable[[SimulatedBank, BankDetails, str, str], object]] = {
    "bank_check": lambda bank, mine, _, __: bank.check(mine),
    "bank_pay_out": lambda bank, mine, key, _: bank.pay_out(MARKET, key, mine, 53, REMARK),
    "bank_entry": lambda bank, _, __, entry_id: bank.entry(entry_id),
    "bank_entries_since": lambda bank, _, __, ___: bank.entries_since(AT),
}
SILENT = (Behaviour.UNAVAILABLE, Behaviour.LOST_ANSWER, Behaviour.REFUSED)


@pytest.mark.parametrize("behaviour", SILENT)
@pytest.mark.parametrize("operation", CALLS)
def test_it_misbehaves_as_often_as_it_was_told(
    bank: SimulatedBank, mine: BankDetails, key: str, operation: str, behaviour: Behaviour
) -> None:
    entry_id = bank.remit(MARKET, COMPANY, mine.number, 53, REMARK).entry_id
    bank.misbehave(operation, behaviour, times=2)
    fails = GatewayRefused if behaviour is Behaviour.REFUSED else GatewayUnavailable
    for _ in range(2):
        with pytest.raises(fails):
            CALLS[operation](bank, mine, key, entry_id)
    for name, call in CALLS.items():
        assert call(bank, mine, key, entry_id), name


@pytest.mark.parametrize(("behaviour", "pays"), [*((each, each is Behaviour.LOST_ANSWER) for each in SILENT)])
def test_without_an_answer_it_paid_or_did_not(
    bank: SimulatedBank, mine: BankDetails, key: str, behaviour: Behaviour, pays: bool
) -> None:
    bank.misbehave("bank_pay_out", behaviour)
    with pytest.raises((GatewayRefused, GatewayUnavailable)):
        bank.pay_out(MARKET, key, mine, 53, REMARK)
    assert len(bank.statement(mine.number)) == pays
    bank.pay_out(MARKET, key, mine, 53, REMARK)
    assert len(bank.statement(mine.number)) == 1


def test_what_is_in_progress_has_no_answer_yet(bank: SimulatedBank, mine: BankDetails, key: str) -> None:
    entry_id = bank.remit(MARKET, COMPANY, mine.number, 53, REMARK).entry_id
    for operation in CALLS:
        bank.misbehave(operation, Behaviour.IN_PROGRESS)
    assert bank.entry(entry_id) is None
    for operation in ("bank_check", "bank_pay_out"):
        with pytest.raises(GatewayUnavailable):
            CALLS[operation](bank, mine, key, entry_id)
    assert bank.statement(mine.number) == []
    assert bank.entry(entry_id) is not None


def test_it_can_lie(bank: SimulatedBank, mine: BankDetails) -> None:
    told = bank.remit(MARKET, COMPANY, mine.number, 53, REMARK)
    for operation in ("bank_check", "bank_entry"):
        bank.misbehave(operation, Behaviour.CONTRADICTS)
    assert not bank.check(mine).ok
    assert bank.entry(told.entry_id) == told.model_copy(update={"amount_fen": 54})
    assert (bank.check(mine), bank.entry(told.entry_id)) == (GOOD, told)
