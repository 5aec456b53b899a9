"""A sample tells one case: what is placed, what people and systems do then, and how it should end."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from models.base import Fen, Flag, Frozen, Id, Text
from models.cases import BuyerEvent, Event, Party
from models.interventions import Decision
from models.payments import ReceiptOutcome
from models.process import Process
from models.processes import PROCESSES

DEADLINE, REFUND, IDLE = "deadline", "refund", "idle"
SECOND_APPROVAL = "second_approval"
TAGS = ("step", "event", "decision")
"""What says which kind of step, event or decision something is."""


class Pay(Frozen):
    """The buyer pays what is asked, unless told otherwise. `late`: although the gateway's page is closed."""

    step: Literal["pay"]
    amount_fen: Fen | None = None
    notices: Annotated[int, Field(strict=True, ge=0, le=10)] = 1
    late: Flag = False

    def __str__(self) -> str:
        return "pay"


class Send(BaseModel):
    """Somebody reports an event. What else it says stands beside its name; the buyer's name is added.

    `as` is an operator's own name: a decision that moves money needs two of them.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    step: Literal["event"]
    sender: Party
    as_: Id | None = Field(None, alias="as")
    event: str

    @property
    def said(self) -> dict[str, JsonValue]:
        return {"event": self.event, **(self.model_extra or {})}

    def __str__(self) -> str:
        return f"{self.sender}: {self.event}"


class Wait(Frozen):
    """Until the case has reached a stage or opened a task, or what else `for` can name."""

    step: Literal["wait"]
    for_: str = Field(alias="for")

    def __str__(self) -> str:
        return f"wait for {self.for_}"


Step = Annotated[Pay | Send | Wait, Field(discriminator="step")]


class Expected(Frozen):
    """How the case should end. What is left out may be anything."""

    outcome: str
    receipts: tuple[ReceiptOutcome, ...] | None = None
    """What became of each payment that we were told of, oldest first."""
    refunded_fen: Fen | None = None
    """What the gateway gave back, all in all."""


def _process(name: str) -> str:
    if name not in PROCESSES:
        raise ValueError(f"is none of {', '.join(PROCESSES)}")
    return name


class Sample(Frozen):
    title: Text
    title_zh: Text
    story: Text
    story_zh: Text
    rules: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z]+)?-\d{2}$")], ...], Field(min_length=1)
    ]
    process: Annotated[str, AfterValidator(_process)]
    market: Id
    place: dict[str, JsonValue]
    """The body that starts the case, without its id."""
    steps: Annotated[tuple[Step, ...], Field(max_length=100)]
    expect: Expected

    @property
    def kind(self) -> Process:
        return PROCESSES[self.process]

    def body(self, id: str) -> dict[str, JsonValue]:
        """What starts the case under this id, with a mini-program that nobody else orders for."""
        body = {**self.place, "id": id}
        if isinstance(chosen := self.place.get("mini_program"), dict):
            body["mini_program"] = {**chosen, "id": f"mp-{id}"}
        return body

    def said(self, step: Send) -> dict[str, JsonValue]:
        """What a step reports, with the name of the buyer whose act it is, or is done in its stead."""
        said = step.said
        if isinstance(act := said.get("act"), dict):
            said["act"] = self._by_its_buyer(act)
        return self._by_its_buyer(said)

    def _by_its_buyer(self, event: dict[str, JsonValue]) -> dict[str, JsonValue]:
        named = {kind.tag() for kind in self.kind.events if issubclass(kind, BuyerEvent)}
        return (
            {"on_behalf_of": self.place.get("on_behalf_of"), **event}
            if event.get("event") in named
            else event
        )

    @property
    def awaitable(self) -> tuple[str, ...]:
        """What it can wait for."""
        tasks = dict.fromkeys(task.name for task in self.kind.tasks)
        second = [SECOND_APPROVAL] if any(issubclass(kind, Decision) for kind in self.kind.events) else []
        return (DEADLINE, REFUND, IDLE, *self.kind.stages, *tasks, *second)


class BrokenSample(Exception):
    """A sample that cannot be played: which file, which field, and why."""

    def __init__(self, file: Path, field: str, reason: str) -> None:
        super().__init__(f"{file}: {field}: {reason}")
        self.file, self.field, self.reason = file, field, reason


def load(path: Path) -> dict[str, Sample]:
    """The samples of a file, or of a folder, by name and in order. Refuses the first that is broken."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise BrokenSample(path, "-", "has no *.json in it")
    return {file.stem: read(file) for file in files}


