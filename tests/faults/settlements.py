"""Faults of settlement accounts, as rows: each is what one invariant must notice."""

ACCOUNT = """
INSERT INTO cases (case_id, process, market, id, provider_id, stage, closed_at, outcome, version, run_id,
                   opened_at, changed_at, waiting_on, blocked_by, view)
VALUES ('settlement-accounts:m:s', 'settlement-accounts', 'm', 's', 'isv', '{stage}', {closed}, 0, 'r',
        now(), now(), '{{}}', '{{}}', '{{"data": {{"arrears_fen": {arrears}}}}}')
"""
POSTED = """
WITH posted AS (
    INSERT INTO ledger_transactions (key, market, case_id, version, what, currency, entries, at)
    VALUES ('{key}', 'm', 'settlement-accounts:m:s', 1, '{what}', 'CNY', 2, now()) RETURNING id
)
INSERT INTO ledger_entries (transaction_id, market, account, amount_fen)
SELECT id, 'm', account, fen FROM posted, (VALUES {sides}) AS sides (account, fen)
"""
CLAIMED = POSTED.format(
    key="claimed:s:1", what="recovery_claimed", sides="('arrears:isv', 100), ('refunds_due', -100)"
)
RECOVERED = POSTED.format(
    key="recovered:s:1", what="recovery_taken", sides="('gateway', 100), ('arrears:isv', -100)"
)
ASKED = """
INSERT INTO outside_effects (key, request, asked_at)
VALUES ('deduct:m:p', '{"case_id": "settlement-accounts:m:s"}', now())
"""
DEDUCTED = """
INSERT INTO simulated_deductions (key, market, account_digest, amount_fen, at, times_asked)
VALUES ('deduct:m:p', 'm', 'd', 100, now(), 1)
"""


def account(stage: str = "active", arrears: int = 0) -> str:
    closed = "now(), 'ended'" if stage == "closed" else "NULL, NULL"
    return ACCOUNT.format(stage=stage, closed=closed, arrears=arrears)


FAULTS = {
    "THE_LEDGER_SAYS_WHAT_A_SETTLEMENT_ACCOUNT_OWES": [account(arrears=99), CLAIMED],
    "WHAT_A_SETTLEMENT_ACCOUNT_RECOVERED_WAS_DEDUCTED_AND_NO_MORE": [account(), CLAIMED, RECOVERED],
}
ALSO = {
    "deducted, and never booked": [account("closed", arrears=100), CLAIMED, ASKED, DEDUCTED],
}
SOUND = [account("closed"), CLAIMED, RECOVERED, ASKED, DEDUCTED]
