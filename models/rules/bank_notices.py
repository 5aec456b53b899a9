"""Whether a case has a use for what the bank told of its account, as it stands on record."""

from models.bank_notices import ForAccount
from models.cases import CaseView
from models.payments import Verdict

TAKEN = Verdict(taken=True)


def verdict_on(told: ForAccount, view: CaseView) -> Verdict | None:
    """Taken, not taken and why, or None: the case itself has to be told.

    Money that an account proved itself with counts while no other account was given since (AMB-33).
    """
    if view.closed_at is not None:
        return Verdict(taken=False, reason="case_closed")
    first_round, verified = view.data.get("first_round"), view.data.get("verified")
    if not isinstance(first_round, int) or told.round < first_round:
        return Verdict(taken=False, reason="account_changed")
    if verified and not told.returned:
        return TAKEN
    if view.data.get("under_check") is False and not verified:
        return Verdict(taken=False, reason="given_up")
    return None