def read(file: Path) -> Sample:
    told: Any = None
    try:
        told = json.loads(file.read_bytes())
        sample = Sample.model_validate(told)
    except (OSError, ValueError) as error:
        raise _broken(file, error, told) from error
    for field, reason in _against_its_process(sample):
        raise BrokenSample(file, field, reason)
    return sample


def _broken(file: Path, error: OSError | ValueError, told: object) -> BrokenSample:
    match error:
        case ValidationError():
            first = error.errors()[0]
            return BrokenSample(file, _field(first, told) or "-", _reason(first))
        case json.JSONDecodeError():
            return BrokenSample(file, f"line {error.lineno}", error.msg)
        case OSError():
            return BrokenSample(file, "-", error.strerror or "cannot be read")
    return BrokenSample(file, "-", str(error))


def _against_its_process(sample: Sample) -> Iterator[tuple[str, str]]:
    kind = sample.kind
    events = {each.tag(): each for each in kind.events}
    if "id" in sample.place:
        yield "place.id", "is made anew for each run: leave it out"
    yield from _problems("place", kind.start, sample.body("a-sample"))
    for number, step in enumerate(sample.steps):
        at = f"steps.{number}"
        match step:
            case Send():
                yield from _sent(at, step, events)
                yield from _problems(at, kind.event, sample.said(step))
            case Wait(for_=what) if what not in sample.awaitable:
                yield f"{at}.for", f"is none of {', '.join(sample.awaitable)}"
    if sample.expect.outcome not in [*kind.outcomes]:
        yield "expect.outcome", f"is none of {', '.join(kind.outcomes)}"


def _sent(at: str, step: Send, events: dict[str, type[Event]]) -> Iterator[tuple[str, str]]:
    party = events[step.event].party if step.event in events else None
    if party is None:
        yield f"{at}.event", f"is none of {', '.join(events)}"
    elif party is Party.PAYMENTS:
        yield f"{at}.event", 'is nobody\'s to send: the step {"step": "pay"} pays'
    elif not party.spoken_for_by:
        yield f"{at}.event", "is nobody's to send"
    elif party is not step.sender:
        yield f"{at}.sender", f"must be {party}, whose act {step.event} is"
    elif step.as_ is not None and party is not Party.OPERATOR:
        yield f"{at}.as", "is an operator's name, and no operator sends this"


def _problems(at: str, kind: Any, value: object) -> Iterator[tuple[str, str]]:
    try:
        TypeAdapter(kind).validate_json(json.dumps(value))
    except ValidationError as error:
        for each in error.errors():
            yield ".".join(filter(None, [at, _field(each, value)])), _reason(each)


def _field(error: Any, value: Any) -> str:
    """Where in the file it is. Names of kinds, which pydantic puts between, stand in no path."""
    path: list[str] = []
    kinds = _kinds(value)
    for part in error["loc"]:
        if part in kinds:
            kinds.remove(part)
            continue
        path.append(str(part))
        value = value[part] if _has(value, part) else None
        kinds = _kinds(value)
    if error["type"].startswith("union_tag"):
        path.append(error["ctx"]["discriminator"].strip("'"))
    return ".".join(path)


def _kinds(value: Any) -> list[Any]:
    return [value[tag] for tag in TAGS if tag in value] if isinstance(value, dict) else []


def _has(value: Any, part: int | str) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _reason(error: Any) -> str:
    match error["type"]:
        case "union_tag_invalid":
            known = error["ctx"]["expected_tags"].replace("'", "")
            return f"{error['ctx']['tag']} is none of {known}"
        case "union_tag_not_found":
            return "Field required"
    return re.sub(r"^Value error, ", "", error["msg"])
