"""What must never be seen, whatever was killed: read from PostgreSQL and the gateway's own tables alone."""

from sqlalchemy import Connection, Engine, text

from tests import listing_invariants

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
WHERE NOT view->'data'->'payments' @> jsonb_build_array(jsonb_build_object('payment_id', payment_id))
    OR view->'data'->'payments' IS NULL
GROUP BY payment_id, simulated_payments.amount_fen
HAVING count(*) <> 1 OR sum(refunds.amount_fen) <> simulated_payments.amount_fen
"""
NO_REFUND_AFTER_COMPLETION = """
SELECT case_id FROM cases JOIN simulated_refunds ON payment_id = view->'data'->>'payment_id'
WHERE process = 'template-orders' AND outcome IN ('completed', 'accepted_by_silence', 'appeal_accepted')
"""
WHO_GIVES_UP_A_PAID_ORDER_GETS_EVERYTHING_BACK = """
SELECT case_id FROM cases LEFT JOIN simulated_refunds ON payment_id = view->'data'->>'payment_id'
WHERE process = 'template-orders'
AND outcome IN ('declined', 'refund_requested', 'not_implemented', 'appeal_refunded')
AND view->'data' ? 'payment_id' AND payment_id IS NULL
"""
AN_ORDER_GIVEN_UP_UNPAID_HAS_NO_PAYMENT = """
SELECT case_id FROM cases WHERE process = 'template-orders' AND outcome IN ('unpaid', 'cancelled')
AND view->'data' ? 'payment_id'
"""
A_RECEIPT_IS_APPLIED_OR_REFUNDED = """
SELECT receipts.case_id FROM cases receipts
LEFT JOIN cases orders ON orders.case_id = receipts.regarding AND (
    orders.view->'data'->>'payment_id' = receipts.id
    OR orders.view->'data'->'payments' @> jsonb_build_array(jsonb_build_object('payment_id', receipts.id)))
LEFT JOIN simulated_refunds refunds ON refunds.payment_id = receipts.id
WHERE receipts.process = 'payment-receipts'
AND (receipts.outcome = 'applied' AND orders.case_id IS NULL
     OR receipts.outcome = 'refunded' AND (refunds.key IS NULL OR orders.case_id IS NOT NULL))
"""
A_CLOSED_CASE_HOLDS_NOTHING = """
SELECT case_id FROM cases JOIN admissions USING (case_id) LEFT JOIN admission_holds USING (case_id)
WHERE closed_at IS NOT NULL AND (open OR hold IS NOT NULL)
"""
EVERY_EFFECT_WAS_ASKED_FOR = """
SELECT key FROM simulated_refunds JOIN simulated_payments USING (payment_id)
JOIN cases ON case_id = reference LEFT JOIN outside_effects USING (key) WHERE outside_effects.key IS NULL
"""
settled = """
WITH settled AS (
    SELECT payment_id, paid.market || ':' || payment_id AS payment, paid.amount_fen
    FROM simulated_payments paid
    JOIN cases ON case_id = 'payment-receipts:' || paid.market || ':' || payment_id
            AND outcome IS DISTINCT FROM 'unconfirmed'
        OR case_id = reference AND (view->'data'->>'payment_id' = payment_id
            OR view->'data'->'payments' @> jsonb_build_array(jsonb_build_object('payment_id', payment_id)))
    GROUP BY payment_id HAVING bool_and(closed_at IS NOT NULL)
)
"""
EVERY_TRANSACTION_SUMS_TO_ZERO = """
SELECT key FROM ledger_transactions posted LEFT JOIN ledger_entries ON transaction_id = posted.id
GROUP BY posted.id HAVING coalesce(sum(amount_fen), 0) <> 0 OR count(amount_fen) < 2
"""
A_CLOSED_ORDER_LEAVES_NOTHING_IN_ESCROW = """
SELECT case_id FROM cases JOIN ledger_transactions posted USING (case_id)
JOIN ledger_entries ON transaction_id = posted.id AND account = 'escrow'
WHERE process = 'template-orders' AND closed_at IS NOT NULL
GROUP BY case_id HAVING sum(amount_fen) <> 0
"""
A_CLOSED_RECEIPT_LEAVES_NOTHING_UNAPPLIED = """
SELECT receipts.case_id FROM cases receipts
CROSS JOIN LATERAL (SELECT receipts.market || ':' || receipts.id AS payment) own
JOIN ledger_transactions posted
    ON key IN ('received:' || payment, 'applied:' || payment, 'fee_paid:' || payment, 'refund:' || payment)
