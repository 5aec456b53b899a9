"""Who may send the work back, and who may appeal, after so many reworks and appeals."""

from datetime import timedelta

import pytest

from models.appeals import AppealTerms, BuyerAppealed, ProviderAppealed
from models.cases import Event
from models.order_tasks import CONFIRMATION, IMPLEMENTATION
from models.orders import OrderTerms, ReworkRequested, ReworkTerms
from models.rules.appeals import closed_to, reworks_left
from models.tasks import TaskKind

DAY = timedelta(days=1)
REWORK = ReworkTerms(reworks=2, rework_within=10 * DAY)
APPEAL = AppealTerms(appeals=2, statements=5, idle_for=5 * DAY, decide_within=5 * DAY, replan_every=DAY)
BY_BUYER: type[Event] = BuyerAppealed
BY_PROVIDER: type[Event] = ProviderAppealed
REWORKS: type[Event] = ReworkRequested
DISPUTES = {REWORKS, BY_BUYER, BY_PROVIDER}


def terms(rework: ReworkTerms | None = REWORK, appeal: AppealTerms | None = APPEAL) -> OrderTerms:
    return OrderTerms(
        pay_within=3 * DAY, implement_within=30 * DAY, confirm_within=7 * DAY, rework=rework, appeal=appeal
    )


def taken(kind: TaskKind, terms: OrderTerms, reworks: int, appeals: int) -> set[type[Event]]:
    return (DISPUTES & {*kind.moves}) - closed_to(kind, terms, reworks, appeals)


@pytest.mark.parametrize(
    ("kind", "reworks", "appeals", "expected"),
    [
        pytest.param(IMPLEMENTATION, 0, 0, {BY_BUYER}, id="the first building"),
        pytest.param(IMPLEMENTATION, 1, 0, {BY_BUYER}, id="a rework, and one is left"),
        pytest.param(IMPLEMENTATION, 2, 0, {BY_BUYER, BY_PROVIDER}, id="the last rework"),
        pytest.param(IMPLEMENTATION, 2, 1, {BY_BUYER, BY_PROVIDER}, id="one appeal is left"),
        pytest.param(IMPLEMENTATION, 2, 2, set(), id="no appeal is left"),
        pytest.param(CONFIRMATION, 0, 0, {REWORKS, BY_PROVIDER}, id="two reworks are left"),
        pytest.param(CONFIRMATION, 1, 1, {REWORKS, BY_PROVIDER}, id="one rework is left"),
        pytest.param(CONFIRMATION, 2, 1, {BY_BUYER, BY_PROVIDER}, id="no rework is left"),
        pytest.param(CONFIRMATION, 2, 2, set(), id="neither is left"),
        pytest.param(CONFIRMATION, 0, 2, {REWORKS}, id="a rework without an appeal"),
    ],
)
def test_each_side_may_do_what_is_left_to_it(
    kind: TaskKind, reworks: int, appeals: int, expected: set[type[Event]]
) -> None:
    assert taken(kind, terms(), reworks, appeals) == expected


def test_where_nothing_can_be_sent_back_the_buyer_appeals_at_once_and_the_provider_waits() -> None:
    assert taken(CONFIRMATION, terms(rework=None), 0, 0) == {BY_BUYER, BY_PROVIDER}
    assert taken(IMPLEMENTATION, terms(rework=None), 0, 0) == {BY_BUYER}


@pytest.mark.parametrize("reworks", [0, 2])
def test_where_no_appeals_are_known_nobody_appeals(reworks: int) -> None:
    for kind in (IMPLEMENTATION, CONFIRMATION):
        assert taken(kind, terms(appeal=None), reworks, 0) <= {REWORKS}


@pytest.mark.parametrize(("reworks", "left"), [(0, 2), (1, 1), (2, 0), (3, 0)])
def test_reworks_are_counted_down_to_none(reworks: int, left: int) -> None:
    assert reworks_left(terms(), reworks) == left
    assert reworks_left(terms(rework=None), reworks) == 0
