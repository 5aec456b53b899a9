"""Ordering gives the provider an authorisation, whatever kind of template is ordered."""

import pytest

from models.orders import Accepted, Cancelled, Declined
from tests.bench import APPROVED, BUILT, BUYER, Bench, order_body


async def test_an_ordinary_template_that_is_still_sold_is_confirmed_like_any_other(bench: Bench) -> None:
    """AMP-CONF-05, AMB-49."""
    template = {**order_body()["template"], "kind": "ordinary"}
    order = await bench.place_paid(template=template)
    await order.report(BUILT)
    view = await order.report(APPROVED)
    assert (view.stage, [task.name for task in view.tasks]) == ("confirming", ["confirmation"])
    assert await order.ends() == "accepted_by_silence"


async def test_review_passed_opens_the_buyers_days_to_confirm(bench: Bench) -> None:
    """AMP-IMP-03."""
    order = await bench.place_paid()
    assert (await order.report(BUILT)).stage == "implementing"
    assert (await order.report(APPROVED)).stage == "confirming"
    await order.report(Accepted(on_behalf_of=BUYER))


@pytest.mark.parametrize("end", ["completed", "declined", "cancelled", "unpaid"])
async def test_an_order_that_is_given_up_leaves_its_authorisation_to_be_revoked(
    bench: Bench, end: str
) -> None:
    """AMP-ORD-18, AMB-55."""
    order = await bench.place() if end in ("cancelled", "unpaid") else await bench.place_paid()
    assert (await order.on_record()).data["authorisation"] == "given"
    match end:
        case "completed":
            for event in (BUILT, APPROVED, Accepted(on_behalf_of=BUYER)):
                await order.report(event)
        case "declined":
            await order.report(Declined(reason="no capacity"))
        case "cancelled":
            await order.report(Cancelled(on_behalf_of=BUYER))
    assert await order.ends() == end
    expected = "given" if end == "completed" else "to_be_revoked"
    assert (await order.on_record()).data["authorisation"] == expected