JOIN ledger_entries ON transaction_id = posted.id AND account = 'unapplied'
WHERE process = 'payment-receipts' AND closed_at IS NOT NULL
GROUP BY receipts.case_id HAVING sum(amount_fen) <> 0
"""
EVERY_REFUND_AT_THE_GATEWAY_STANDS_IN_THE_LEDGER = f"""{settled}
SELECT key FROM settled JOIN simulated_refunds refunds USING (payment_id)
LEFT JOIN ledger_transactions posted USING (key)
LEFT JOIN ledger_entries entries ON transaction_id = posted.id AND account = 'gateway'
WHERE entries.amount_fen IS DISTINCT FROM -refunds.amount_fen
"""
EVERY_REFUND_IN_THE_LEDGER_WAS_MADE_AT_THE_GATEWAY = """
SELECT key FROM ledger_transactions posted JOIN cases USING (case_id)
JOIN ledger_entries entries ON transaction_id = posted.id AND account = 'gateway'
LEFT JOIN simulated_refunds refunds USING (key)
WHERE process IN ('template-orders', 'payment-receipts', 'deposit-accounts') AND what = 'payment_refunded'
AND entries.amount_fen IS DISTINCT FROM -refunds.amount_fen
"""
A_COMPLETED_ORDER_IS_THE_PROVIDERS_AND_OURS = """
SELECT orders.case_id FROM cases orders
LEFT JOIN ledger_transactions posted ON key = 'completed:' || orders.case_id
LEFT JOIN ledger_entries ON transaction_id = posted.id
    AND account IN ('commission', 'provider:' || provider_id)
WHERE process = 'template-orders' AND outcome IN ('completed', 'accepted_by_silence', 'appeal_accepted')
AND view->'data' ? 'payment_id'
GROUP BY orders.case_id
HAVING coalesce(-sum(amount_fen), 0) <> (view->'data'->>'amount_fen')::bigint
"""
THE_GATEWAY_ACCOUNT_IS_WHAT_CAME_LESS_WHAT_WENT_BACK = f"""{settled}
SELECT payment_id FROM settled
LEFT JOIN ledger_transactions posted
    ON key IN ('received:' || payment, 'refund:' || payment) OR key LIKE 'refund:' || payment || ':%'
LEFT JOIN ledger_entries entries ON transaction_id = posted.id AND account = 'gateway'
GROUP BY payment_id, settled.amount_fen
HAVING coalesce(sum(entries.amount_fen), 0) <> settled.amount_fen - (
    SELECT coalesce(sum(refunds.amount_fen), 0) FROM simulated_refunds refunds
    WHERE refunds.payment_id = settled.payment_id
)
"""
deposits = """
WITH deposits AS (
    SELECT cases.*, view->'data' AS data, payment->>'payment_id' AS payment_id,
        (payment->>'amount_fen')::bigint AS amount_fen, (payment->>'back_fen')::bigint AS back_fen
    FROM cases LEFT JOIN jsonb_array_elements(view->'data'->'payments') payment ON true
    WHERE process = 'deposit-accounts'
)
"""
WHAT_A_DEPOSIT_TOOK_WAS_PAID_AND_ONCE = f"""{deposits}
SELECT deposits.case_id FROM deposits LEFT JOIN simulated_payments paid USING (payment_id)
WHERE payment_id IS NOT NULL AND (paid.amount_fen IS DISTINCT FROM deposits.amount_fen
    OR reference IS DISTINCT FROM case_id OR currency <> 'CNY')
UNION ALL
SELECT min(case_id) FROM deposits WHERE payment_id IS NOT NULL GROUP BY payment_id HAVING count(*) > 1
"""
A_DEPOSITS_MONEY_GOES_BACK_BY_ITS_ACCOUNT_ALONE = f"""{deposits}
SELECT case_id FROM deposits JOIN simulated_refunds refunds USING (payment_id)
WHERE refunds.key NOT LIKE 'refund:' || market || ':' || payment_id || ':%'
"""
NEVER_MORE_OF_A_DEPOSIT_GOES_BACK_THAN_WAS_DECIDED = f"""{deposits}
SELECT case_id FROM deposits LEFT JOIN simulated_refunds refunds USING (payment_id)
GROUP BY case_id, payment_id, deposits.amount_fen, back_fen, closed_at
HAVING coalesce(sum(refunds.amount_fen), 0) > back_fen OR back_fen > deposits.amount_fen
    OR closed_at IS NOT NULL AND coalesce(sum(refunds.amount_fen), 0) <> back_fen
"""
A_CLOSED_DEPOSIT_IS_BACK_OR_FORFEITED_TO_THE_FEN = f"""{deposits}
SELECT case_id FROM deposits WHERE closed_at IS NOT NULL GROUP BY case_id, data
HAVING coalesce(sum(amount_fen), 0) <> coalesce(sum(back_fen), 0) + (data->>'forfeited_fen')::bigint
"""
THE_LEDGER_HOLDS_WHAT_A_DEPOSIT_SAYS = """
SELECT accounts.case_id FROM cases accounts
LEFT JOIN ledger_transactions posted USING (case_id)
LEFT JOIN ledger_entries ON transaction_id = posted.id AND account = 'deposit:' || provider_id
WHERE process = 'deposit-accounts'
GROUP BY accounts.case_id HAVING -coalesce(sum(amount_fen), 0)
    <> (view->'data'->>'held_fen')::bigint + (view->'data'->>'returning_fen')::bigint
