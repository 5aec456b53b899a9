"""How every process of ours talks to Temporal."""

from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.runtime import (
    LoggingConfig,
    LoggingFormat,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from models.cases import Opening
from models.search_attributes import of_opening
from settings import Settings

TASK_QUEUE = "marketplace"


def runtime(settings: Settings) -> Runtime:
    """What a worker runs on: its lines are JSON like ours, its figures for whoever asks at METRICS_ADDRESS.

    One for each process: it has threads of its own. Ends the process when the address is taken.
    """
    address = settings.metrics_address
    figures = (
        PrometheusConfig(address, counters_total_suffix=True, durations_as_seconds=True) if address else None
    )
    # Not forwarded to our own: a process that ends by an error would wait for its last lines for ever.
    lines = LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), format=LoggingFormat.JSON)
    try:
        return Runtime(telemetry=TelemetryConfig(logging=lines, metrics=figures))
    except (RuntimeError, ValueError) as error:
        raise SystemExit(f"METRICS_ADDRESS {address}: {error}") from None


async def connect(settings: Settings, *, lazy: bool = False, runtime: Runtime | None = None) -> Client:
    """A client; `lazy` where the server may come up later than we do, on a `runtime` where there is one."""
    return await Client.connect(
        settings.need("temporal_address"),
        namespace=settings.temporal_namespace,
        data_converter=pydantic_data_converter,
        lazy=lazy,
        runtime=runtime,
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
