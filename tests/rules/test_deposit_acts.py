"""What may be done to a deposit account, and which money it takes: TCM-DEP-07, -08, ALI-DEP-02, AMB-05."""

from datetime import datetime
from typing import Any

import pytest

from models.admitting import Checked
from models.cases import Event
from models.deposit_process import DEPOSIT_ACCOUNTS
from models.deposits import (
    DecidedOnCategories,
    DecidedToForfeit,
    DecidedToHold,
    DecidedToLift,
    DecidedToRelease,
    DecidedToReturnExcess,
    Deposit,
    DepositTerms,
    PaymentRequested,
    ReleaseRequested,
    TariffInForce,
)
from models.payments import CURRENCY, Paid, Payment, PaymentMethod, Verdict
from models.policies import MarketPolicy
from models.rules import deposits as rules
from models.rules.payments import verdict_on
from models.rules.tariffs import Tariff
from tests.rules.deposits import AT, EACH, FLAT, PER_CLASS, WHY, deposit
from tests.workflows.depositing import account_view

# --- what operators, and providers, may do


@pytest.mark.parametrize(
    ("found", "closed"),
    [
        (deposit(), {DecidedToLift, DecidedToReturnExcess, DecidedToForfeit}),
        (deposit(EACH), {DecidedToLift, DecidedToReturnExcess}),
        (deposit(EACH + 1), {DecidedToLift}),
        (deposit(EACH + 1, on_hold=True), {DecidedToHold, DecidedToRelease}),
    ],
)
def test_what_would_change_nothing_is_not_offered(found: Deposit, closed: set[type[Event]]) -> None:
    assert rules.closed_to(found) == closed


@pytest.mark.parametrize(
    ("act", "held_fen", "needed"),
    [
        (DecidedToForfeit(amount_fen=100, **WHY), 500, False),
        (DecidedToForfeit(amount_fen=101, **WHY), 500, True),
        (DecidedToReturnExcess(amount_fen=100, **WHY), 500, False),
        (DecidedToReturnExcess(amount_fen=101, **WHY), 500, True),
        (DecidedToRelease(**WHY), 100, False),
        (DecidedToRelease(**WHY), 101, True),
        (ReleaseRequested(), 101, True),
        (DecidedToHold(**WHY), 500, False),
        (DecidedOnCategories(categories=("api",), **WHY), 500, False),
    ],
)
def test_what_moves_more_than_the_amount_takes_two(act: Event, held_fen: int, needed: bool) -> None:
    assert rules.needs_second_operator(act, held_fen, 100) is needed


TERMS = DepositTerms.model_validate(
    {"methods": ["wechat_pay"], "unpaid_blocks": [], "short_blocks": [], "recheck_every": "P1D"}
)


def asks(fen: int | None, method: PaymentMethod = PaymentMethod.WECHAT_PAY) -> PaymentRequested:
    return PaymentRequested(method=method, amount_fen=fen)


@pytest.mark.parametrize(
    ("act", "found", "codes"),
    [
        (asks(None), deposit(EACH - 1), []),
        (asks(1), deposit(EACH - 1), []),
        (asks(2), deposit(EACH - 1), ["more-than-due"]),
        (asks(None), deposit(EACH), ["more-than-due"]),
        (asks(None, PaymentMethod.BALANCE), deposit(), ["other-method"]),
        (asks(None, PaymentMethod.BANK_TRANSFER), deposit(EACH), ["other-method", "more-than-due"]),
        (DecidedToForfeit(amount_fen=100, **WHY), deposit(100), []),
        (DecidedToForfeit(amount_fen=101, **WHY), deposit(100), ["more-than-held"]),
        (DecidedToReturnExcess(amount_fen=1, **WHY), deposit(EACH + 1), []),
        (DecidedToReturnExcess(amount_fen=2, **WHY), deposit(EACH + 1), ["more-than-excess"]),
        (DecidedOnCategories(categories=("api",), **WHY), deposit(), []),
        (Paid(payment_id="p-2", amount_fen=1), deposit(100), []),
        (Paid(payment_id="p-1", amount_fen=100), deposit(100), ["taken-already"]),
        (Paid(payment_id="p-201", amount_fen=1), deposit(*[1] * 199), []),
        (Paid(payment_id="p-201", amount_fen=1), deposit(*[1] * 200), ["too-many-payments"]),
    ],
)
def test_what_the_figures_do_not_allow_is_refused_and_why(
    act: Event, found: Deposit, codes: list[str]
) -> None:
    """TCM-DEP-07, -08, AMB-05. The record says the same as the account."""
    figures = rules.Figures.of(TERMS, found)
    assert [each.code for each in rules.against(act, figures, PER_CLASS)] == codes
    recorded = rules.Figures.on_record(account_view(rules.facts(TERMS, found, ())))
    assert [each.code for each in rules.against(act, recorded, PER_CLASS)] == codes


def test_what_has_no_price_cannot_be_joined() -> None:
    """ALI-ONB-15."""
    joins = DecidedOnCategories(categories=("games",), **WHY)
    only = Tariff(each_fen={"api": 1})
    figures = rules.Figures.of(TERMS, deposit())
    assert [each.code for each in rules.against(joins, figures, only)] == ["no-deposit-known"]


def test_a_tariff_is_changed_to_once_and_only_if_it_has_an_amount() -> None:
    account = deposit()
    known, other = (TariffInForce(version=name, tariff=FLAT) for name in "12")
    assert [each.code for each in rules.against_tariff(account, known)] == ["in-force-already"]
    assert rules.against_tariff(account, other) == []
    strange = TariffInForce(version="2", tariff=Tariff(each_fen={"api": 1}))
    assert [each.code for each in rules.against_tariff(account, strange)] == ["no-deposit-known"]


