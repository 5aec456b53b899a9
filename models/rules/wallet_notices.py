"""Whether a merchant account has a use for what the wallet says of its application, as it is on record."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue, ValidationError

from models.applyments import ApplymentFacts
from models.cases import CaseView
from models.merchant_accounts import Number, WalletStage
from models.payments import Verdict
from models.rules.applyments import merged

TAKEN = Verdict(taken=True)
AT_THE_WALLET = (WalletStage.UNDER_REVIEW, WalletStage.FROZEN)


def facts_of(view: CaseView) -> ApplymentFacts | None:
    """What the case knows of its application; None before the wallet has answered for the first time."""
    wallet = _wallet(view)
    try:
        return ApplymentFacts.model_validate(
            {name: wallet[name] for name in ApplymentFacts.model_fields if name in wallet}
        )
    except ValidationError:
        return None


def verdict_on(seen: ApplymentFacts, view: CaseView) -> Verdict | None:
    """Taken: it is known. Not taken, and why. None: the case has to be told, or is still submitting.

    A number that is open, and one that was given up, is no longer changed by the wallet (TCM-MCH-30).
    """
    known, stage = facts_of(view), _wallet(view).get("stage")
    if known is not None and merged(known, seen) == known:
        return TAKEN
    if view.closed_at is not None:
        return Verdict(taken=False, reason="case_closed")
    if stage in (*AT_THE_WALLET, WalletStage.SUBMITTING):
        return None
    return Verdict(taken=False, reason=f"{stage or 'not_begun'}")


def _wallet(view: CaseView) -> Mapping[str, Any]:
    found: JsonValue = view.data.get(Number.WALLET)
    return found if isinstance(found, dict) else {}
