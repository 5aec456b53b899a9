"""How every process of ours talks to Temporal."""

from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import WorkflowAlreadyStartedError

from models.cases import Opening
from models.search_attributes import of_opening
from settings import Settings

TASK_QUEUE = "marketplace"


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """A client; `lazy` where the server may come up later than we do."""
    return await Client.connect(
        settings.need("temporal_address"),
        namespace=settings.temporal_namespace,
        data_converter=pydantic_data_converter,
        lazy=lazy,
    )


async def start_case(client: Client, workflow: str, input: dict[str, Any]) -> WorkflowHandle[Any, Any]:
    """Start an admitted case, unless it has been started before: an id is never used twice."""
    opening = Opening.model_validate(input["opening"])
    try:
        return await client.start_workflow(
            workflow,
            input,
            id=opening.case_id,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=of_opening(opening),
            static_summary=f"{opening.process} {opening.id} · {opening.market}",
            rpc_timeout=timedelta(seconds=3),
        )
    except WorkflowAlreadyStartedError:
        return client.get_workflow_handle(opening.case_id)
