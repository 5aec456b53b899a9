"""Files of samples, read. What is broken is refused before anything starts, with its file and field."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from models.bank_process import BANK_ACCOUNTS
from models.cases import Event, Party
from models.listing_process import PRODUCT_REVIEWS, SHOP_REVIEWS
from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.private import PLAIN
from models.process import Process
from models.settlement_process import SETTLEMENT_ACCOUNTS
from rehearsal.sample import Expected, Sample, awaitable
from rehearsal.steps import HandIn, OpenAlipay, Pay, Remit, Review, Send, Sign, Step, TypeIn, Wait

_SAMPLES = Path(__file__).parent.parent / "samples"
ONBOARDED = _SAMPLES / "onboarded"
"""How a company is onboarded before its story begins: a sample a market."""
BEFORE = {
    PROVIDER_ONBOARDINGS.name: ONBOARDED,
    SHOP_REVIEWS.name: _SAMPLES / "shown",
    PRODUCT_REVIEWS.name: _SAMPLES / "listed",
}
"""The same of its shop and of what it sells."""

TAGS = ("step", "event", "decision")
"""What says which kind of step, event or decision something is."""
ANY_ID = "a-sample"
ANY_PICTURE = "0" * 64
MADE = ("id", "provider_id", "company", "onboarding")
"""What is made anew for each run."""
Problems = Iterator[tuple[str, str]]


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
    for field, reason in _against(sample):
        raise BrokenSample(file, field, reason)
    return sample


def preludes(sample: Sample) -> list[Sample]:
    """What is played before: how this sample's company is onboarded, and what else it needs to have."""
    company = {"company": sample.company, "onboarded": False}
    return [
        read(BEFORE[process] / f"{sample.market}.json").model_copy(update=company)
        for process in sample.before
    ]


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


# --- against what its process takes


def _against(sample: Sample) -> Problems:
    yield from _placed(sample)
    papers: dict[str, str] = {}
    for number, step in enumerate(sample.steps):
        at = f"steps.{number}"
        to = getattr(step, "to", None)
        if to is not None and to not in sample.beside:
            beside = ", ".join(sample.beside) or "and opens no other case"
            yield f"{at}.to", f"is none of {beside}"
            continue
        process = sample.kind_of(to)
        match step:
            case Send():
                yield from _sent(at, step, process)
                yield from _named(at, step, papers)
                yield from _problems(at, process.event, sample.said(step, ANY_ID, papers))
            case Wait(for_=what) if what not in awaitable(process):
                yield f"{at}.for", f"is none of {', '.join(awaitable(process))}"
            case Pay() if not any(each.party is Party.PAYMENTS for each in process.events):
                yield f"{at}.to", f"nobody pays for {process.name}"
            case HandIn() if sample.company is None:
                yield f"{at}.step", "there is no company that hands in anything"
            case HandIn(kind=kind):
                papers[kind] = ANY_PICTURE
            case _ if (asked := _asked_of(sample, step)) and asked not in (sample.process, *sample.beside):
                yield f"{at}.step", f"is for a case of {asked}, or for one that opens it"
    yield from _expected(sample.expect, sample.kind)


def _expected(expect: Expected, kind: Process) -> Problems:
    if expect.outcome is not None and expect.outcome not in [*kind.outcomes]:
        yield "expect.outcome", f"is none of {', '.join(kind.outcomes)}"
    if expect.stage is not None and expect.stage not in [*kind.stages]:
        yield "expect.stage", f"is none of {', '.join(kind.stages)}"


def _asked_of(sample: Sample, step: Step) -> str | None:
    """Whose case a step of the outside world is about."""
    match step:
        case Remit():
            return sample.remits_for(step)
        case Review() | Sign():
            return MERCHANT_ACCOUNTS.name
        case TypeIn():
            return BANK_ACCOUNTS.name
        case OpenAlipay():
            return SETTLEMENT_ACCOUNTS.name
    return None


def _placed(sample: Sample) -> Problems:
    start, applies = sample.kind.start, sample.about_company
    for name in MADE if applies else MADE[:1]:
        if name in sample.place:
            yield f"place.{name}", "is made anew for each run: leave it out"
    if applies and sample.company is None:
        yield "company", "Field required"
    if sample.company is not None and not applies:
        yield "company", f"no company applies in {sample.process}"
    for process in sample.before:
        if not (file := BEFORE[process] / f"{sample.market}.json").exists():
            yield "market", f"nobody is {file.parent.name} there: {file.parent.name}/{file.name} is missing"
    yield from _problems("place", start, sample.body(ANY_ID))


def _sent(at: str, step: Send, process: Process) -> Problems:
    events: dict[str, type[Event]] = {each.tag(): each for each in process.events}
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


def _named(at: str, step: Send, papers: dict[str, str]) -> Problems:
    named = step.said.get("papers")
    for place, kind in enumerate(named if isinstance(named, list) else ()):
        if isinstance(kind, str) and kind not in papers:
            yield f"{at}.papers.{place}", f"no step before hands in a {kind}"


def _problems(at: str, kind: Any, value: object) -> Problems:
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
        if part == PLAIN and not _has(value, part):
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
