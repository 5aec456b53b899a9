from models.orders import Accepted, VersionApproved, VersionSubmitted
from tests.bench import BUYER, DAY, SECOND, Bench


async def test_an_order_nobody_pays_is_closed_as_unpaid_after_three_days(bench: Bench) -> None:
    order = await bench.place()
    assert await order.ends() == "unpaid"
    case = await order.on_record()
    assert 3 * DAY <= order.changes()[2].at - case.opened_at < 3 * DAY + 2 * SECOND
    assert order.path() == ["opened", "payment_opened", "payment_overdue", "payment_closed"]


async def test_an_accepted_order_is_completed(bench: Bench) -> None:
    order = await bench.place_paid()
    await order.report(VersionSubmitted(version="1.0.0"))
    await order.report(VersionApproved())
    view = await order.report(Accepted(on_behalf_of=BUYER))
    assert (view.stage, view.outcome) == ("closed", "completed")
    assert await order.ends() == "completed"
