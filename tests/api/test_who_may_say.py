"""Every event of a provider's case x role x (own, another provider's): who may say it, and who hears 404.

A new event without a body in `said.py` fails here.
"""

import pytest

from models.cases import Event
from models.private import private_fields
from models.processes import PROCESSES
from tests.api.caller import Json, contents, refusal
from tests.api.conftest import Quiet
from tests.api.providers import Provider
from tests.api.said import APPROVALS, CANARY, EVENTS, RULINGS

OF_PROVIDERS = {name: [*EVENTS[name], *RULINGS, *APPROVALS] for name in EVENTS}
SAID = [
    pytest.param(process, body, id=f"{process}: {body['event']} {body.get('decision', '')}".strip())
    for process, bodies in OF_PROVIDERS.items()
    for body in bodies
]


def label(body: Json) -> str:
    return f"decided: {body['decision']}" if "decision" in body else str(body["event"])


def event_of(process: str, body: Json) -> type[Event]:
    return next(each for each in PROCESSES[process].events if each.label() == label(body))


def private_of(event: type[Event]) -> tuple[str, ...]:
    return private_fields(event.model_construct(event=event.tag()))


@pytest.mark.parametrize("process", OF_PROVIDERS)
def test_every_event_is_tried_with_every_field(process: str) -> None:
    known = {each.label(): each for each in PROCESSES[process].events}
    assert {label(body) for body in OF_PROVIDERS[process]} == known.keys()
    for body in EVENTS[process]:
        fields = known[label(body)].model_fields
        assert {name for name in fields if fields[name].is_required()} <= body.keys(), body


def test_every_process_of_providers_is_tried() -> None:
    """A process whose cases have a provider that it is told at the start, and that do more than notices."""
    told = {name for name, process in PROCESSES.items() if "provider_id" in process.start.model_fields}
    assert told == {*OF_PROVIDERS, "template-orders"}  # which has a table of its own


@pytest.mark.parametrize(("process", "body"), SAID)
async def test_an_event_is_said_by_its_party_alone(quiet: Quiet, process: str, body: Json) -> None:
    """Whoever may say it gets past this, and finds nobody who takes it. Nothing changes."""
    provider = Provider(quiet)
    path = f"/v1/markets/{provider.market}/{process}/{provider.has(process, {}).rpartition(':')[2]}"
    speakers = event_of(process, body).party.spoken_for_by
    unknown = await quiet.get(f"{path}-not", "operator")
    before = contents(quiet.engine)
    for role in ("service", "operator", "provider"):
        caller = quiet.speaking(**provider.claims(role))
        answer = await caller.send(path, body, role, headers={"If-Match": "1"})
        if role in speakers:
            assert answer.status_code in (409, 422, 503), answer.text
        else:
            refusal(answer, 403, "forbidden")
        assert CANARY not in answer.text
    for stranger, role in (
        (quiet.speaking(provider_id="isv-2"), "provider"),
        (quiet.speaking(market="alipay"), "service"),
        (quiet.speaking(market="alipay"), "operator"),
        (quiet.speaking(market="alipay", provider_id=provider.id), "provider"),
    ):
        answer = await stranger.send(path, body, role, headers={"If-Match": "1"})
        refusal(answer, 404, "not-found")
        assert answer.content == unknown.content
    assert contents(quiet.engine) == before


PRIVATE = [
    pytest.param(process, body, field, id=f"{process}: {body['event']}.{field}")
    for process, bodies in EVENTS.items()
    for body in bodies
    for field in private_of(event_of(process, body))
]


@pytest.mark.parametrize(("process", "body", "field"), PRIVATE)
async def test_nobody_hands_in_what_is_sealed_already(
    quiet: Quiet, process: str, body: Json, field: str
) -> None:
    """It may have been copied from another case."""
    provider = Provider(quiet)
    path = f"/v1/markets/{provider.market}/{process}/{provider.has(process, {}).rpartition(':')[2]}"
    (role,) = event_of(process, body).party.spoken_for_by
    copied = {**body, field: {"sealed": "A" * 40}}
    answer = await quiet.speaking(**provider.claims(role)).send(path, copied, role)
    assert [each["code"] for each in refusal(answer, 422, "invalid")["errors"]] == ["already-sealed"]


def test_what_is_private_is_said_in_nobodys_stead() -> None:
    """What only its party can know, no operator says."""
    assert len(PRIVATE) > 8
    for process in OF_PROVIDERS:
        for event in PROCESSES[process].events:
            if event.party.spoken_for_by and private_of(event):
                assert event.personal, event
