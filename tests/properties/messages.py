"""What a server says to a workflow, as the SDK's own messages."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import ActivityType, Payload
from temporalio.api.failure.v1 import (
    ActivityFailureInfo,
    ApplicationFailureInfo,
    CanceledFailureInfo,
    Failure,
)
from temporalio.bridge.proto.activity_result import ActivityResolution, Cancellation, Success
from temporalio.bridge.proto.activity_result import Failure as Failed
from temporalio.bridge.proto.workflow_activation import (
    CancelWorkflow,
    DoUpdate,
    FireTimer,
    ResolveActivity,
    WorkflowActivationJob,
)

Json = dict[str, Any]
Job = WorkflowActivationJob


@dataclass(frozen=True)
class Call:
    """An activity that the workflow waits for."""

    seq: int
    name: str
    arg: Json


def update(key: str, report: Json) -> Job:
    each = DoUpdate(
        id=key, protocol_instance_id=key, name="report", input=[payload(report)], run_validator=True
    )
    return Job(do_update=each)


def fired(seq: int) -> Job:
    return Job(fire_timer=FireTimer(seq=seq))


def cancellation() -> Job:
    return Job(cancel_workflow=CancelWorkflow(reason="asked for in the UI"))


def resolution(call: Call, gave: Any) -> Job:
    """`gave` is the activity's answer, or the (type, text) of an error that is final."""
    if not isinstance(gave, tuple):
        return _resolved(call, ActivityResolution(completed=Success(result=payload(gave))))
    kind, text = gave
    info = ApplicationFailureInfo(type=kind, non_retryable=True)
    failure = _of_activity(call, Failure(message=text, application_failure_info=info))
    return _resolved(call, ActivityResolution(failed=Failed(failure=failure)))


def let_go(call: Call) -> Job:
    """The activity was cancelled, as the workflow asked."""
    failure = _of_activity(call, Failure(message="cancelled", canceled_failure_info=CanceledFailureInfo()))
    return _resolved(call, ActivityResolution(cancelled=Cancellation(failure=failure)))


def unvalidated(job: Job) -> Job:
    """As a replay tells it."""
    if not job.HasField("do_update"):
        return job
    again = Job()
    again.CopyFrom(job)
    again.do_update.run_validator = False
    return again


def payload(value: Any) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(value).encode())


def timestamp(at: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def _resolved(call: Call, result: ActivityResolution) -> Job:
    return Job(resolve_activity=ResolveActivity(seq=call.seq, result=result))


def _of_activity(call: Call, cause: Failure) -> Failure:
    about = ActivityFailureInfo(
        activity_type=ActivityType(name=call.name), activity_id=str(call.seq), scheduled_event_id=1
    )
    return Failure(message="Activity task failed", cause=cause, activity_failure_info=about)