def test_categories_are_known_by_their_class_or_in_full(policies: dict[str, MarketPolicy]) -> None:
    """TCM-CAT-19."""
    offered = policies["rehearsal"].categories
    chosen = ("security", "security/network-security", "security/none", "games")
    assert [each.field for each in rules.unknown(chosen, offered)] == ["categories.2", "categories.3"]


@pytest.mark.parametrize(
    ("before", "at", "found"),
    [
        (["service"], "2020-12-31T15:59:59", []),
        (["service"], "2020-12-31T16:00:00", [("categories.1", "ALI-RTL-02")]),
        (["service"], "2020-04-13T15:59:59", [("categories.1", "ALI-RTL-01")]),
        (["retail-channel"], "2020-12-31T16:00:00", []),
    ],
)
def test_the_retail_channel_is_joined_in_its_time_and_kept_for_longer(
    policies: dict[str, MarketPolicy], before: list[str], at: str, found: list[tuple[str, str]]
) -> None:
    """ALI-RTL-01, -02, CV-1: later too, operators may write down another category of who is in it."""
    joins = DecidedOnCategories(categories=("service", "retail-channel"), **WHY)
    occurred_at = datetime.fromisoformat(f"{at}+00:00")
    view = account_view({"categories": before})
    checked = Checked(view, {}, policies["aliyun"], occurred_at)
    against = DEPOSIT_ACCOUNTS.check(joins, checked)
    assert [(each.field, each.rule) for each in against if each.code != "no-deposit-known"] == found


# --- which money is taken

PAYMENT = Payment(
    market="rehearsal",
    payment_id="p-9",
    reference="deposit-accounts:rehearsal:d-1",
    amount_fen=5,
    currency=CURRENCY,
    paid_at=AT,
    method=PaymentMethod.WECHAT_PAY,
)


@pytest.mark.parametrize(
    ("of_payment", "of_account", "reason"),
    [
        ({"currency": "USD"}, {}, "other_currency"),
        ({"amount_fen": 0}, {}, "wrong_amount"),
        ({"method": PaymentMethod.BANK_TRANSFER}, {}, "other_method"),
        ({"method": PaymentMethod.BALANCE}, {}, "other_method"),
        ({"method": None}, {}, "other_method"),
        ({"market": "alipay"}, {}, "other_market"),
        ({}, {"stage": "releasing"}, "deposit_leaving"),
        ({}, {"stage": "closed", "outcome": "released", "closed_at": AT}, "deposit_leaving"),
    ],
)
def test_money_that_a_deposit_does_not_take_is_told_why(
    of_payment: dict[str, Any], of_account: dict[str, Any], reason: str
) -> None:
    """TCM-DEP-07, -08, AMB-47."""
    view = account_view(rules.facts(TERMS, deposit(1), ()), **of_account)
    payment = PAYMENT.model_copy(update=of_payment)
    assert verdict_on(payment, view) == Verdict(taken=False, reason=reason)


def test_any_amount_is_for_the_account_to_take_and_what_it_took_stays_taken() -> None:
    view = account_view(rules.facts(TERMS, deposit(1), ()))
    assert verdict_on(PAYMENT, view) is None
    assert verdict_on(PAYMENT.model_copy(update={"payment_id": "p-1"}), view) == Verdict(taken=True)
    full = account_view(rules.facts(TERMS, deposit(*[1] * 200), ()))
    assert verdict_on(PAYMENT.model_copy(update={"payment_id": "p-201"}), full) == Verdict(
        taken=False, reason="too_many_payments"
    )


def test_where_the_market_names_no_way_any_way_is_taken() -> None:
    """ALI-DEP-16."""
    silent = TERMS.model_copy(update={"methods": None})
    view = account_view(rules.facts(silent, deposit(1), ()))
    assert verdict_on(PAYMENT.model_copy(update={"method": None}), view) is None


# --- policies


@pytest.mark.parametrize("market", ["aliyun", "tencent-cloud", "rehearsal"])
def test_every_category_that_a_market_offers_has_an_amount(
    policies: dict[str, MarketPolicy], market: str
) -> None:
    """ALI-DEP-02, ALI-ONB-15."""
    policy = policies[market]
    every = [key for each in policy.categories for key in each.keys]
    assert every
    assert rules.unpriced(every, policy.deposit_accounts[-1].tariff) == []


def test_the_figures_of_the_markets_are_those_of_their_rules(policies: dict[str, MarketPolicy]) -> None:
    """ALI-DEP-01..07, TCM-DEP-01, -07, -08."""
    aliyun, tencent = policies["aliyun"].deposit_accounts[-1], policies["tencent-cloud"].deposit_accounts[-1]
    every = [each.name for each in policies["aliyun"].categories]
    bazaar = [name for name in every if name != "retail-channel"]
    assert len(bazaar) == 11
    assert deposit(categories=bazaar, tariff=aliyun.tariff).due_fen == 33_000_000
    assert deposit(categories=every, tariff=aliyun.tariff).due_fen == 38_000_000
    assert deposit(categories=("website-building", "service"), tariff=aliyun.tariff).due_fen == 6_000_000
    assert deposit(categories=("retail-channel",), tariff=aliyun.tariff).due_fen == 5_000_000
    assert {deposit(categories=many, tariff=tencent.tariff).due_fen for many in ((), ("a",), every)} == {
        500_000
    }
    assert tencent.terms.methods == ("wechat_pay", "qq_pay", "online_bank")
