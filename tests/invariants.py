"""What must never be seen, whatever was killed: read from PostgreSQL and the gateway's own tables alone."""

from sqlalchemy import Connection, Engine, text

VERSIONS_HAVE_NO_GAPS = """
SELECT case_id FROM case_changes GROUP BY case_id HAVING max(version) <> count(*) OR min(version) <> 1
"""
THE_CASE_IS_ITS_LAST_CHANGE = """
SELECT cases.case_id FROM cases LEFT JOIN case_changes last USING (case_id, version)
WHERE cases.version > 0 AND last.stage_after IS DISTINCT FROM cases.stage
"""
EACH_CHANGE_FOLLOWS_THE_ONE_BEFORE = """
SELECT later.case_id FROM case_changes later
JOIN case_changes earlier ON earlier.case_id = later.case_id AND earlier.version = later.version - 1
WHERE later.stage_before IS DISTINCT FROM earlier.stage_after
"""
NEVER_MORE_THAN_ONE_REFUND_AND_NEVER_ANOTHER_SUM = """
SELECT payment_id FROM simulated_payments JOIN simulated_refunds refunds USING (payment_id)
JOIN cases ON case_id = simulated_payments.reference
GROUP BY payment_id, simulated_payments.amount_fen
HAVING count(*) <> 1 OR sum(refunds.amount_fen) <> simulated_payments.amount_fen
"""
NO_REFUND_AFTER_COMPLETION = """
SELECT case_id FROM cases JOIN simulated_refunds ON payment_id = view->'data'->>'payment_id'
WHERE process = 'template-orders' AND outcome IN ('completed', 'accepted_by_silence')
"""
WHO_GIVES_UP_A_PAID_ORDER_GETS_EVERYTHING_BACK = """
SELECT case_id FROM cases LEFT JOIN simulated_refunds ON payment_id = view->'data'->>'payment_id'
WHERE process = 'template-orders' AND outcome IN ('declined', 'refund_requested', 'not_implemented')
AND view->'data' ? 'payment_id' AND payment_id IS NULL
"""
AN_ORDER_GIVEN_UP_UNPAID_HAS_NO_PAYMENT = """
SELECT case_id FROM cases WHERE process = 'template-orders' AND outcome IN ('unpaid', 'cancelled')
AND view->'data' ? 'payment_id'
"""
A_RECEIPT_IS_APPLIED_OR_REFUNDED = """
SELECT receipts.case_id FROM cases receipts
LEFT JOIN cases orders ON orders.case_id = receipts.regarding
    AND orders.view->'data'->>'payment_id' = receipts.id
LEFT JOIN simulated_refunds refunds ON refunds.payment_id = receipts.id
WHERE receipts.process = 'payment-receipts'
AND (receipts.outcome = 'applied' AND orders.case_id IS NULL
     OR receipts.outcome = 'refunded' AND (refunds.key IS NULL OR orders.case_id IS NOT NULL))
"""
A_CLOSED_CASE_HOLDS_NOTHING = """
SELECT case_id FROM cases JOIN admissions USING (case_id) WHERE closed_at IS NOT NULL AND open
"""
EVERY_EFFECT_WAS_ASKED_FOR = """
SELECT key FROM simulated_refunds JOIN simulated_payments USING (payment_id)
JOIN cases ON case_id = reference LEFT JOIN outside_effects USING (key) WHERE outside_effects.key IS NULL
"""
INVARIANTS = {name: sql for name, sql in globals().items() if name.isupper()}


def broken(connection: Connection) -> dict[str, list[str]]:
    """The invariants that do not hold, each with what breaks it."""
    found = {name: list(connection.execute(text(sql)).scalars()) for name, sql in INVARIANTS.items()}
    return {name: rows for name, rows in found.items() if rows}


def hold(engine: Engine) -> bool:
    """For the end of a test of faults: fails with what is broken."""
    with engine.connect() as connection:
        assert broken(connection) == {}
    return True
