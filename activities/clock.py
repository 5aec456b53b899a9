"""What time it is for an activity."""

from datetime import UTC, datetime

from temporalio import activity


def now() -> datetime:
    """Temporal's own time where it has us do something: what a workflow measures by, too."""
    if activity.in_activity():
        return activity.info().started_time.astimezone(UTC)
    return datetime.now(UTC)
