"""How long the steps of a review take, measured where enough of them were seen (AMB-01)."""

from datetime import timedelta
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from models.base import Frozen
from models.working_days import WorkingDays

ENOUGH = 5
"""From how many on they say something."""
MEASURED_FOR = timedelta(days=90)
"""How far back they are looked for, from the moment on that a step ended."""


class ReviewStep(StrEnum):
    CORRECTING = "correcting"
    """From turned down until submitted again: the provider's time."""
    CHECKING = "checking"
    """From submitted until the automatic checks are done."""
    REVIEWING = "reviewing"
    """From there until an operator decided, where nobody asked for it sooner."""
    EXPEDITED = "expedited"
    """From when it was asked for sooner until an operator decided."""
    LISTING = "listing"
    """From approved until on sale: until its provider lists it, and nothing stands against it."""


class StepState(StrEnum):
    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"


class Times(Frozen):
    """What was measured of a step: by the clock on the wall, so with nights, holidays and pauses."""

    n: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


class Estimate(Times):
    """How long a step takes. `median` and `p90` are null unless it is measured."""

    step: ReviewStep
    source: Literal["measured", "policy", "unknown"] = Field(
        description=f"Measured from {ENOUGH} of the last {MEASURED_FOR.days} days on. Of fewer: what the "
        "policy gives operators for it, where it does."
    )
    within: WorkingDays | timedelta | None = Field(None, description="What the policy gives for it.")


class StepEstimate(Estimate):
    """A step of one case: where it is, and when it is expected to be done."""

    state: StepState
    since: AwareDatetime | None = Field(description="When it began; null where it is ahead, or was left out.")
    expected_by: AwareDatetime | None = Field(
        description="Half of all were done by then. In the past where it takes longer than half of them."
    )
    likely_by: AwareDatetime | None = Field(
        description="Nine of ten were done by then; of a step ahead cautious, for each before it counts so. "
        "Not measured: the deadline of who decides."
    )
