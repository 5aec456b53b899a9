"""What each step of an order means in money. Nothing is made, and nothing is lost."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.ledger import (
    Account,
    AccountKind,
    Entry,
    LedgerTransaction,
    applied,
    arrears_of,
    claimed,
    completed,
    disclaimed,
    kind_of,
    of_provider,
    owed_to,
    received,
    recovered,
    refunded,
)

TENTH = Decimal("0.10")
REFUND = "refund:alipay:p-1"
amounts = st.integers(min_value=1, max_value=10**15)
rates = st.integers(min_value=0, max_value=10_000).map(lambda parts: Decimal(parts).scaleb(-4))


def balances(*posted: LedgerTransaction) -> dict[str, int]:
    """Each account's balance in its normal side, where there is one."""
    found = Counter[str]()
    for entry in (entry for each in posted for entry in each.entries):
        found[entry.account] += entry.amount_fen * kind_of(entry.account).sign
    return {account: balance for account, balance in found.items() if balance}


@pytest.mark.parametrize(
    ("posting", "key", "what", "expected"),
    [
        (
            received("alipay", "p-1", 9_900),
            "received:alipay:p-1",
            "payment_received",
            {"gateway": 9_900, "unapplied": 9_900},
        ),
        (
            applied("alipay", "p-1", 9_900),
            "applied:alipay:p-1",
            "payment_applied",
            {"unapplied": -9_900, "escrow": 9_900},
        ),
        (
            refunded(REFUND, "alipay", 9_900, Account.ESCROW),
            REFUND,
            "payment_refunded",
            {"escrow": -9_900, "gateway": -9_900},
        ),
        (
            refunded(REFUND, "alipay", 9_900, Account.UNAPPLIED),
            REFUND,
            "payment_refunded",
            {"unapplied": -9_900, "gateway": -9_900},
        ),
        (
            completed("template-orders:alipay:o-1", "alipay", "isv-1", 9_905, TENTH),
            "completed:template-orders:alipay:o-1",
            "order_completed",
            {"escrow": -9_905, "provider:isv-1": 8_914, "commission": 991},
        ),
    ],
)
def test_each_step_is_one_transaction_under_a_key_of_its_own(
    posting: LedgerTransaction, key: str, what: str, expected: dict[str, int]
) -> None:
    assert (posting.key, posting.what, posting.market, posting.currency) == (key, what, "alipay", "CNY")
    assert balances(posting) == expected


@given(amounts, rates)
def test_every_transaction_sums_to_zero_and_has_no_empty_entry(amount_fen: int, rate: Decimal) -> None:
    for posting in (
        received("m", "p", amount_fen, "USD"),
        applied("m", "p", amount_fen),
        refunded("k", "m", amount_fen, Account.ESCROW),
        completed("c", "m", "isv-1", amount_fen, rate),
    ):
        assert sum(entry.amount_fen for entry in posting.entries) == 0
        assert all(entry.amount_fen for entry in posting.entries)


@given(amounts, rates)
def test_a_completed_order_leaves_its_parts_with_the_provider_and_with_us(
    amount_fen: int, rate: Decimal
) -> None:
    ended = completed("c", "m", "isv-1", amount_fen, rate)
    left = balances(received("m", "p", amount_fen), applied("m", "p", amount_fen), ended)
    assert left.keys() <= {Account.GATEWAY, owed_to("isv-1"), Account.COMMISSION}
    assert left[Account.GATEWAY] == amount_fen
    assert left.get(owed_to("isv-1"), 0) + left.get(Account.COMMISSION, 0) == amount_fen


def test_an_order_that_was_given_up_leaves_nothing() -> None:
    back = refunded(REFUND, "alipay", 9_900, Account.ESCROW)
    assert balances(received("alipay", "p-1", 9_900), applied("alipay", "p-1", 9_900), back) == {}


