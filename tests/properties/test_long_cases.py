"""What a case takes once its history has grown long: Temporal takes 2,000 updates of a run, and no more."""

from datetime import UTC, datetime

import pytest

from tests.properties import bodies
from tests.properties.driver import Driver
from tests.properties.orders import Terms
from tests.properties.steps import Send
from workflows.template_order import TemplateOrder

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def order() -> Driver:
    """A free order on record, being implemented."""
    driver = Driver(TemplateOrder, "template-orders:alipay:o-long", at_once=False)
    (call,) = driver.begin(NOW, bodies.placed("o-long", Terms(), NOW, free=True, certifies=False)).calls
    driver.step(NOW, resolved=[(call, None)])
    return driver


def refused(order: Driver, event: str) -> bool:
    report = bodies.report(bodies.sent(Send(event), event, NOW, 1))
    return event in order.step(NOW, [(event, report)]).refused


@pytest.mark.parametrize("event", ["noted", "claimed"])
def test_a_long_case_takes_nothing_that_only_adds_to_it(order: Driver, event: str) -> None:
    order.is_long = True
    assert refused(order, event)
    order.is_long = False
    assert not refused(order, event)


@pytest.mark.parametrize("event", ["version_submitted", "refund_requested", "extended"])
def test_a_long_case_takes_what_moves_it(order: Driver, event: str) -> None:
    order.is_long = True
    assert not refused(order, event)
