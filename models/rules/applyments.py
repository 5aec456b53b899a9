"""What the wallet says of an application, weighed against what is known of it (TCM-WX-01, -02, -11).

Its answers come in any order, twice, or from a moment ago. Within a submission facts only ever grow.
"""

from datetime import datetime

from models.applyments import ApplymentFacts, ApplymentState, AskedApplyment

OVER = (ApplymentState.FINISH, ApplymentState.REJECTED, ApplymentState.CANCELED)
"""What a submission does not come back from. A frozen one may go on."""


def merged(known: ApplymentFacts | None, seen: ApplymentFacts) -> ApplymentFacts:
    """What is known once this was seen, too. What is older than what is known changes nothing."""
    if known is None or seen.submission > known.submission:
        return seen
    if seen.submission < known.submission or _is_over(known) or _is_older(known, seen):
        return known
    signed = known.signed or seen.signed
    return seen.model_copy(
        update={
            "review_passed": known.review_passed or seen.review_passed,
            "account_verified": known.account_verified or seen.account_verified,
            "signed": signed,
            "remit_by": max(filter(None, (known.remit_by, seen.remit_by)), default=None),
            "can_sign": not signed and (known.can_sign or seen.can_sign),
        }
    )


def is_news(asked: AskedApplyment, seen: ApplymentFacts, at: datetime) -> bool:
    """Whether it says something that was not known when it was asked for."""
    return not is_of_the_last(asked, seen, at) and merged(asked.known, seen) != asked.known


def is_of_the_last(asked: AskedApplyment, seen: ApplymentFacts, at: datetime) -> bool:
    """Right after a form was submitted again, the end of the submission before is no news: it is old.

    From `stale_for` on it counts: the wallet may turn down the same things again.
    """
    last, soon = asked.last, at < asked.submitted_at + asked.stale_for
    if last is None or not soon:
        return False
    if seen.state in OVER:
        return (seen.state, seen.reasons) == (last.state, last.reasons)
    return seen.remit_by is not None and seen.remit_by == last.remit_by


def is_open(facts: ApplymentFacts) -> bool:
    """Review, account and signature are all there, and so is the number (TCM-WX-11)."""
    return facts.state is ApplymentState.FINISH and facts.number is not None


def _is_over(known: ApplymentFacts) -> bool:
    """A number may be told a moment after the end."""
    return known.state in OVER and (known.state is not ApplymentState.FINISH or is_open(known))


def _is_older(known: ApplymentFacts, seen: ApplymentFacts) -> bool:
    """A fact that is known is missing, or a check that was over is still under way."""
    if seen.state in OVER or seen.state is ApplymentState.FROZEN:
        return False
    misses = (
        (known.review_passed and not seen.review_passed)
        or (known.account_verified and not seen.account_verified)
        or (known.signed and not seen.signed)
    )
    checked = known.state not in (ApplymentState.CHECKING, ApplymentState.FROZEN)
    return misses or (checked and seen.state is ApplymentState.CHECKING)
