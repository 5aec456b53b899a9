"""The real workflow without any server: activations in, commands out, and replay after a worker's death."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.api.common.v1 import Payloads
from temporalio.bridge.proto.workflow_activation import (
    InitializeWorkflow,
    RemoveFromCache,
    WorkflowActivation,
)
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.common import Priority, TypedSearchAttributes
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker._workflow_instance import (
    UnsandboxedWorkflowRunner,
    WorkflowInstance,
    WorkflowInstanceDetails,
    _WorkflowLogicFlag,
)

from tests.properties.messages import (
    Call,
    Job,
    Json,
    cancellation,
    fired,
    let_go,
    payload,
    resolution,
    timestamp,
    unvalidated,
    update,
)

AT_ONCE = _WorkflowLogicFlag.PROCESS_WORKFLOW_ACTIVATION_JOBS_AS_SINGLE_BATCH


class Broken(AssertionError):
    """The workflow did what no server would take, or what a replay does not repeat."""


@dataclass
class Outcome:
    """What one activation led to."""

    refused: dict[str, str] = field(default_factory=dict)
    answered: dict[str, Json] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)


class Driver:
    """One run of one workflow, with its outstanding timers and calls."""

    def __init__(self, defined: type, workflow_id: str, *, at_once: bool) -> None:
        self.defn = workflow._Definition.must_from_class(defined)
        self.workflow_id = workflow_id
        self.run_id = f"run-of-{workflow_id}"
        self.flags = [AT_ONCE] if at_once else []
        self.timers: dict[int, datetime] = {}
        self.calls: dict[int, Call] = {}
        self.result: Any = None
        self.completed = False
        self.is_long = False
        """Whether the server says that history has grown long."""
        self._history: list[tuple[datetime, list[Job], list[WorkflowCommand]]] = []
        self._instance: WorkflowInstance | None = None

    # --- what a server sends

    def begin(self, now: datetime, input: Json, updates: Sequence[tuple[str, Json]] = ()) -> Outcome:
        start = InitializeWorkflow(
            workflow_type=self.defn.name or "",
            workflow_id=self.workflow_id,
            arguments=[payload(input)],
            randomness_seed=7,
            attempt=1,
            first_execution_run_id=self.run_id,
            start_time=timestamp(now),
        )
        return self.step(now, updates, starting=Job(initialize_workflow=start))

    def step(
        self,
        now: datetime,
        updates: Sequence[tuple[str, Json]] = (),
        resolved: Sequence[tuple[Call, Any]] = (),
        due: Sequence[int] = (),
        *,
        cancelled: bool = False,
        starting: Job | None = None,
    ) -> Outcome:
        """One workflow task: what came together, in the order in which a server tells it."""
        jobs = [starting] if starting else []
        jobs += [update(key, report) for key, report in updates]
        jobs += [resolution(call, gave) for call, gave in resolved]
        jobs += [fired(seq) for seq in due]
        jobs += [cancellation()] if cancelled else []
        for call, _ in resolved:
            self.calls.pop(call.seq)
        for seq in due:
            self.timers.pop(seq)
        outcome = Outcome()
        self._run(now, jobs, outcome)
        return outcome

    def die(self) -> None:
        """The worker is gone with all it had in memory; another one replays what is in history."""
        self.evict()
        history, self._history = self._history, []
        for now, jobs, commands in history:
            again = self._activate(now, jobs, is_replaying=True)
            if again != commands:
                raise Broken(f"a replay does otherwise:\n{commands}\nis now\n{again}")
            self._history.append((now, jobs, commands))

    def evict(self) -> None:
        """Let go of the instance as a worker does, so that nothing of it runs later."""
        if self._instance is not None:
            job = Job(remove_from_cache=RemoveFromCache(message="gone"))
            self._instance.activate(WorkflowActivation(run_id=self.run_id, jobs=[job]))
            self._instance = None

    # --- what the workflow does with it

    def _run(self, now: datetime, jobs: list[Job], outcome: Outcome) -> None:
        commands = self._activate(now, jobs)
        gone: list[Call] = []
        accepted: set[str] = set()
        rejected: set[str] = set()
        for command in commands:
            match command.WhichOneof("variant"):
                case "start_timer" | "cancel_timer":
                    self._time(now, command)
                case "schedule_activity":
                    asked = command.schedule_activity
                    call = Call(asked.seq, asked.activity_type, json.loads(asked.arguments[0].data))
                    self.calls[call.seq] = call
                    outcome.calls.append(call)
                case "request_cancel_activity":
                    gone += [called] if (called := self._let_go(command)) else []
                case "update_response":
                    self._reply(command, accepted, rejected, outcome)
                case "complete_workflow_execution":
                    self.completed = True
                    self.result = json.loads(command.complete_workflow_execution.result.data)
                case "upsert_workflow_search_attributes":
                    pass
                case other:
                    raise Broken(f"an unforeseen command: {other} {command}")
        kept = [job for job in jobs if job.do_update.id not in rejected]
        if kept:
            mine = [each for each in commands if each.update_response.protocol_instance_id not in rejected]
            self._history.append((now, kept, mine))
        if gone and not self.completed:  # a server lets go of them at once
            for call in gone:
                outcome.calls = [each for each in outcome.calls if each != call]
            self._run(now, [let_go(call) for call in gone], outcome)

    def _time(self, now: datetime, command: WorkflowCommand) -> None:
        timer = command.start_timer
        if command.HasField("start_timer"):
            self.timers[timer.seq] = now + timer.start_to_fire_timeout.ToTimedelta()
        else:
            self.timers.pop(command.cancel_timer.seq, None)

    def _let_go(self, command: WorkflowCommand) -> Call | None:
        return self.calls.pop(command.request_cancel_activity.seq, None)

    def _reply(
        self, command: WorkflowCommand, accepted: set[str], rejected: set[str], outcome: Outcome
    ) -> None:
        response = command.update_response
        key = response.protocol_instance_id
        if response.HasField("accepted"):
            accepted.add(key)
        elif response.HasField("completed"):
            outcome.answered[key] = json.loads(response.completed.data)
        else:
            outcome.refused[key] = response.rejected.application_failure_info.type
            started = any(job.do_update.id == key for _, jobs, _ in self._history for job in jobs)
            if key not in accepted and not started:
                rejected.add(key)

    def _activate(self, now: datetime, jobs: list[Job], is_replaying: bool = False) -> list[WorkflowCommand]:
        if is_replaying:
            jobs = [unvalidated(job) for job in jobs]
        activation = WorkflowActivation(
            run_id=self.run_id,
            timestamp=timestamp(now),
            is_replaying=is_replaying,
            jobs=jobs,
            available_internal_flags=self.flags,
            continue_as_new_suggested=self.is_long,
        )
        if self._instance is None:
            self._instance = self._new_instance(now)
        completion = self._instance.activate(activation)
        if completion.HasField("failed"):
            raise Broken(f"a workflow task failed: {completion.failed.failure}")
        return list(completion.successful.commands)

    def _new_instance(self, now: datetime) -> WorkflowInstance:
        info = workflow.Info(
            attempt=1,
            continued_run_id=None,
            cron_schedule=None,
            execution_timeout=None,
            first_execution_run_id=self.run_id,
            headers={},
            namespace="default",
            original_execution_run_id=self.run_id,
            parent=None,
            root=None,
            raw_memo={},
            retry_policy=None,
            run_id=self.run_id,
            run_timeout=None,
            search_attributes={},
            start_time=now,
            workflow_start_time=now,
            task_queue="marketplace",
            task_timeout=timedelta(seconds=10),
            typed_search_attributes=TypedSearchAttributes.empty,
            workflow_id=self.workflow_id,
            workflow_type=self.defn.name or "",
            priority=Priority.default,
        )
        details = WorkflowInstanceDetails(
            payload_converter_factory=pydantic_data_converter._new_payload_converter,
            failure_converter_class=pydantic_data_converter.failure_converter_class,
            interceptor_classes=[],
            defn=self.defn,
            info=info,
            randomness_seed=7,
            extern_functions={},
            disable_eager_activity_execution=True,
            worker_level_failure_exception_types=[],
            patch_activation_callback=None,
            last_completion_result=Payloads(),
            last_failure=None,
        )

        async def create() -> WorkflowInstance:
            return UnsandboxedWorkflowRunner().create_instance(details)

        with closing(asyncio.new_event_loop()) as loop:  # which only the constructor wants
            return loop.run_until_complete(create())
