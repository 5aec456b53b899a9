"""How long the steps of a review are expected to take, and where a case is on its way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.estimates import ENOUGH, Estimate, ReviewStep, StepEstimate, StepState, Times
from models.listing_terms import ReviewTerms
from models.listings import ListingStage, RevisionStage
from models.rules.listing_standing import PUBLISHED
from models.working_days import WorkingDays

CORRECTING, CHECKING, REVIEWING, EXPEDITED, LISTING = ReviewStep
DONE, NOW, AHEAD = StepState
_WAY = (CHECKING, REVIEWING, LISTING)
_AT: Mapping[str, ReviewStep] = {
    RevisionStage.RETURNED: CORRECTING,
    RevisionStage.CHECKING: CHECKING,
    RevisionStage.REVIEWING: REVIEWING,
    RevisionStage.ACCEPTED: LISTING,
}


def estimate(step: ReviewStep, times: Times | None, terms: ReviewTerms | None) -> Estimate:
    """Measured where enough were seen; of fewer what the policy gives operators for it, where it does."""
    n = times.n if times else 0
    if times and n >= ENOUGH:
        return Estimate(step=step, source="measured", **times.model_dump())
    within = _within(step, terms)
    return Estimate(step=step, n=n, source="policy" if within else "unknown", within=within)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a case is: what buyers see of it, its next version, and when it came to each stage."""

    stage: str
    revision: str | None
    expedited: bool
    entered: Mapping[str, datetime]
    barred: bool = False
    """Whether something stands against its being on sale: how long that lasts is nobody's measure."""
    deadline_at: datetime | None = None
    """Of who decides on the version, where that runs."""


def steps_of(
    where: Whereabouts, estimates: Mapping[ReviewStep, Estimate], now: datetime
) -> list[StepEstimate]:
    """The steps from here to being on sale, those that are done first. Of a case that has ended: none.

    A step ahead begins when those before it are done: without a time for one of them, or while its provider
    has submitted nothing, none follows. While something stands against its being on sale, that has no time.
    """
    if where.stage == ListingStage.CLOSED:
        return []
    found, soonest, latest = list[StepEstimate](), None, None
    for step, state in _way(where):
        each = estimates[step]
        since = _since(where, step) if state is not AHEAD else None
        if state is NOW:
            soonest = _after(since, each.median)
            latest = _after(since, each.p90) if each.source == "measured" else where.deadline_at
        elif state is AHEAD:
            soonest, latest = _after(soonest, each.median), _after(latest, each.p90)
        unknown = state is DONE or (step is LISTING and where.barred)
        shown = (None, None) if unknown else (soonest, latest)
        soonest, latest = (at and max(at, now) for at in (soonest, latest))
        told = {"state": state, "since": since, "expected_by": shown[0], "likely_by": shown[1]}
        found.append(StepEstimate(**each.model_dump(), **told))
    return found


def _way(where: Whereabouts) -> list[tuple[ReviewStep, StepState]]:
    at = _AT.get(where.revision or "")
    steps = [CORRECTING, *_WAY] if at is CORRECTING else [*_WAY]
    place = steps.index(at) if at else -1
    states = [DONE if here < place else NOW if here == place else AHEAD for here in range(len(steps))]
    if where.stage in PUBLISHED:
        states[-1] = DONE
    elif at is LISTING and where.stage != ListingStage.APPROVED:
        states[-1] = AHEAD
    if where.expedited and at is REVIEWING:
        steps[1] = EXPEDITED
    return list(zip(steps, states, strict=True))


def _since(where: Whereabouts, step: ReviewStep) -> datetime | None:
    """When the step began; None where it was left out this time."""
    entered = {CORRECTING: RevisionStage.RETURNED, LISTING: ListingStage.APPROVED}.get(step, step)
    since, submitted = where.entered.get(str(entered)), where.entered.get(RevisionStage.CHECKING)
    left_out = step in (REVIEWING, EXPEDITED) and since and submitted and since < submitted
    return None if left_out else since


def _within(step: ReviewStep, terms: ReviewTerms | None) -> WorkingDays | timedelta | None:
    if terms is None:
        return None
    return {REVIEWING: terms.review_within, EXPEDITED: terms.expedited_within}.get(step)


def _after(at: datetime | None, took: timedelta | None) -> datetime | None:
    return at + took if at is not None and took is not None else None
