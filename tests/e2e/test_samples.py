"""Samples say what they mean before anything is started for them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from demo import SAMPLES
from models.cases import SYSTEM, CaseView, Opening, Party
from models.policies import load as load_policies
from models.process import Process
from models.processes import PROCESSES
from rehearsal.performance import Performance
from rehearsal.sample import Sample
from rehearsal.samples import BEFORE, BrokenSample, load, read
from rehearsal.steps import Send
from tests.e2e.broken import refused

OURS = load(SAMPLES)
PRELUDES = {
    f"{folder.name}-{name}": each for folder in BEFORE.values() for name, each in load(folder).items()
}
UNTOLD = {"settlement-accounts": {"cooperation_ended"}}
"""Ends that come from another case of ours, which none of the cases beside it tells of."""


@pytest.mark.parametrize("sample", [*OURS.values(), *PRELUDES.values()], ids=[*OURS, *PRELUDES])
def test_nothing_stands_against_placing_a_sample(sample: Sample) -> None:
    now = datetime.now(UTC)
    market = load_policies()[sample.market]
    policy = market.in_force(sample.process, now)
    assert policy is not None
    opening = Opening(
        case_id=f"{sample.process}:{sample.market}:a",
        process=sample.process,
        market=sample.market,
        id="a",
        provider_id="a",
        policy_version=policy.version,
        opened_at=now,
        opened_by=SYSTEM,
        digest="",
    )
    body = sample.kind.start.model_validate_json(json.dumps(sample.body("a")))
    assert sample.kind.admit(body, policy, opening, market).input


PLAYED = [PROCESSES[name] for name in dict.fromkeys(sample.process for sample in OURS.values())]


@pytest.mark.parametrize("process", PLAYED, ids=lambda process: str(process.name))
def test_every_end_that_a_case_can_have_is_played(process: Process) -> None:
    expected = [sample.expect for sample in OURS.values() if sample.process == process.name]
    ends = {expect.outcome for expect in expected if expect.outcome}
    assert ends == set(process.outcomes) - UNTOLD.get(process.name, set())


def test_a_second_operator_approves_what_one_of_them_decided() -> None:
    for sample in OURS.values():
        acts = [(step.event, step.as_) for step in sample.steps if isinstance(step, Send)]
        decided = {name for event, name in acts if event == "decided"}
        agreed = {name for event, name in acts if event in ("approved", "disapproved")}
        assert not decided & agreed


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"event": "cancelled"}, {"event": "cancelled", "on_behalf_of": "the buyer"}),
        ({"event": "version_approved"}, {"event": "version_approved"}),
    ],
    ids=["whose act it is", "and of nobody else"],
)
def test_the_buyer_is_named_also_where_somebody_acts_in_its_stead(
    event: dict[str, Any], said: dict[str, Any]
) -> None:
    whole = OURS["01-completed"]
    sample = whole.model_copy(update={"place": {**whole.place, "on_behalf_of": "the buyer"}})
    step = Send(step="event", sender=Party.BUYER, **event)
    assert sample.said(step) == said
    in_stead: dict[str, Any] = {"event": "decided", "decision": "in_stead", "act": event, "as": "olga"}
    step = Send(step="event", sender=Party.OPERATOR, **in_stead)
    assert sample.said(step) == {"event": "decided", "decision": "in_stead", "act": said}
    assert step.as_ == "olga"


def sent(**said: Any) -> dict[str, Any]:
    return {"steps": [{"step": "event", **said}]}


def decided(**said: Any) -> dict[str, Any]:
    return sent(sender="operator", event="decided", reason="so it is", **said)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"colour": "red"}, "colour", "not permitted"),
        ({"process": "dances"}, "process", "is none of"),
        ({"place": {"provider_id": "p"}}, "place.on_behalf_of", "required"),
        (
            {"steps": [{"step": "dance"}]},
            "steps.0.step",
            "dance is none of pay, event, wait, hand_in",
        ),
        ({"steps": [{}]}, "steps.0.step", "required"),
        ({"steps": [{"step": "pay", "amount_fen": "1"}]}, "steps.0.amount_fen", "integer"),
        ({"steps": [{"step": "wait", "for": "godot"}]}, "steps.0.for", "is none of deadline"),
        (sent(sender="buyer"), "steps.0.event", "required"),
        (sent(sender="buyer", event="sung"), "steps.0.event", "is none of"),
        (sent(sender="payments", event="paid"), "steps.0.event", "pays"),
        (sent(sender="office", event="terms_changed"), "steps.0.event", "nobody's"),
        (sent(sender="provider", event="accepted"), "steps.0.sender", "must be buyer"),
        (sent(sender="provider", event="version_submitted"), "steps.0.version", "required"),
        (
            {"steps": [{**sent(sender="buyer", event="accepted")["steps"][0], "as": "olga"}]},
            "steps.0.as",
            "no operator",
        ),
        (decided(), "steps.0.decision", "required"),
        (decided(decision="dance"), "steps.0.decision", "dance is none of resume, give_days"),
        (decided(decision="give_days"), "steps.0.by", "required"),
        (decided(decision="in_stead", act={"event": "version_submitted"}), "steps.0.act.version", "required"),
        (
            decided(decision="in_stead", act={"event": "buyer_appealed"}),
            "steps.0.act.event",
            "buyer_appealed is none of cancelled",
        ),
        (
            sent(
                sender="provider",
                event="provider_stated",
                statement="s",
                evidence=[{"name": "a", "sha256": "b"}],
            ),
            "steps.0.evidence.0.sha256",
            "pattern",
        ),
        ({"expect": {"outcome": "happiness"}}, "expect.outcome", "is none of completed"),
        ({"expect": {"stage": "happiness"}}, "expect.stage", "is none of unpaid"),
        ({"expect": {}}, "expect", "outcome, or the stage"),
        ({"expect": {"outcome": "completed", "stage": "closed"}}, "expect", "outcome, or the stage"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_sample_names_its_file_and_field(
    tmp_path: Path, change: dict[str, Any], field: str, reason: str
) -> None:
    broken = refused(tmp_path, "01-completed", change)
    assert broken.field == field
    assert reason in broken.reason


def test_what_is_no_json_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"title":\n oops}')
    with pytest.raises(BrokenSample, match=r"mine\.json: line 2"):
        read(file)


def test_a_folder_without_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenSample, match=r"\*\.json"):
        load(tmp_path)


def test_what_differs_from_the_expectation_is_named() -> None:
    sample, now = OURS["09-declined"], datetime.now(UTC)
    it = Performance(
        sample, "declined", "a", changes=[{"event": "refunded", "data": {"refunded_fen": 36600}}]
    )
    closed: dict[str, Any] = {
        "case_id": "template-orders:rehearsal:a",
        "process": sample.process,
        "market": sample.market,
        "id": "a",
        "provider_id": "provider-2",
        "stage": "closed",
        "outcome": "declined",
        "opened_at": now,
        "changed_at": now,
        "policy_version": "1",
        "data": {"payment_id": "p", "amount_fen": 36600, "receipts": [{"outcome": "applied"}]},
    }
    it.case = CaseView(**closed)
    it.payments, it.refunded_fen = {"p": 36600}, 36600
    assert it.differences() == []
    it.refunded_fen = 0
    assert it.differences() == ["refunded_fen is 0, expected 36600", "kept_fen is 36600, expected 0"]
    it.case = CaseView(**{**closed, "outcome": "cancelled", "data": {}})
    assert [difference.split()[0] for difference in it.differences()][:2] == ["outcome", "receipts"]
