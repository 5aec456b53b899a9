"""Faults of deposits, as rows: each is what one invariant must notice."""

import json
from typing import Any

ACCOUNT = "deposit-accounts:m:d"
PAYMENT = """
INSERT INTO simulated_payments (payment_id, market, reference, amount_fen, currency, paid_at)
VALUES ('p', 'm', '{reference}', {fen}, 'CNY', now())
"""
REFUND = """
INSERT INTO simulated_refunds (key, payment_id, amount_fen, refunded_at, times_asked)
VALUES ('{key}', 'p', {fen}, now(), 1)
"""
CHANGE = """
INSERT INTO case_changes
    (case_id, version, run_id, at, event, actor, data, stage_before, stage_after, hash, answer)
VALUES ('deposit-accounts:m:d', {version}, 'r', now(), 'no_open_orders', '{{}}', '{{}}',
        'releasing', 'releasing', 'h', '{answer}')
"""
POSTED = """
WITH posted AS (
    INSERT INTO ledger_transactions (key, market, case_id, version, what, currency, entries, at)
    VALUES ('{key}', 'm', 'deposit-accounts:m:d', 1, 'w', 'CNY', 2, now()) RETURNING id
)
INSERT INTO ledger_entries (transaction_id, market, account, amount_fen)
SELECT id, 'm', account, fen FROM posted, (VALUES {sides}) AS sides (account, fen)
"""
TAKEN = POSTED.format(key="applied:m:p", sides="('unapplied', 100), ('deposit:isv', -100)")
FORFEITED = POSTED.format(key="forfeited:d:1", sides="('deposit:isv', 40), ('forfeited', -40)")
BACK = POSTED.format(key="refund:m:p:1", sides="('deposit:isv', 60), ('gateway', -60)")
OPEN_ORDER = """
INSERT INTO cases (case_id, process, market, id, provider_id, stage, version, run_id, opened_at, changed_at,
                   waiting_on, blocked_by, view)
VALUES ('template-orders:m:o', 'template-orders', 'm', 'o', 'isv', 'unpaid', 0, 'r',
        now() - interval '1 hour', now(), '{}', '{}', '{"data": {}}')
"""


def account(stage: str = "held", *, back_fen: int = 0, payments: int = 1, **figures: Any) -> str:
    """An account on record, into which 100 fen were paid."""
    known = {"required_fen": 100, "held_fen": 100, "returning_fen": 0, "forfeited_fen": 0, "on_hold": False}
    paid = {"payment_id": "p", "amount_fen": 100, "back_fen": back_fen}
    view = json.dumps({"data": {**known, **figures, "payments": [paid] * payments}})
    closed = "now(), 'released'" if stage == "closed" else "NULL, NULL"
    return f"""
INSERT INTO cases (case_id, process, market, id, provider_id, stage, closed_at, outcome, version, run_id,
                   opened_at, changed_at, waiting_on, blocked_by, view)
VALUES ('{ACCOUNT}', 'deposit-accounts', 'm', 'd', 'isv', '{stage}', {closed}, 0, 'r',
        now(), now(), '{{}}', '{{}}', '{view}')
"""


PAID = PAYMENT.format(reference=ACCOUNT, fen=100)
FAULTS = {
    "WHAT_A_DEPOSIT_TOOK_WAS_PAID_AND_ONCE": [account(), PAYMENT.format(reference=ACCOUNT, fen=99)],
    "A_DEPOSITS_MONEY_GOES_BACK_BY_ITS_ACCOUNT_ALONE": [
        account(),
        PAID,
        REFUND.format(key="refund:m:p", fen=100),
    ],
    "NEVER_MORE_OF_A_DEPOSIT_GOES_BACK_THAN_WAS_DECIDED": [
        account(back_fen=60),
        PAID,
        REFUND.format(key="refund:m:p:1", fen=61),
    ],
    "A_CLOSED_DEPOSIT_IS_BACK_OR_FORFEITED_TO_THE_FEN": [account("closed", back_fen=60, forfeited_fen=39)],
    "THE_LEDGER_HOLDS_WHAT_A_DEPOSIT_SAYS": [account(held_fen=99), TAKEN],
    "WHAT_IS_FORFEITED_IS_INCOME": [account(forfeited_fen=41, held_fen=59), TAKEN, FORFEITED],
    "WHAT_IS_NOT_COVERED_IS_NOT_HELD": [account(required_fen=101)],
    "A_DEPOSIT_IS_RELEASED_ONCE_AND_AFTER_THE_LAST_ORDER": [
        account("releasing"),
        OPEN_ORDER,
        CHANGE.format(version=1, answer="{}"),
    ],
    "NOTHING_IS_RELEASED_WHILE_IT_IS_ON_HOLD": [
        account("releasing"),
        CHANGE.format(version=1, answer='{"data": {"on_hold": true}}'),
    ],
}
TWICE = {
    "WHAT_A_DEPOSIT_TOOK_WAS_PAID_AND_ONCE": [account(payments=2), PAID],
    "A_DEPOSIT_IS_RELEASED_ONCE_AND_AFTER_THE_LAST_ORDER": [
        account("releasing"),
        *(CHANGE.format(version=n, answer="{}") for n in (1, 2)),
    ],
}
"""Taken twice, and released twice."""
SOUND = [
    account("closed", back_fen=60, held_fen=0, forfeited_fen=40),
    PAID,
    POSTED.format(key="received:m:p", sides="('gateway', 100), ('unapplied', -100)"),
    TAKEN,
    FORFEITED,
    "INSERT INTO outside_effects (key, request, asked_at) VALUES ('refund:m:p:1', '{}', now())",
    REFUND.format(key="refund:m:p:1", fen=60),
    BACK.replace("'w'", "'payment_refunded'"),
]
"""Paid, partly forfeited, and the rest given back."""