def test_what_a_provider_owes_is_claimed_once_and_recovered_or_given_up() -> None:
    """ALI-SET-20, AMB-26."""
    of = ("settlement-accounts:aliyun:s-1", 3, "aliyun", "isv-1", 600)
    assert balances(claimed(*of)) == {arrears_of("isv-1"): 600, "refunds_due": 600}
    assert balances(claimed(*of), recovered(*of)) == {"gateway": 600, "refunds_due": 600}
    assert balances(claimed(*of), disclaimed(*of)) == {}
    keys = {each(*of).key for each in (claimed, recovered, disclaimed)}
    assert keys == {f"{what}:{of[0]}:3" for what in ("claimed", "recovered", "disclaimed")}
    assert arrears_of("isv-1") in of_provider("isv-1")


def test_money_that_no_order_wanted_leaves_nothing_in_its_own_currency() -> None:
    came = received("alipay", "p-1", 9_900, "USD")
    back = refunded(REFUND, "alipay", 9_900, Account.UNAPPLIED, "USD")
    assert (came.currency, back.currency) == ("USD", "USD")
    assert balances(came, back) == {}


@pytest.mark.parametrize(
    ("rate", "accounts"),
    [
        ("0", ["escrow", "provider:isv-1"]),
        ("1", ["escrow", "commission"]),
        ("0.10", ["escrow", "provider:isv-1", "commission"]),
    ],
)
def test_an_entry_of_nothing_is_left_out(rate: str, accounts: list[str]) -> None:
    posting = completed("c", "m", "isv-1", 9_900, Decimal(rate))
    assert [entry.account for entry in posting.entries] == accounts


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([("gateway", 2), ("escrow", -1)], id="out of balance"),
        pytest.param([("gateway", 1)], id="one side"),
        pytest.param([], id="none"),
        pytest.param([("gateway", 0), ("escrow", 0)], id="of nothing"),
        pytest.param([("gateway", True), ("escrow", -1)], id="a truth"),
        pytest.param([("gateway", 1.0), ("escrow", -1)], id="a fraction"),
        pytest.param([("gateway", "1"), ("escrow", -1)], id="a text"),
        pytest.param([("", 1), ("escrow", -1)], id="nowhere"),
        pytest.param([("gateway", 10**15 + 1), ("escrow", -(10**15) - 1)], id="more than there is"),
    ],
)
def test_what_is_no_double_entry_is_refused(entries: list[tuple[str, object]]) -> None:
    asked = [{"account": account, "amount_fen": fen} for account, fen in entries]
    with pytest.raises(ValidationError):
        LedgerTransaction.model_validate(
            {"key": "k", "market": "m", "what": "w", "currency": "CNY", "entries": asked}
        )


def test_no_step_moves_nothing() -> None:
    with pytest.raises(ValidationError):
        received("m", "p", 0)


@pytest.mark.parametrize(
    ("account", "kind", "sign"),
    [
        *(("gateway", AccountKind.ASSET, 1), ("unapplied", AccountKind.LIABILITY, -1)),
        *(("escrow", AccountKind.LIABILITY, -1), ("commission", AccountKind.INCOME, -1)),
        *(("provider:isv-1", AccountKind.LIABILITY, -1), ("arrears:isv-1", AccountKind.ASSET, 1)),
        ("refunds_due", AccountKind.LIABILITY, -1),
    ],
)
def test_an_account_has_a_kind_and_a_normal_side(account: str, kind: AccountKind, sign: int) -> None:
    assert (kind_of(account), kind_of(account).sign) == (kind, sign)


@pytest.mark.parametrize("account", ["", "provider", "provider:", "arrears:", "Gateway", "buyer:b-1"])
def test_what_is_no_account_has_no_kind(account: str) -> None:
    with pytest.raises(ValueError, match="no account"):
        kind_of(account)


def test_a_posting_survives_its_way_to_the_record() -> None:
    posting = completed("c", "m", "isv-1", 9_905, TENTH)
    assert LedgerTransaction.model_validate_json(posting.model_dump_json()) == posting
    assert Entry(account=Account.GATEWAY, amount_fen=1) == Entry(account="gateway", amount_fen=1)
