"""Which decisions one operator makes alone."""

from enum import StrEnum

import pytest

from models.orders import OrderOutcome, OrderStage
from models.rules.approvals import needs_second_operator
from models.tasks import Leads


@pytest.mark.parametrize("stage", OrderStage)
def test_only_what_gives_money_away_needs_a_second_operator(stage: StrEnum) -> None:
    wanted = stage in (OrderStage.REFUNDING, OrderStage.CLOSED)
    assert needs_second_operator(Leads(stage, OrderOutcome.DECLINED), 9901, 9900) is wanted


@pytest.mark.parametrize(
    ("amount_fen", "above_fen", "needed"),
    [(9900, 9900, False), (9901, 9900, True), (1, 0, True), (0, 0, False)],
)
def test_the_amount_itself_is_still_one_operators(amount_fen: int, above_fen: int, needed: bool) -> None:
    assert needs_second_operator(Leads(OrderStage.CLOSED), amount_fen, above_fen) is needed
