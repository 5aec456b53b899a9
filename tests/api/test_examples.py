"""The bodies that the documentation shows are bodies that are taken."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from models.cases import Party
from models.listing_events import SelfChecked
from models.listing_process import KIND_OF, PRODUCT_REVIEWS, SHOP_REVIEWS
from models.process import Process
from models.processes import PROCESSES
from models.rules.listing_events import reason_findings, self_check_findings
from tests.api.caller import Api, Json
from tests.api.conftest import Quiet
from tests.api.reviews import MARKET

EACH = pytest.mark.parametrize("process", [PRODUCT_REVIEWS, SHOP_REVIEWS], ids=KIND_OF)


async def shown(api: Api | Quiet, process: Process, path: str) -> list[Any]:
    """The examples of a body, as callers find them."""
    document: Json = (await api.call("GET", "/openapi.json", None)).json()
    post = document["paths"][f"/v1/markets/{{market}}/{process.name}{path}"]["post"]
    examples = post["requestBody"]["content"]["application/json"].get("examples", {})
    return [each["value"] for each in examples.values()]


@EACH
async def test_whatever_a_provider_may_report_is_shown_and_is_taken(quiet: Quiet, process: Process) -> None:
    kind, events = KIND_OF[process.name], TypeAdapter[Any](process.event)
    told = [events.validate_python(each) for each in await shown(quiet, process, "/{id}/events")]
    its_own = {event for event in process.events if event.party is Party.PROVIDER}
    assert its_own <= {type(event) for event in told}
    for event in told:
        assert not reason_findings(getattr(event, "reasons", ()), kind)
        assert not isinstance(event, SelfChecked) or not self_check_findings(event.blocks, kind)


@EACH
async def test_each_decision_of_an_operator_is_shown(quiet: Quiet, process: Process) -> None:
    decided = {each.get("decision") for each in await shown(quiet, process, "/{id}/events")}
    assert decided == {None, "approve", "reject", "notify", "lift", "delist", "remove"}


@EACH
async def test_the_content_that_is_shown_lacks_its_documents_alone(quiet: Quiet, process: Process) -> None:
    whole, empty = await shown(quiet, process, "/dry-run")
    assert whole["content"]
    assert not empty["content"]
    answer = await quiet.call("POST", f"/v1/markets/{MARKET}/{process.name}/dry-run", "service", json=whole)
    unknown = {"document-unknown", "product-unknown"}
    assert {each["code"] for each in answer.json()["findings"]} <= unknown, answer.text
    again, _ = await shown(quiet, process, "/{id}/dry-run")
    assert again == {"content": whole["content"]}


@EACH
async def test_the_body_that_begins_a_review_is_shown(quiet: Quiet, process: Process) -> None:
    assert [process.start.model_validate(each) for each in await shown(quiet, process, "")]


async def test_groups_stand_in_the_order_of_the_processes(quiet: Quiet) -> None:
    document: Json = (await quiet.call("GET", "/openapi.json", None)).json()
    names = [f"{process.title} {process.title_zh}" for process in PROCESSES.values()]
    assert [each["name"] for each in document["tags"]] == names


async def test_fields_are_described_as_in_the_models(quiet: Quiet) -> None:
    document: Json = (await quiet.call("GET", "/openapi.json", None)).json()
    fields = document["components"]["schemas"]["ProductSubmitted"]["properties"]
    assert "as soon as it is approved" in fields["list_when_approved"]["description"]
