"""What a deposit account makes of what happens to it, to the fen: ALI-DEP, TCM-DEP, AMB-04, -05, -38."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cases import Event
from models.deposits import (
    DecidedToForfeit,
    DecidedToHold,
    DecidedToLift,
    DecidedToRelease,
    Deposit,
    DepositStage,
    ReleaseRequested,
)
from models.policies import MarketPolicy
from models.rules import deposits as rules
from models.rules.tariffs import Tariff
from tests.rules.deposits import FLAT, WHY, deposit


def parts(found: Deposit) -> list[tuple[int, str, int]]:
    return [(part.number, part.payment_id, part.amount_fen) for part in found.returning]


# --- covered, or not


@pytest.mark.parametrize(
    ("paid_fen", "stage", "due_fen", "over_fen"),
    [
        ((), DepositStage.UNPAID, 6_000_000, 0),
        ((1,), DepositStage.SHORT, 5_999_999, 0),
        ((5_999_999,), DepositStage.SHORT, 1, 0),
        ((6_000_000,), DepositStage.HELD, 0, 0),
        ((3_000_000, 3_000_000), DepositStage.HELD, 0, 0),
        ((6_000_001,), DepositStage.HELD, 0, 1),
    ],
)
def test_a_deposit_is_held_from_the_last_fen_on(
    paid_fen: tuple[int, ...], stage: DepositStage, due_fen: int, over_fen: int
) -> None:
    """ALI-ONB-08: 59,999.99 of 60,000 is short."""
    found = deposit(*paid_fen, categories=("service", "website-building"))
    assert (found.stage, found.due_fen, found.over_fen) == (stage, due_fen, over_fen)


@pytest.mark.parametrize(
    ("paid_fen", "categories", "due_fen"),
    [
        (3_000_000, ("service", "website-building", "api"), 6_000_000),
        (1_000_000, ("service",), 2_000_000),
        (6_000_000, ("service", "website-building"), 0),
        (0, ("retail-channel", "service"), 8_000_000),
        (0, ("retail-channel",), 5_000_000),
    ],
)
def test_what_is_due_is_the_difference(paid_fen: int, categories: tuple[str, ...], due_fen: int) -> None:
    """ALI-DEP-06, -07, -09, AMB-03."""
    assert deposit(*filter(None, [paid_fen]), categories=categories).due_fen == due_fen


def test_where_nothing_is_asked_nothing_has_to_be_paid() -> None:
    assert deposit(tariff=Tariff(flat_fen=0)).stage is DepositStage.HELD


# --- blocks


@pytest.mark.parametrize(
    ("market", "paid_fen", "noticed", "expected"),
    [
        ("tencent-cloud", 0, False, ("listing", "withdrawal")),
        ("tencent-cloud", 1, False, ("withdrawal",)),
        ("tencent-cloud", 499_999, False, ("withdrawal",)),
        ("tencent-cloud", 500_000, False, ()),
        ("aliyun", 0, True, ()),
        ("aliyun", 2_999_999, True, ()),
        ("aliyun", 0, False, ("listing",)),
        ("aliyun", 2_999_999, False, ("listing",)),
        ("aliyun", 3_000_000, False, ()),
    ],
)
def test_what_is_blocked_follows_what_is_held(
    policies: dict[str, MarketPolicy], market: str, paid_fen: int, noticed: bool, expected: tuple[str, ...]
) -> None:
    """AMB-04, AMB-38, TCM-DEP-03, -04, -05."""
    policy = policies[market].deposit_accounts[-1]
    found = deposit(*filter(None, [paid_fen]), tariff=policy.tariff)
    assert rules.blocks(policy.terms, found, found.stage, noticed=noticed) == expected


@pytest.mark.parametrize(
    ("paid_fen", "stage", "noticed", "expected"),
    [
        (500_000, DepositStage.RELEASING, False, ("listing",)),
        (499_999, DepositStage.RELEASING, False, ("listing", "withdrawal")),
        (499_999, DepositStage.RELEASING, True, ("listing",)),
        (500_000, DepositStage.CLOSED, True, ("listing", "withdrawal")),
    ],
)
def test_who_leaves_lists_nothing_more(
    policies: dict[str, MarketPolicy],
    paid_fen: int,
    stage: DepositStage,
    noticed: bool,
    expected: tuple[str, ...],
) -> None:
    """Safety: held before what it guards is allowed, and orders come to an end before it goes."""
    policy = policies["tencent-cloud"].deposit_accounts[-1]
    found = deposit(paid_fen, tariff=FLAT)
    assert rules.blocks(policy.terms, found, stage, noticed=noticed) == expected


# --- back, and forfeited


@pytest.mark.parametrize(
    ("paid_fen", "amount_fen", "expected"),
    [
        ((100,), 0, []),
        ((100,), 1, [(1, "p-1", 1)]),
        ((100,), 100, [(1, "p-1", 100)]),
        ((100, 50), 100, [(1, "p-1", 100)]),
        ((100, 50), 101, [(1, "p-1", 100), (2, "p-2", 1)]),
        ((100, 50, 25), 175, [(1, "p-1", 100), (2, "p-2", 50), (3, "p-3", 25)]),
    ],
)
def test_money_goes_back_to_the_oldest_payment_first(
    paid_fen: tuple[int, ...], amount_fen: int, expected: list[tuple[int, str, int]]
) -> None:
    assert parts(rules.giving_back(deposit(*paid_fen), amount_fen)) == expected


def test_what_went_back_once_never_goes_again_and_each_part_has_its_own_number() -> None:
    first = rules.giving_back(deposit(100, 50), 30)
    second = rules.giving_back(first, 90)
    assert parts(second) == [(1, "p-1", 30), (2, "p-1", 70), (3, "p-2", 20)]
    assert (second.held_fen, second.returning_fen, second.returned_fen) == (30, 120, 0)
    done = second.model_copy(update={"returning": second.returning[1:]})
    assert (done.held_fen, done.returning_fen, done.returned_fen) == (30, 90, 30)


def test_what_is_forfeited_stays_out_of_what_goes_back() -> None:
    """AMB-05: what goes back is what was paid less what was forfeited."""
    left = rules.forfeited(deposit(100, 50), 60)
    assert (left.held_fen, left.forfeited_fen, left.blemished, left.forfeits) == (90, 60, True, 1)
    assert parts(rules.giving_back(left, left.held_fen)) == [(1, "p-1", 90)]


@pytest.mark.parametrize("take", [rules.forfeited, rules.giving_back])
@pytest.mark.parametrize("amount_fen", [151, -1])
def test_nothing_is_taken_that_is_not_held(take: Any, amount_fen: int) -> None:
    with pytest.raises(ValueError, match="of 150"):
        take(deposit(100, 50), amount_fen)
    assert take(deposit(100, 50), 150).held_fen == 0


@given(
    paid_fen=st.lists(st.integers(1, 10**9), min_size=1, max_size=6),
    taken=st.lists(st.tuples(st.booleans(), st.integers(0, 100)), max_size=8),
)
def test_paid_is_always_what_is_held_back_and_forfeited(
    paid_fen: list[int], taken: list[tuple[bool, int]]
) -> None:
    """ALI-DEP-13, AMB-05: to the fen, whatever was decided in whatever order."""
    found = deposit(*paid_fen)
    for is_forfeit, percent in taken:
        fen = found.held_fen * percent // 100
        found = (rules.forfeited if is_forfeit else rules.giving_back)(found, fen)
        assert found.held_fen + found.returning_fen + found.forfeited_fen == sum(paid_fen)
    back = rules.giving_back(found, found.held_fen)
    assert back.held_fen == 0
    for payment in back.payments:
        own = sum(part.amount_fen for part in back.returning if part.payment_id == payment.payment_id)
        assert own == payment.back_fen <= payment.amount_fen
    assert len({part.number for part in back.returning}) == len(back.returning)


# --- release


@pytest.mark.parametrize(
    ("changes", "decided", "needed"),
    [
        ({}, False, False),
        ({}, True, False),
        ({"blemished": True}, False, True),
        ({"blemished": True}, True, False),
        ({"blemished": True, "on_hold": True}, False, True),
        ({"blemished": True, "on_hold": True}, True, True),
    ],
)
def test_after_a_violation_an_operator_releases_and_nobody_while_it_is_on_hold(
    changes: dict[str, Any], decided: bool, needed: bool
) -> None:
    """ALI-DEP-13: no violation, refund; one or more, not automatic."""
    assert rules.needs_decision(deposit(100, **changes), decided=decided) is needed


@pytest.mark.parametrize(
    ("event", "before", "after"),
    [
        (ReleaseRequested(), False, False),
        (DecidedToRelease(**WHY), False, True),
        (DecidedToForfeit(amount_fen=1, **WHY), False, False),
        (DecidedToForfeit(amount_fen=1, **WHY), True, True),
        (DecidedToLift(**WHY), True, True),
        (DecidedToHold(**WHY), True, False),
    ],
)
def test_a_hold_asks_for_the_decision_again(event: Event, before: bool, after: bool) -> None:
    assert rules.still_decided(event, decided=before) is after


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (deposit(), "released"),
        (rules.giving_back(deposit(100), 100), "released"),
        (rules.giving_back(rules.forfeited(deposit(100), 99), 1), "released"),
        (rules.forfeited(deposit(100), 100), "forfeited"),
    ],
)
def test_it_is_forfeited_when_nothing_came_back(found: Deposit, outcome: str) -> None:
    assert rules.outcome_of(found) == outcome
