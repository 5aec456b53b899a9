"""What a buyer bought: one line for a mini-program and a template, with its orders, and what may follow."""

from datetime import datetime

import pytest
import time_machine

from models.periods import after, local_date
from models.placing import RunningService
from tests.api.bought import completed, ids, listed, put
from tests.api.caller import ACCEPTED, APPROVED, SUBMITTED, Api, finding, new_key
from tests.api.conftest import Quiet

DESK = "https://desk.example/isv-1?from=order"


@pytest.fixture
def buyer() -> str:
    """A buyer that no other test knows."""
    return f"buyer-{new_key()}"


async def test_an_order_that_is_open_has_no_service_yet(quiet: Quiet, buyer: str) -> None:
    """AMB-60: the order's state stands apart."""
    id = put(quiet, buyer)
    assert await listed(quiet, buyer) == [
        {
            "buyer_id": buyer,
            "provider_id": "isv-1",
            "template_id": "bakery",
            "mini_program_id": "mp-1",
            "orders": [
                {
                    "id": id,
                    "case_id": f"template-orders:alipay:{id}",
                    "stage": "implementing",
                    "outcome": None,
                    "opened_at": "2026-03-01T04:00:00Z",
                    "service": None,
                }
            ],
            "service": None,
            "next": None,
            "detail_page": None,
            "service_desk": {
                "prompt": "configure_on_pc",
                "text": "Open the portal on a computer: My services, then the entry to configuration.",
                "text_zh": "请在电脑端打开门户，进入“我的服务”，再点击配置入口。",
            },
        }
    ]


@pytest.mark.parametrize("outcome", ["completed", "accepted_by_silence", "appeal_accepted"])
async def test_a_completed_order_is_a_service_from_day_to_day(quiet: Quiet, buyer: str, outcome: str) -> None:
    completed(quiet, buyer, "2026-01-05", "2027-01-05", outcome=outcome)
    [service] = await listed(quiet, buyer)
    assert service["service"] == {"since": "2026-01-05", "until": "2027-01-05"}
    [order] = service["orders"]
    assert (order["stage"], order["outcome"]) == ("closed", outcome)
    assert order["service"] == service["service"]


@pytest.mark.parametrize(
    "outcome", ["unpaid", "cancelled", "declined", "refund_requested", "not_implemented", "appeal_refunded"]
)
async def test_what_was_given_up_or_paid_back_is_not_listed(quiet: Quiet, buyer: str, outcome: str) -> None:
    put(quiet, buyer, outcome=outcome)
    kept = put(quiet, buyer, mini_program_id="mp-2")
    assert ids(await listed(quiet, buyer)) == [[kept]]


@pytest.mark.parametrize(
    ("now", "step"),
    [("2026-05-09T15:59:59+00:00", "renew"), ("2026-05-09T16:00:00+00:00", "order_again")],
)
async def test_a_service_is_finished_at_midnight_in_shanghai_after_its_last_day(
    quiet: Quiet, buyer: str, now: str, step: str
) -> None:
    """AMP-ORD-24, CV-1."""
    completed(quiet, buyer, "2025-05-09", "2026-05-09", version_submitted=True)
    with time_machine.travel(now, tick=False):
        [service] = await listed(quiet, buyer)
    assert service["next"] == step
    assert service["detail_page"] == {
        "template_id": "bakery",
        "mini_program_id": "mp-1",
        "running_service": {"ends_on": "2026-05-09", "version_submitted": True},
    }


@pytest.mark.parametrize("outcome", ["completed", "appeal_accepted"])
async def test_the_detail_page_says_whether_a_version_was_ever_submitted(
    quiet: Quiet, buyer: str, outcome: str
) -> None:
    """AMP-ORD-16, AMP-ORD-17: who appeals may get an order accepted that nothing was submitted for."""
    submitted = {"version_submitted": True}

    async def told() -> bool:
        [service] = await listed(quiet, buyer)
        return bool(service["detail_page"]["running_service"]["version_submitted"])

    completed(quiet, buyer, "2026-01-05", "2099-01-05", outcome=outcome)
    put(quiet, buyer, hour=2, **submitted)
    assert await told() is False
    completed(quiet, buyer, "2026-01-05", "2098-01-05", hour=1, **submitted)
    assert await told() is True


