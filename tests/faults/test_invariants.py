"""The checker that runs after faults must itself notice a fault."""

import pytest
from sqlalchemy import Engine, text

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
}


@pytest.mark.parametrize("invariant", sorted(INVARIANTS))
def test_a_planted_fault_is_noticed(engine: Engine, invariant: str) -> None:
    with engine.connect() as connection:
        for fault in FAULTS[invariant]:
            connection.execute(text(fault))
        assert invariant in broken(connection)
        connection.rollback()
