"""The checker that runs after faults must itself notice a fault."""

import pytest
from sqlalchemy import Engine, text

from tests.faults import bank_accounts, deposits, listings, settlements
from tests.invariants import INVARIANTS, broken

ORDER = """
INSERT INTO cases (case_id, process, market, id, stage, outcome, version, run_id, opened_at, changed_at,
                   closed_at, waiting_on, blocked_by, view)
VALUES ('template-orders:m:{id}', 'template-orders', 'm', '{id}', 'closed', '{outcome}', 0, 'r', now(), now(),
        now(), '{{}}', '{{}}', '{{"data": {data}}}')
"""
RECEIPT = ORDER.replace("template-orders", "payment-receipts")
PAYMENT = """
INSERT INTO simulated_payments (payment_id, market, reference, amount_fen, currency, paid_at)
VALUES ('p', 'm', 'template-orders:m:o', 100, 'CNY', now())
"""
REFUND = """
INSERT INTO simulated_refunds (key, payment_id, amount_fen, refunded_at, times_asked)
VALUES ('{key}', 'p', {fen}, now(), 1)
"""
CHANGE = """
INSERT INTO case_changes
    (case_id, version, run_id, at, event, actor, data, stage_before, stage_after, hash, answer)
VALUES ('c', {version}, 'r', now(), 'e', '{{}}', '{{}}', {before}, '{after}', 'h', '{{}}')
"""
POSTED = """
WITH posted AS (
    INSERT INTO ledger_transactions (key, market, case_id, version, what, currency, entries, at)
    VALUES ('{key}', 'm', '{case}', 1, '{what}', 'CNY', 2, now()) RETURNING id
)
INSERT INTO ledger_entries (transaction_id, market, account, amount_fen)
SELECT id, 'm', account, fen FROM posted, (VALUES {sides}) AS sides (account, fen)
"""
RECEIVED = POSTED.format(
    key="received:m:p", case="receipt", what="payment_received", sides="('gateway', 100), ('unapplied', -100)"
)
APPLIED = POSTED.format(
    key="applied:m:p",
    case="template-orders:m:o",
    what="payment_applied",
    sides="('unapplied', 100), ('escrow', -100)",
)
REFUNDED = POSTED.format(
    key="refund:m:p",
    case="template-orders:m:o",
    what="payment_refunded",
    sides="('escrow', 100), ('gateway', -100)",
)
PAID = '{"payment_id": "p"}'
FAULTS = {
    "VERSIONS_HAVE_NO_GAPS": [CHANGE.format(version=2, before="'a'", after="a")],
    "THE_CASE_IS_ITS_LAST_CHANGE": [
        ORDER.format(id="o", outcome="unpaid", data="{}").replace("'unpaid', 0", "'unpaid', 1")
    ],
    "EACH_CHANGE_FOLLOWS_THE_ONE_BEFORE": [
        CHANGE.format(version=1, before="NULL", after="a"),
        CHANGE.format(version=2, before="'b'", after="c"),
    ],
    "NEVER_MORE_THAN_ONE_REFUND_AND_NEVER_ANOTHER_SUM": [
        ORDER.format(id="o", outcome="unpaid", data="{}"),
        PAYMENT,
        REFUND.format(key="k", fen=99),
    ],
    "NO_REFUND_AFTER_COMPLETION": [
        ORDER.format(id="o", outcome="completed", data=PAID),
        REFUND.format(key="k", fen=100),
    ],
    "WHO_GIVES_UP_A_PAID_ORDER_GETS_EVERYTHING_BACK": [ORDER.format(id="o", outcome="declined", data=PAID)],
    "AN_ORDER_GIVEN_UP_UNPAID_HAS_NO_PAYMENT": [ORDER.format(id="o", outcome="unpaid", data=PAID)],
    "A_RECEIPT_IS_APPLIED_OR_REFUNDED": [RECEIPT.format(id="p", outcome="applied", data="{}")],
    "A_CLOSED_CASE_HOLDS_NOTHING": [
        ORDER.format(id="o", outcome="unpaid", data="{}"),
        "INSERT INTO admissions (case_id, market, process, workflow, digest, input, open, admitted_at) "
        "VALUES ('template-orders:m:o', 'm', 'template-orders', 'w', 'd', '{}', true, now())",
    ],
    "EVERY_EFFECT_WAS_ASKED_FOR": [
        ORDER.format(id="o", outcome="unpaid", data="{}"),
        PAYMENT,
        REFUND.format(key="k", fen=100),
    ],
    "EVERY_TRANSACTION_SUMS_TO_ZERO": [RECEIVED.replace("-100", "-99")],
    "A_CLOSED_ORDER_LEAVES_NOTHING_IN_ESCROW": [
        ORDER.format(id="o", outcome="completed", data=PAID),
        APPLIED,
    ],
    "A_CLOSED_RECEIPT_LEAVES_NOTHING_UNAPPLIED": [
        RECEIPT.format(id="p", outcome="applied", data="{}"),
        RECEIVED,
    ],
    "EVERY_REFUND_AT_THE_GATEWAY_STANDS_IN_THE_LEDGER": [
        ORDER.format(id="o", outcome="declined", data=PAID),
        PAYMENT,
        REFUND.format(key="refund:m:p", fen=100),
        REFUNDED.replace("-100", "100"),
    ],
    "EVERY_REFUND_IN_THE_LEDGER_WAS_MADE_AT_THE_GATEWAY": [
        ORDER.format(id="o", outcome="declined", data=PAID),
        REFUNDED,
    ],
    "A_COMPLETED_ORDER_IS_THE_PROVIDERS_AND_OURS": [
        ORDER.format(id="o", outcome="completed", data='{"payment_id": "p", "amount_fen": 100}'),
        POSTED.format(
            key="completed:template-orders:m:o",
            case="template-orders:m:o",
            what="order_completed",
            sides="('escrow', 100), ('commission', -10), ('provider:somebody-else', -90)",
        ),
    ],
    "THE_GATEWAY_ACCOUNT_IS_WHAT_CAME_LESS_WHAT_WENT_BACK": [
        ORDER.format(id="o", outcome="declined", data=PAID),
        PAYMENT,
        RECEIVED,
        REFUND.format(key="refund:m:p", fen=100),
    ],
}
SOUND = [
    ORDER.format(id="o", outcome="declined", data=PAID),
    RECEIPT.format(id="p", outcome="applied", data="{}"),
    "UPDATE cases SET regarding = 'template-orders:m:o' WHERE process = 'payment-receipts'",
    PAYMENT,
    RECEIVED,
    APPLIED,
    "INSERT INTO outside_effects (key, request, asked_at) VALUES ('refund:m:p', '{}', now())",
    REFUND.format(key="refund:m:p", fen=100),
    REFUNDED,
]


