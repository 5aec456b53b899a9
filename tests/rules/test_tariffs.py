from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.policies import DepositPolicy, load
from models.rules.tariffs import Tariff, Unpriced, due_fen, over_fen, required_fen

YUAN = 100
BAZAAR = Tariff(each_fen={"retail-channel": 50_000 * YUAN}, otherwise_fen=30_000 * YUAN)
ONE_TIER = Tariff(flat_fen=5_000 * YUAN)
POLICIES = load()
ELEVEN = [each.name for each in POLICIES["aliyun"].categories if each.name != "retail-channel"]


@pytest.mark.parametrize("market", ELEVEN)
def test_each_market_asks_for_thirty_thousand(market: str) -> None:
    """ALI-DEP-01, -02."""
    assert required_fen([market], BAZAAR) == 30_000 * YUAN


@pytest.mark.parametrize(
    ("chosen", "yuan"),
    [
        pytest.param(ELEVEN[:2], 60_000, id="two"),
        pytest.param(ELEVEN[:3], 90_000, id="three, whatever the table's dash means"),
        pytest.param(ELEVEN, 330_000, id="all eleven"),
        pytest.param(["service", "website-building"], 60_000, id="the worked example"),
        pytest.param(["retail-channel"], 50_000, id="the retail channel"),
        pytest.param(["retail-channel", "service"], 80_000, id="the retail channel adds"),
        pytest.param([*ELEVEN, "retail-channel"], 380_000, id="everything"),
    ],
)
def test_deposits_add_up_over_what_is_joined(chosen: list[str], yuan: int) -> None:
    """ALI-DEP-03..07, ALI-ONB-07, -13, ALI-RTL-06, AMB-02, AMB-03."""
    assert required_fen(chosen, BAZAAR) == yuan * YUAN


def test_children_of_one_class_pay_for_it_once() -> None:
    children = ["security/network-security", "security/data-security", "iot/other"]
    assert required_fen(children, BAZAAR) == 60_000 * YUAN


def test_one_tier_asks_for_the_same_of_everybody() -> None:
    """TCM-DEP-01."""
    keys = [key for each in POLICIES["tencent-cloud"].categories for key in each.keys]
    for chosen in ([], keys[:1], keys):
        assert required_fen(chosen, ONE_TIER) == 5_000 * YUAN


@pytest.mark.parametrize(
    ("required", "held", "due"),
    [
        pytest.param(90_000, 30_000, 60_000, id="three markets, one paid"),
        pytest.param(30_000, 10_000, 20_000, id="one market, paid by the old tariff"),
        pytest.param(60_000, 60_000, 0, id="two markets, both paid"),
        pytest.param(5_000, 3_000, 2_000, id="one tier, paid by the old tariff"),
        pytest.param(5_000, 0, 5_000, id="nothing paid"),
        pytest.param(30_000, 50_000, 0, id="more than enough"),
    ],
)
def test_what_is_below_the_tariff_is_topped_up(required: int, held: int, due: int) -> None:
    """ALI-DEP-09, ALI-ONB-14, TCM-DEP-03."""
    assert due_fen(required * YUAN, held * YUAN) == due * YUAN


def test_a_cent_short_is_short() -> None:
    """ALI-ONB-08."""
    assert due_fen(60_000 * YUAN, 60_000 * YUAN - 1) == 1


def test_one_more_market_raises_the_deposit_by_its_own_amount() -> None:
    """ALI-DEP-15."""
    held = required_fen(["service"], BAZAAR)
    assert due_fen(required_fen(["service", "api"], BAZAAR), held) == 30_000 * YUAN
    assert due_fen(required_fen(["service", "retail-channel"], BAZAAR), held) == 50_000 * YUAN


def test_another_tariff_changes_what_is_due_of_who_has_paid() -> None:
    """TCM-DEP-06, ALI-DEP-08."""
    held = required_fen([], ONE_TIER)
    raised, lowered = Tariff(flat_fen=8_000 * YUAN), Tariff(flat_fen=4_000 * YUAN)
    assert due_fen(required_fen([], raised), held) == 3_000 * YUAN
    assert due_fen(required_fen([], lowered), held) == 0
    assert over_fen(required_fen([], lowered), held) == 1_000 * YUAN


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_due_and_over_are_never_negative_and_never_both(required: int, held: int) -> None:
    due, over = due_fen(required, held), over_fen(required, held)
    assert min(due, over) == 0
    assert held + due - over == required


@given(st.lists(st.sampled_from([*ELEVEN, "retail-channel"]), min_size=1, unique=True))
def test_the_order_does_not_matter_and_each_class_counts_by_itself(chosen: list[str]) -> None:
    """ALI-DEP-03."""
    alone = sum(required_fen([each], BAZAAR) for each in chosen)
    assert required_fen(chosen, BAZAAR) == required_fen(chosen[::-1], BAZAAR) == alone


def test_no_category_and_one_without_a_price_have_no_deposit() -> None:
    """ALI-ONB-15: it cannot be computed, and nothing is not its amount."""
    only = Tariff(each_fen={"service": 1})
    for chosen, tariff in (([], BAZAAR), (["api"], only), (["service", "api"], only)):
        with pytest.raises(Unpriced):
            required_fen(chosen, tariff)


@pytest.mark.parametrize("market", ["aliyun", "tencent-cloud"])
def test_the_tariffs_of_our_policies_are_those_of_the_rules(market: str) -> None:
    """ALI-DEP-01, -06, TCM-DEP-01. Each category has its price in the version that is in force."""
    latest = POLICIES[market].in_force("deposit-accounts", datetime.now(UTC))
    assert isinstance(latest, DepositPolicy)
    expected = {"aliyun": BAZAAR, "tencent-cloud": ONE_TIER}[market]
    for key in (key for each in POLICIES[market].categories for key in each.keys):
        assert required_fen([key], latest.tariff) == required_fen([key], expected)


@pytest.mark.parametrize("market", [name for name, each in POLICIES.items() if each.deposit_accounts])
def test_whatever_can_be_joined_has_a_price(market: str) -> None:
    """ALI-ONB-15."""
    latest = max(POLICIES[market].deposit_accounts, key=lambda each: each.effective_from)
    for key in (key for each in POLICIES[market].categories for key in each.keys):
        assert required_fen([key], latest.tariff) > 0


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"each_fen": {}}, id="no class"),
        pytest.param({"flat_fen": 1, "otherwise_fen": 1}, id="both ways"),
        pytest.param({"flat_fen": 0, "each_fen": {"api": 1}}, id="both ways, one of them nothing"),
        pytest.param({"flat_fen": -1}, id="negative"),
        pytest.param({"each_fen": {"api": 1.5}}, id="no whole fen"),
        pytest.param({"each_fen": {"security/network-security": 1}}, id="a child"),
    ],
)
def test_a_tariff_says_one_thing_in_one_way(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Tariff.model_validate(said)


@pytest.mark.parametrize("said", [{"flat_fen": 0}, {"otherwise_fen": 0}])
def test_a_deposit_of_nothing_is_a_deposit(said: dict[str, Any]) -> None:
    assert required_fen(["api"], Tariff.model_validate(said)) == 0
