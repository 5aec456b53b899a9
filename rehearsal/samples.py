"""A sample tells one case: what is placed, what people and systems do then, and how it should end."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from models.base import Fen, Flag, Frozen, Id, Text
from models.cases import Event, Party
from models.payments import ReceiptOutcome
from models.processes import PROCESSES, Process

DEADLINE, REFUND = "deadline", "refund"


class Pay(Frozen):
    """The buyer pays what is asked, unless told otherwise. `late`: although the gateway's page is closed."""

    step: Literal["pay"]
    amount_fen: Fen | None = None
    notices: Annotated[int, Field(strict=True, ge=0, le=10)] = 1
    late: Flag = False

    def __str__(self) -> str:
        return "pay"


class Send(BaseModel):
    """Somebody reports an event. What else it says stands beside its name; the buyer's name is added."""

    model_config = ConfigDict(frozen=True, extra="allow")

    step: Literal["event"]
    sender: Party
    event: str

    def body(self, place: dict[str, JsonValue]) -> dict[str, JsonValue]:
        said = {"event": self.event, **(self.model_extra or {})}
        return {"on_behalf_of": place.get("on_behalf_of"), **said} if self.sender is Party.BUYER else said

    def __str__(self) -> str:
        return f"{self.sender}: {self.event}"


class Wait(Frozen):
    """Until the case has reached a stage, the next deadline has passed, or some money went back."""

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
    try:
        sample = Sample.model_validate(json.loads(file.read_bytes()))
    except (OSError, ValueError) as error:
        raise _broken(file, error) from error
    for field, reason in _against_its_process(sample):
        raise BrokenSample(file, field, reason)
    return sample


def _broken(file: Path, error: OSError | ValueError) -> BrokenSample:
    match error:
        case ValidationError():
            first = error.errors()[0]
            return BrokenSample(file, _field(first["loc"]), _reason(first))
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
                yield from _problems(at, kind.event, step.body(sample.place), tags=1)
            case Wait(for_=what) if what not in (DEADLINE, REFUND, *kind.stages):
                yield f"{at}.for", f"is none of {', '.join((DEADLINE, REFUND, *kind.stages))}"
    if sample.expect.outcome not in [*kind.outcomes]:
        yield "expect.outcome", f"is none of {', '.join(kind.outcomes)}"


def _sent(at: str, step: Send, events: dict[str, type[Event]]) -> Iterator[tuple[str, str]]:
    party = events[step.event].party if step.event in events else None
    if party is None:
        yield f"{at}.event", f"is none of {', '.join(events)}"
    elif not party.spoken_for_by:
        yield f"{at}.event", 'is nobody\'s to send: the step {"step": "pay"} pays'
    elif party is not step.sender:
        yield f"{at}.sender", f"must be {party}, whose act {step.event} is"


def _problems(at: str, kind: Any, value: object, tags: int = 0) -> Iterator[tuple[str, str]]:
    try:
        TypeAdapter(kind).validate_json(json.dumps(value))
    except ValidationError as error:
        for each in error.errors():
            yield ".".join([at, *map(str, each["loc"][tags:])]), _reason(each)


def _field(loc: tuple[int | str, ...]) -> str:
    """Without the name of the step's kind, which stands in no file."""
    before = (None, *loc)
    return (
        ".".join(
            str(part)
            for part, ahead in zip(loc, before, strict=False)
            if not (isinstance(ahead, int) and part in ("pay", "event", "wait"))
        )
        or "-"
    )


def _reason(error: Any) -> str:
    return re.sub(r"^Value error, ", "", error["msg"])
