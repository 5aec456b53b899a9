"""How buyers can pay: by what the provider has opened, and by what was always there."""

from itertools import combinations

import pytest

from models.rules.channels import channels, open_lanes
from models.selling import TITLES, channel

FORMER = ("balance", "credit")
PATHS = {"alipay": ("alipay",), "mybank": ("mybank",)}
NUMBERS = {"wallet": ("wechat_pay",), "b2b": ("online_bank_transfer",)}


@pytest.mark.parametrize(
    ("ready", "new"),
    [
        pytest.param((), (), id="ALI-PAY-01: nothing is opened"),
        pytest.param(("alipay",), ("alipay",), id="ALI-PAY-04: Alipay alone"),
        pytest.param(("mybank", "alipay"), ("alipay", "mybank"), id="ALI-PAY-05: both"),
        pytest.param(("mybank",), ("mybank",), id="ALI-PAY-07, AMB-25: MYbank alone"),
    ],
)
def test_what_is_opened_comes_beside_what_was_always_there(
    ready: tuple[str, ...], new: tuple[str, ...]
) -> None:
    """ALI-PAY-03."""
    assert channels(FORMER, PATHS, ready) == FORMER + new


@pytest.mark.parametrize(
    ("ready", "expected"),
    [
        pytest.param((), (), id="TCM-MCH-01: none"),
        pytest.param(("wallet",), ("wechat_pay",), id="TCM-MCH-02: users pay by WeChat Pay"),
        pytest.param(("b2b",), ("online_bank_transfer",), id="TCM-MCH-03: companies pay from their bank"),
        pytest.param(("b2b", "wallet"), ("wechat_pay", "online_bank_transfer"), id="TCM-MCH-04: both sets"),
    ],
)
def test_each_number_brings_its_own_way_to_pay(ready: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert channels((), NUMBERS, ready) == expected


def test_opening_more_never_takes_a_way_to_pay_away() -> None:
    offered = PATHS | NUMBERS
    for fewer in (each for size in range(len(offered)) for each in combinations(offered, size)):
        for more in offered.keys() - fewer:
            assert {*channels(FORMER, offered, fewer)} < {*channels(FORMER, offered, (*fewer, more))}


def test_a_way_that_two_of_them_bring_is_named_once() -> None:
    assert channels(("balance",), {"a": ("balance", "x"), "b": ("x",)}, ("a", "b")) == ("balance", "x")


def test_what_no_policy_knows_brings_nothing() -> None:
    assert channels(FORMER, PATHS, ("alipay", "purse")) == (*FORMER, "alipay")


@pytest.mark.parametrize(
    ("wallet", "b2b", "expected"),
    [
        pytest.param("open", "proving_account", ("wallet",), id="TCM-MCH-07: flows 1 and 2 are done"),
        pytest.param("open", None, ("wallet",), id="TCM-MCH-05: flow 1 is all there is"),
        pytest.param("under_review", "open", ("b2b",), id="TCM-MCH-06: flows 2 and 3 are done"),
        pytest.param("open", "open", ("wallet", "b2b"), id="all three are done"),
        pytest.param("given_up", "ready", (), id="one was given up, the other is not started"),
        pytest.param("frozen", "awaiting_signature", (), id="frozen"),
    ],
)
def test_a_number_is_open_when_all_its_flows_are_done(
    wallet: str | None, b2b: str | None, expected: tuple[str, ...]
) -> None:
    stages = {"wallet": wallet, "b2b": b2b}
    data = {name: {"stage": stage, "number": "1900000109"} for name, stage in stages.items() if stage}
    assert open_lanes(data, NUMBERS) == expected


def test_a_story_that_has_not_begun_is_not_open() -> None:
    assert open_lanes({"scenario": "both", "wallet": None, "b2b": {}}, NUMBERS) == ()


@pytest.mark.parametrize("name", ["balance", "credit", "alipay", "mybank", "wechat_pay"])
def test_a_way_to_pay_has_a_title_in_both_languages(name: str) -> None:
    shown = channel(name)
    assert (shown.name, shown.title.isascii(), shown.title_zh.isascii()) == (name, True, False)


def test_a_way_that_only_its_market_knows_is_called_as_there() -> None:
    assert channel("points").model_dump() == {"name": "points", "title": "points", "title_zh": "points"}
    assert "points" not in TITLES