FAULTS |= deposits.FAULTS | bank_accounts.FAULTS | settlements.FAULTS | listings.FAULTS


@pytest.mark.parametrize("invariant", sorted(INVARIANTS))
def test_a_planted_fault_is_noticed(engine: Engine, invariant: str) -> None:
    with engine.connect() as connection:
        for fault in FAULTS[invariant]:
            connection.execute(text(fault))
        assert invariant in broken(connection)
        connection.rollback()


@pytest.mark.parametrize("invariant", deposits.TWICE)
def test_a_deposit_that_is_taken_or_released_twice_is_noticed(engine: Engine, invariant: str) -> None:
    with engine.connect() as connection:
        for fault in deposits.TWICE[invariant]:
            connection.execute(text(fault))
        assert invariant in broken(connection)
        connection.rollback()


@pytest.mark.parametrize("unproven", bank_accounts.ALSO)
def test_an_account_that_nothing_proves_is_noticed(engine: Engine, unproven: str) -> None:
    with engine.connect() as connection:
        for fault in bank_accounts.ALSO[unproven]:
            connection.execute(text(fault))
        assert "WHAT_IS_VERIFIED_WAS_PROVEN_IN_THAT_VERSION" in broken(connection)
        connection.rollback()


@pytest.mark.parametrize("booked", settlements.ALSO)
def test_a_deduction_that_the_ledger_does_not_know_is_noticed(engine: Engine, booked: str) -> None:
    with engine.connect() as connection:
        for fault in settlements.ALSO[booked]:
            connection.execute(text(fault))
        found = broken(connection)
        assert "WHAT_A_SETTLEMENT_ACCOUNT_RECOVERED_WAS_DEDUCTED_AND_NO_MORE" in found
        connection.rollback()


@pytest.mark.parametrize("fault", listings.ALSO)
def test_what_is_on_sale_or_decided_in_another_wrong_way_is_noticed(engine: Engine, fault: str) -> None:
    invariant, rows = listings.ALSO[fault]
    with engine.connect() as connection:
        for row in rows:
            connection.execute(text(row))
        assert invariant in broken(connection)
        connection.rollback()


@pytest.mark.parametrize(
    "sound",
    [SOUND, deposits.SOUND, bank_accounts.SOUND, settlements.SOUND, listings.SOUND],
    ids=["order", "deposit", "bank account", "settlement account", "listing"],
)
def test_what_went_as_it_should_breaks_none(own_engine: Engine, sound: list[str]) -> None:
    with own_engine.connect() as connection:
        for fact in sound:
            connection.execute(text(fact))
        assert broken(connection) == {}
        connection.rollback()
