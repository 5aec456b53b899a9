"""What a settlement account and merchant numbers mean for selling, at each moment (ALI-SET, TCM-MCH)."""

from datetime import datetime, timedelta

import pytest

from models.deposits import Block
from models.merchant_accounts import MerchantAccountTerms
from models.periods import CHINA
from models.policies import MarketPolicy, MerchantAccountPolicy
from models.rules.channels import settles_to
from models.rules.settlement import Route
from models.selling import Numbers, Paths
from models.settlement_terms import SettlementTerms

TERMS = SettlementTerms.model_validate(
    {
        **{"upgrade_began": "2021-06-11", "window_from": "2021-11-15", "window_until": "2021-12-30"},
        **{"always": ["balance", "credit"], "channels": {"alipay": ["alipay"], "mybank": ["mybank"]}},
        **{"unactivated_blocks": ["purchase", "withdrawal"], "revoked_blocks": ["withdrawal"]},
        **{"approval": {"approve_within": "P2D", "replan_every": "P1D"}, "retry_every": "P1D"},
        "debts_at_most": 10,
    }
)
BOTH = (Block.PURCHASE, Block.WITHDRAWAL)
LAST = datetime(2021, 12, 30, 23, 59, 59, tzinfo=CHINA)
"""The last second of the old account (ALI-SET-04)."""
ACTIVATED = datetime(2021, 11, 20, 8, tzinfo=CHINA)
SECOND = timedelta(seconds=1)


def account(*opened: str, deduction: bool = True, activated_at: datetime | None = ACTIVATED) -> Paths:
    lanes = {path: {"stage": "open"} for path in opened}
    at = activated_at.isoformat() if activated_at else None
    return Paths.of(TERMS, "a-case", {"activated_at": at, "deduction": deduction, **lanes})


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(LAST, ((), ()), id="the old account serves"),
        pytest.param(LAST + SECOND, (BOTH, ()), id="it is out of use"),
    ],
)
def test_who_has_activated_nothing_is_barred_from_the_cut_over_on(at: datetime, expected: object) -> None:
    """ALI-SET-04, -05: whether it has begun or not."""
    assert Paths(TERMS).blocks(at) == expected
    assert account(deduction=False, activated_at=None).blocks(at) == expected


@pytest.mark.parametrize("at", [ACTIVATED, LAST, LAST + SECOND])
def test_who_has_activated_an_account_needs_the_right_to_deduct(at: datetime) -> None:
    """ALI-SET-23."""
    assert account("alipay").blocks(at) == ((), ())
    assert account("alipay", deduction=False).blocks(at) == ((), (Block.WITHDRAWAL,))


def test_a_market_without_settlement_accounts_bars_nobody() -> None:
    none = Paths(None)
    assert (none.blocks(LAST + SECOND), none.guards, none.always, none.offered) == (((), ()), (), (), {})
    assert none.settles("wechat_pay", LAST) is None


def test_a_path_without_the_right_to_deduct_is_open_and_not_ready() -> None:
    """ALI-SET-18."""
    assert account("mybank", deduction=False).opened == account("mybank").ready == ("mybank",)
    assert account("mybank", deduction=False).ready == ()


@pytest.mark.parametrize(
    ("path", "route", "opened", "expected"),
    [
        ("alipay", Route.OLD, ("alipay",), "old_account"),
        (None, Route.OLD, (), "old_account"),
        ("alipay", Route.NEW, ("alipay", "mybank"), "alipay"),
        ("mybank", Route.NEW, ("alipay", "mybank"), "mybank"),
        (None, Route.NEW, ("alipay", "mybank"), "alipay"),
        (None, Route.NEW, ("mybank",), "mybank"),
        (None, Route.NEW, (), None),
        ("alipay", Route.NEW, (), None),
    ],
)
def test_money_goes_by_the_way_it_was_paid(
    path: str | None, route: Route, opened: tuple[str, ...], expected: str | None
) -> None:
    """ALI-SET-07, AMB-25."""
    assert settles_to(path, route, opened) == expected


def test_where_money_goes_names_the_case_that_keeps_the_account() -> None:
    """ALI-SET-06, AMB-24: the old one was kept by none."""
    shop = account("alipay")
    before, after = (shop.settles("balance", at) for at in (ACTIVATED - SECOND, ACTIVATED))
    assert before is not None
    assert after is not None
    assert ((before.to, before.case_id), (after.to, after.case_id)) == (
        ("old_account", None),
        ("alipay", "a-case"),
    )
    waiting = account(activated_at=None).settles("balance", LAST + SECOND)
    assert waiting is not None
    assert (waiting.to, waiting.case_id) == (None, None)
    assert shop.settles("wechat_pay", ACTIVATED) is None


def terms_of(policy: MarketPolicy) -> MerchantAccountTerms:
    newest = policy.versions("merchant-accounts")[-1]
    assert isinstance(newest, MerchantAccountPolicy)
    return newest.terms


@pytest.mark.parametrize(
    ("cases", "opened", "barred"),
    [
        ([], (), (Block.PURCHASE,)),
        ([{"wallet": {"stage": "under_review"}}], (), (Block.PURCHASE,)),
        ([{"wallet": {"stage": "open"}, "b2b": {"stage": "given_up"}}], ("wallet",), ()),
        ([{"b2b": {"stage": "awaiting_form"}}, {"b2b": {"stage": "open"}}], ("b2b",), ()),
        ([{"b2b": {"stage": "open"}}, {"wallet": {"stage": "open"}}], ("wallet", "b2b"), ()),
    ],
)
def test_one_open_number_of_any_case_is_enough(
    policies: dict[str, MarketPolicy], cases: list[object], opened: object, barred: object
) -> None:
    """TCM-MCH-01."""
    numbers = Numbers.of(terms_of(policies["tencent-cloud"]), cases)  # type: ignore[arg-type]
    assert (numbers.opened, numbers.blocks) == (opened, barred)


def test_the_markets_say_what_a_number_guards_and_brings(policies: dict[str, MarketPolicy]) -> None:
    """TCM-MCH-02, -03. The rehearsal guards nothing."""
    ours, rehearsed = (terms_of(policies[market]) for market in ("tencent-cloud", "rehearsal"))
    assert (ours.guards, rehearsed.guards) == ((Block.PURCHASE,), ())
    assert ours.channels == {"wallet": ("wechat_pay",), "b2b": ("online_bank_transfer",)}
    assert Numbers.of(None, [{"wallet": {"stage": "open"}}]) == Numbers()
