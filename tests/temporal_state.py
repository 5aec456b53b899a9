"""What a Temporal server knows of a workflow and its client does not ask for."""

from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import (
    EventType,
    PendingActivityState,
    UpdateWorkflowExecutionLifecycleStage,
    WorkflowExecutionStatus,
)
from temporalio.api.update.v1 import UpdateRef, WaitPolicy
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    PollWorkflowExecutionUpdateRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

ADMITTED = UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED
RUNNING = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
TASK_UNDER_WAY = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
)
ACTIVITY_ENDED = (
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
)
STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED


async def is_busy(client: Client, workflow_id: str) -> bool:
    """Whether a workflow task or an activity is under way. One that waits for its next try is not."""
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    if history.events[-1].event_type in TASK_UNDER_WAY:
        return True
    begun = sum(event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED for event in history.events)
    if begun == sum(event.event_type in ACTIVITY_ENDED for event in history.events):
        return False
    execution = WorkflowExecution(workflow_id=workflow_id)
    asked = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
    found = await client.workflow_service.describe_workflow_execution(asked)
    if found.workflow_execution_info.status != RUNNING:
        return False
    pending = found.pending_activities
    return not pending or any(map(_is_being_tried, pending))


def _is_being_tried(activity: PendingActivityInfo) -> bool:
    """One that waits for its next try may still be called started, and then its last try has ended since."""
    started, ended = activity.last_started_time, activity.last_attempt_complete_time
    has_ended = activity.HasField("last_attempt_complete_time")
    waits = has_ended and ended.ToNanoseconds() >= started.ToNanoseconds()
    return (activity.state == STARTED and not waits) or activity.attempt == 1


async def is_held(client: Client, workflow_id: str, update_id: str) -> bool:
    """Whether the server holds an update that no worker has seen yet."""
    execution = WorkflowExecution(workflow_id=workflow_id)
    asked = PollWorkflowExecutionUpdateRequest(
        namespace=client.namespace,
        update_ref=UpdateRef(workflow_execution=execution, update_id=update_id),
        wait_policy=WaitPolicy(lifecycle_stage=ADMITTED),
    )
    try:
        await client.workflow_service.poll_workflow_execution_update(asked, timeout=timedelta(seconds=1))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
