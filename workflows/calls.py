"""How patiently a workflow calls. Every call picks one of these by name."""

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig

# Our own database: quick, and worth another try for as long as it takes. Its longest pause between two
# tries keeps what PostgreSQL shows within 60 s of any recovery.
# Never a local activity: that commits before the event that caused it is in history.
RECORD = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=15),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200),
        maximum_interval=timedelta(seconds=20),
        non_retryable_error_types=["Diverged", "Unrecordable"],
    ),
)

# Somebody else's system: slower, and a refusal is an answer.
OUTSIDE = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=500),
        maximum_interval=timedelta(minutes=5),
        non_retryable_error_types=["Refused"],
    ),
)

# A question whose answer is still being decided elsewhere: asked again, soon at first.
UNDECIDED = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=15),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=500),
        maximum_interval=timedelta(seconds=30),
        non_retryable_error_types=["Refused"],
    ),
)
