"""How patiently a workflow calls. Every call picks one of these by name."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar, overload

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig

S = TypeVar("S")
P = TypeVar("P")
R = TypeVar("R")


def _patience(seconds: int, first_pause: timedelta, longest_pause: timedelta, *final: str) -> ActivityConfig:
    """Each try may take `seconds`; pauses between tries double. Errors named `final` are answers."""
    return ActivityConfig(
        start_to_close_timeout=timedelta(seconds=seconds),
        retry_policy=RetryPolicy(
            initial_interval=first_pause, maximum_interval=longest_pause, non_retryable_error_types=[*final]
        ),
    )


TRACES = "answers that nothing follows leave a trace"
AT_ONCE, SOON = timedelta(milliseconds=200), timedelta(milliseconds=500)

# Our own database: quick, and worth another try for as long as it takes. Its longest pause between two
# tries keeps what PostgreSQL shows within 60 s of any recovery.
# Never a local activity: that commits before the event that caused it is in history.
RECORD = _patience(8, AT_ONCE, timedelta(seconds=20), "Diverged", "Unrecordable")

# Somebody else's system: slower, and a refusal is an answer.
OUTSIDE = _patience(15, SOON, timedelta(minutes=5), "Refused")

# Many calls in one, to cases of ours: what was done by an earlier try is done.
MANY = _patience(60, SOON, timedelta(minutes=1))

# A question whose answer is still being decided elsewhere: asked again, soon at first.
UNDECIDED = _patience(15, SOON, timedelta(seconds=30), "Refused")

# A question that the outside world may answer much later.
PATIENT = _patience(15, SOON, timedelta(hours=1), "Refused")


def polling(first: timedelta, longest: timedelta) -> ActivityConfig:
    """A question asked until there is news: soon at first, then ever less often, as a policy says."""
    return _patience(15, first, longest, "Refused")


@overload
async def call(
    activity: Callable[[S, P], Awaitable[R]],
    arg: P,
    patience: ActivityConfig,
    *,
    summary: str = ...,
    within: timedelta | None = ...,
) -> R: ...
@overload
async def call(
    activity: Callable[[S, P], R],
    arg: P,
    patience: ActivityConfig,
    *,
    summary: str = ...,
    within: timedelta | None = ...,
) -> R: ...
async def call(
    activity: Callable[[Any, Any], Any],
    arg: Any,
    patience: ActivityConfig,
    *,
    summary: str = "",
    within: timedelta | None = None,
) -> Any:
    """Perform an activity. The Temporal UI shows `summary`; `within` ends even the longest patience."""
    config: ActivityConfig = {**patience, "summary": summary[:200]}
    if within is not None:
        config["schedule_to_close_timeout"] = within
    return await workflow.execute_activity_method(activity, arg, **config)


def leave_trace() -> None:
    """Of an answer that nothing follows. Two tasks in a row without a trace are one to Temporal once another
    worker takes over: the events that come next would have their turn before the answer."""
    if workflow.patched(TRACES):
        workflow.upsert_memo({"answered": True})
