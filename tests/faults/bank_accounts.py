"""Faults of bank accounts, as rows: each is what one invariant must notice."""

CASE = """
INSERT INTO cases (case_id, process, market, id, stage, version, run_id, opened_at, changed_at, waiting_on,
                   blocked_by, view)
VALUES ('bank-accounts:m:b', 'bank-accounts', 'm', 'b', 'verified', 0, 'r', now(), now(), '{}', '{}',
        '{"data": {"verified": true, "first_round": 2, "round": 2}}')
"""
CHECK = """
INSERT INTO bank_checks (case_id, round, market, provider_id, direction, account_digest, account, secret,
                         attempts_allowed, attempts_used, issued_at, expires_at, verified_at, voided_at,
                         voided_because)
VALUES ('bank-accounts:m:b', {round}, 'm', 'isv', 'platform_pays', 'd', '', '', 3, 1, now(),
        now() + interval '3 days', {verified}, {voided}, {why})
"""
PAYOUT = """
INSERT INTO simulated_bank_transfers (reference, kind, market, key, number_digest, holder, number, amount_fen,
                                      remark, at, times_asked)
VALUES ('o-1', 'paid_out', 'm', 'micro-deposit:bank-accounts:m:b:2:1', 'd', 'h', '0001', 7, 'r', now(), 1)
"""


def check(round: int = 2, *, verified: bool = True, voided: bool = False) -> str:
    at, why = ("now()", "'returned'") if voided else ("NULL", "NULL")
    return CHECK.format(round=round, verified="now()" if verified else "NULL", voided=at, why=why)


ADMITTED = """
INSERT INTO admissions (case_id, market, process, workflow, digest, input, open, admitted_at)
VALUES ('bank-accounts:m:b', 'm', 'bank-accounts', 'w', 'd', '{"terms": {"check": {"rounds": 2}}}', true,
        now())
"""
SOUND = [CASE, ADMITTED, check(1), check()]
FAULTS = {
    "WHAT_IS_VERIFIED_WAS_PROVEN_IN_THAT_VERSION": [CASE, check(verified=False)],
    "NO_ACCOUNT_HAS_MORE_ROUNDS_TO_GUESS_IN_THAN_ITS_TERMS_SAY": [*SOUND, check(3)],
    "WHAT_WAS_PAID_IN_WAS_ASKED_FOR": [*SOUND, PAYOUT],
}
ALSO = {
    "another version's": [CASE, check(1)],
    "void": [CASE, check(voided=True)],
    "never checked": [CASE],
}
"""What else is no proof."""
