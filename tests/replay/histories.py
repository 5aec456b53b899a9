"""The kept histories: one JSON file each, without a trace of the machine that recorded them."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

from tests.bench import Opened

FOLDER = Path(__file__).parent / "histories"
FILES = sorted(FOLDER.glob("*.json"))

AT_HOST = re.compile(r"\d+@[\w.-]+")
NOBODY = "0@nowhere"


CONTINUED = "continued as new"
"""How a run ends that is not its case's last."""


async def runs(case: Opened) -> list[WorkflowHistory]:
    """The history of each run of a case, the last one last."""
    found = [await case.history()]
    while earlier := _started(found[0]).continued_execution_run_id:
        handle = case.bench.client.get_workflow_handle(case.case_id, run_id=earlier)
        found.insert(0, await handle.fetch_history())
    return found


def _started(history: WorkflowHistory) -> Any:
    return history.events[0].workflow_execution_started_event_attributes


def names_of_runs(name: str, runs: int) -> list[str]:
    """The last run has its path's own name."""
    return [*(f"{name}.{n}" for n in range(1, runs)), name]


def path_of(file: Path) -> str:
    return file.stem.partition(".")[0]


def keep(name: str, history: WorkflowHistory) -> Path:
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"{name}.json"
    text = json.dumps(
        {"workflow_id": history.workflow_id, **_scrubbed(json.loads(history.to_json()))},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    file.write_text(text + "\n", "utf-8")
    return file


def kept(file: Path) -> WorkflowHistory:
    content = json.loads(file.read_text("utf-8"))
    return WorkflowHistory.from_json(content.pop("workflow_id"), content)


def ending(file: Path) -> tuple[str, str]:
    """The type of the workflow and the outcome that its history ends with."""
    events = json.loads(file.read_text("utf-8"))["events"]
    workflow = events[0]["workflowExecutionStartedEventAttributes"]["workflowType"]["name"]
    if "workflowExecutionContinuedAsNewEventAttributes" in events[-1]:
        return workflow, CONTINUED
    (result,) = events[-1]["workflowExecutionCompletedEventAttributes"]["result"]["payloads"]
    return workflow, json.loads(base64.b64decode(result["data"]))


def run_of(file: Path) -> tuple[str, str | None]:
    """The id of a run, and that of the run which goes on with it."""
    first, *_, last = json.loads(file.read_text("utf-8"))["events"]
    then = last.get("workflowExecutionContinuedAsNewEventAttributes", {}).get("newExecutionRunId")
    return first["workflowExecutionStartedEventAttributes"]["originalExecutionRunId"], then


def texts(file: Path) -> Iterator[str]:
    """Everything that stands in a history, also what payloads hide."""
    return _texts(json.loads(file.read_text("utf-8")))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for name, each in value.items():
                yield name
                hidden = name == "data" and isinstance(each, str)
                yield from [base64.b64decode(each).decode()] if hidden else _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
        case str():
            yield value


def _scrubbed(value: Any) -> Any:
    """Replaying asks neither who did it nor where its code lay."""
    match value:
        case dict():
            return {name: _scrubbed(each) for name, each in value.items() if name != "stackTrace"}
        case list():
            return [_scrubbed(each) for each in value]
        case str():
            return AT_HOST.sub(NOBODY, value)
        case _:
            return value
