"""What operators see of a case in the Temporal UI."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.cases import CaseView
from models.interventions import Paused
from tests.bench import APPROVED, BUILT, OPERATOR, Bench, Opened
from workflows.shown import account


async def attributes(order: Opened) -> dict[str, Any]:
    """The search attributes as history has them: what was set last, or None where it was taken away."""
    found: dict[str, Any] = {}
    for event in (await order.history()).events:
        for each in (
            event.workflow_execution_started_event_attributes,
            event.upsert_workflow_search_attributes_event_attributes,
        ):
            for name, payload in each.search_attributes.indexed_fields.items():
                found[name] = json.loads(payload.data) if payload.data else None
    return found


async def test_lists_can_be_searched_by_what_a_case_is_and_waits_for(bench: Bench) -> None:
    order = await bench.place_in("version_review")
    found = await attributes(order)
    assert (found["Market"], found["Process"], found["ProviderId"]) == ("alipay", "template-orders", "isv-1")
    assert (found["Stage"], found["WaitingOn"]) == ("implementing", "review")
    assert datetime.fromisoformat(found["DeadlineAt"]) == await order.due()
    await order.report(APPROVED)
    found = await attributes(order)
    assert (found["Stage"], found["WaitingOn"]) == ("confirming", "buyer")
    assert datetime.fromisoformat(found["DeadlineAt"]) == await order.due()


async def test_a_paused_case_shows_no_deadline_and_a_closed_one_waits_for_nobody(bench: Bench) -> None:
    order = await bench.place()
    await order.report(Paused(reason="appeal"), actor=OPERATOR)
    found = await attributes(order)
    assert (found["WaitingOn"], found["DeadlineAt"]) == ("buyer", None)
    _, receipt = await bench.pay(order)
    await receipt.ends()
    found = await attributes(receipt)
    assert (found["Stage"], found["WaitingOn"], found.get("DeadlineAt")) == ("closed", None, None)


async def test_the_page_of_a_case_tells_its_stage_its_deadline_and_what_follows(bench: Bench) -> None:
    order = await bench.place_in("implementation")
    due = await order.due()
    text = await order.page()
    assert "**implementing** · alipay · v3" in text
    row = next(line for line in text.splitlines() if line.startswith("| implementation"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:2] == ["provider"]
    assert cells[3] == "refunding: not_implemented"
    assert cells[4].split(", ")[:2] == ["`version_submitted`", "`declined`"]
    in_china = due + timedelta(hours=8)
    assert cells[2] == f"{in_china:%Y-%m-%d %H:%M:%S} +08:00"


async def test_the_page_tells_what_was_paused_and_how_it_ended(bench: Bench) -> None:
    order = await bench.place()
    await order.report(Paused(reason="appeal"), actor=OPERATOR)
    assert "| paused, 2 days, 23:5" in await order.page()
    order = await bench.place()
    await order.ends()
    assert "**closed** · **unpaid**" in await order.page()


def shown(**data: Any) -> str:
    now = datetime.now(UTC)
    case = {"case_id": "product-reviews:m:p", "process": "product-reviews", "market": "m", "id": "p"}
    case |= {"provider_id": "isv-1", "stage": "listed", "policy_version": "1"}
    return account(CaseView.model_validate({**case, "opened_at": now, "changed_at": now, "data": data}))


def test_the_page_leaves_out_what_nobody_said() -> None:
    text = shown(
        title=None, reasons=[], expedited=False, round=0, revision={"stage": "drafting", "flags": []}
    )
    facts = [line for line in text.splitlines()[2:] if line]
    assert facts == ["- expedited: no", "- round: 0", "#### revision: drafting"]


def test_what_callers_wrote_stays_text_on_the_page() -> None:
    said = "a | b\n### closed ![x](https://elsewhere.example) `c` <b>"
    text = shown(title=said, reasons=[{"field": "basic.title", "said": said}])
    plain = r"a \| b ### closed \!\[x\](https://elsewhere.example) \`c\` \<b\>"
    assert f"- title: {plain}" in text.splitlines()
    assert f"| basic.title | {plain} |" in text.splitlines()


async def told_by_history(order: Opened) -> set[str]:
    """What timers and activities say they are for."""
    return {
        json.loads(event.user_metadata.summary.data)
        for event in (await order.history()).events
        if event.user_metadata.summary.data
    }


async def test_timers_and_outside_calls_say_what_they_are_for(bench: Bench) -> None:
    order = await bench.under("2020-12-28").place_in("implementation")
    await order.report(BUILT)
    summaries = await told_by_history(order)
    assert {f"pay:{order.case_id}", "opened", "paid", "version_submitted"} <= summaries
    assert f"version_review until {await order.due():%Y-%m-%d %H:%M:%S}Z" in summaries


async def test_a_timer_that_only_reminds_says_so(bench: Bench) -> None:
    order = await bench.place_in("version_review")
    summaries = await told_by_history(order)
    due = f"{await order.due():%Y-%m-%d %H:%M:%S}Z"
    assert f"reminder: version_review until {due}" in summaries
    assert f"version_review until {due}" not in summaries


@pytest.mark.parametrize("name", ["buyer-1", "Sample Buyer", "0571-26883312"])
async def test_lists_show_no_personal_data(bench: Bench, name: str) -> None:
    order = await bench.place()
    assert name not in json.dumps(await attributes(order))
    assert name not in order.case_id