"""
WHAT_IS_FORFEITED_IS_INCOME = """
SELECT accounts.case_id FROM cases accounts
LEFT JOIN ledger_transactions posted USING (case_id)
LEFT JOIN ledger_entries ON transaction_id = posted.id AND account = 'forfeited'
WHERE process = 'deposit-accounts'
GROUP BY accounts.case_id HAVING -coalesce(sum(amount_fen), 0) <> (view->'data'->>'forfeited_fen')::bigint
"""
WHAT_IS_NOT_COVERED_IS_NOT_HELD = """
SELECT case_id FROM cases WHERE process = 'deposit-accounts' AND stage IN ('unpaid', 'short', 'held')
AND stage <> CASE
    WHEN (view->'data'->>'held_fen')::bigint >= (view->'data'->>'required_fen')::bigint THEN 'held'
    WHEN (view->'data'->>'held_fen')::bigint > 0 THEN 'short' ELSE 'unpaid' END
"""
A_DEPOSIT_IS_RELEASED_ONCE_AND_AFTER_THE_LAST_ORDER = """
SELECT released.case_id FROM case_changes released JOIN cases accounts USING (case_id)
WHERE accounts.process = 'deposit-accounts' AND event = 'no_open_orders' AND (
    EXISTS (SELECT FROM case_changes other WHERE other.case_id = released.case_id
            AND other.event = released.event AND other.version <> released.version)
    OR EXISTS (SELECT FROM cases orders WHERE orders.process = 'template-orders'
        AND (orders.market, orders.provider_id) = (accounts.market, accounts.provider_id)
        AND orders.opened_at < released.at AND coalesce(orders.closed_at > released.at, true)))
"""
NOTHING_IS_RELEASED_WHILE_IT_IS_ON_HOLD = """
SELECT case_id FROM case_changes JOIN cases USING (case_id)
WHERE process = 'deposit-accounts' AND event = 'no_open_orders' AND answer->'data'->>'on_hold' = 'true'
"""
WHAT_IS_VERIFIED_WAS_PROVEN_IN_THAT_VERSION = """
SELECT case_id FROM cases WHERE process = 'bank-accounts' AND view->'data'->>'verified' = 'true'
AND NOT EXISTS (SELECT FROM bank_checks checks WHERE checks.case_id = cases.case_id
    AND round >= (view->'data'->>'first_round')::int AND verified_at IS NOT NULL AND voided_at IS NULL)
"""
NO_ACCOUNT_HAS_MORE_ROUNDS_TO_GUESS_IN_THAN_ITS_TERMS_SAY = """
SELECT min(case_id) FROM bank_checks checks JOIN admissions USING (case_id)
WHERE direction = 'platform_pays' GROUP BY checks.market, account_digest
HAVING count(*) > max((input->'terms'->'check'->>'rounds')::int)
"""
WHAT_WAS_PAID_IN_WAS_ASKED_FOR = """
SELECT transfers.key FROM simulated_bank_transfers transfers
JOIN cases ON transfers.key LIKE 'micro-deposit:' || case_id || ':%'
LEFT JOIN outside_effects effects ON effects.key = transfers.key
WHERE kind = 'paid_out' AND effects.key IS NULL
"""
THE_LEDGER_SAYS_WHAT_A_SETTLEMENT_ACCOUNT_OWES = """
SELECT accounts.case_id FROM cases accounts
LEFT JOIN ledger_transactions posted USING (case_id)
LEFT JOIN ledger_entries ON transaction_id = posted.id AND account = 'arrears:' || provider_id
WHERE process = 'settlement-accounts'
GROUP BY accounts.case_id HAVING coalesce(sum(amount_fen), 0) <> (view->'data'->>'arrears_fen')::bigint
"""
WHAT_A_SETTLEMENT_ACCOUNT_RECOVERED_WAS_DEDUCTED_AND_NO_MORE = """
SELECT case_id FROM cases LEFT JOIN (
    SELECT case_id, sum(amount_fen) AS fen FROM ledger_transactions
    JOIN ledger_entries ON transaction_id = ledger_transactions.id AND account = 'gateway'
    WHERE what = 'recovery_taken' GROUP BY case_id
) booked USING (case_id) LEFT JOIN (
    SELECT request->>'case_id' AS case_id, sum(amount_fen) AS fen FROM outside_effects
    JOIN simulated_deductions USING (key) GROUP BY 1
) deducted USING (case_id)
WHERE process = 'settlement-accounts' AND (coalesce(booked.fen, 0) > coalesce(deducted.fen, 0)
    OR closed_at IS NOT NULL AND coalesce(booked.fen, 0) <> coalesce(deducted.fen, 0))
"""
INVARIANTS = {name: sql for name, sql in globals().items() if name.isupper()} | listing_invariants.INVARIANTS


def broken(connection: Connection) -> dict[str, list[str]]:
    """The invariants that do not hold, each with what breaks it."""
    found = {name: list(connection.execute(text(sql)).scalars()) for name, sql in INVARIANTS.items()}
    return {name: rows for name, rows in found.items() if rows}


def hold(engine: Engine) -> bool:
    """For the end of a test of faults: fails with what is broken."""
    with engine.connect() as connection:
        assert broken(connection) == {}
    return True