async def test_the_detail_page_knows_what_the_next_order_is_asked_for(quiet: Quiet, buyer: str) -> None:
    completed(quiet, buyer, "2026-01-05", "2099-01-05", version_submitted=True)
    [service] = await listed(quiet, buyer)
    running = service["detail_page"]["running_service"]
    assert RunningService.model_validate(running).model_dump(mode="json") == running
    refused = finding(await quiet.place("alipay", running_service=running))
    assert (refused["field"], refused["rule"]) == ("running_service.ends_on", "AMP-ORD-16")


async def test_orders_of_one_template_for_one_mini_program_are_one_line(quiet: Quiet, buyer: str) -> None:
    first = completed(quiet, buyer, "2026-01-05", "2027-01-05")
    second = completed(quiet, buyer, "2027-01-06", "2028-01-06", hour=2)
    third = put(quiet, buyer, hour=3)
    other = put(quiet, buyer, hour=1, template_id="florist")
    put(quiet, buyer, hour=4, outcome="cancelled")
    lines = await listed(quiet, buyer)
    assert ids(lines) == [[third, second, first], [other]]
    assert lines[0]["service"] == {"since": "2026-01-05", "until": "2028-01-06"}
    assert lines[0]["next"] == "renew"
    assert [order["service"] and order["service"]["until"] for order in lines[0]["orders"]] == [
        *(None, "2028-01-06", "2027-01-05")
    ]


async def test_the_furthest_last_day_counts_whichever_order_it_is_of(quiet: Quiet, buyer: str) -> None:
    completed(quiet, buyer, "2026-01-05", "2028-01-05")
    completed(quiet, buyer, "2026-02-01", "2026-03-01", hour=1)
    [service] = await listed(quiet, buyer)
    assert service["service"] == {"since": "2026-01-05", "until": "2028-01-05"}


async def test_what_differs_in_buyer_provider_template_or_mini_program_is_apart(
    quiet: Quiet, buyer: str
) -> None:
    other = f"{buyer}-2"
    expected = [
        put(quiet, buyer),
        put(quiet, buyer, 1, provider_id="isv-2"),
        put(quiet, buyer, 2, template_id="florist"),
        put(quiet, buyer, 3, mini_program_id="mp-2"),
    ]
    theirs = put(quiet, other, 4)
    put(quiet, buyer, 5, market="rehearsal")
    assert ids(await listed(quiet, buyer)) == [[id] for id in reversed(expected)]
    assert ids(await listed(quiet, other)) == [[theirs]]


async def test_the_desk_that_the_newest_order_names_is_the_one_to_enter(quiet: Quiet, buyer: str) -> None:
    """AMP-ORD-23."""
    completed(quiet, buyer, "2026-01-05", "2027-01-05", service_desk_url="https://old.example/")
    put(quiet, buyer, hour=1, service_desk_url=DESK)
    assert [service["service_desk"] for service in await listed(quiet, buyer)] == [{"url": DESK}]


async def test_an_order_that_is_played_shows_up(api: Api, buyer: str) -> None:
    path = await api.placed(on_behalf_of={"party": "buyer", "id": buyer})
    accepted = {**ACCEPTED, "on_behalf_of": {"party": "buyer", "id": buyer}}
    case = await api.moved(path, (SUBMITTED, "provider"), (APPROVED, "service"), (accepted, "service"))
    [service] = await listed(api, buyer)
    assert [(order["case_id"], order["outcome"]) for order in service["orders"]] == [
        (case["case_id"], "completed")
    ]
    began = local_date(datetime.fromisoformat(case["closed_at"]))
    assert service["service"] == {"since": began.isoformat(), "until": after(began, "P1Y").isoformat()}
    assert service["next"] == "renew"
