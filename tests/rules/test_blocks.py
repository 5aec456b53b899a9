"""What a provider may not do, and why."""

from itertools import product
from typing import Any

import pytest

from models.deposits import Block
from models.rules.blocks import Standing, Why, block_findings, blocked_by

BOTH = (Block.LISTING, Block.WITHDRAWAL)


def reasons(**standing: Any) -> tuple[list[str], list[str]]:
    """Against listing, and against withdrawal, of who is onboarded and owes nothing unless told otherwise."""
    found = blocked_by(Standing(**{"onboarded": True, **standing}))
    assert [*found] == [*Block]
    return [*map(str, found[Block.LISTING])], [*map(str, found[Block.WITHDRAWAL])]


def against_purchase(**standing: Any) -> list[str]:
    return [*map(str, blocked_by(Standing(**{"onboarded": True, **standing}))[Block.PURCHASE])]


def test_who_is_onboarded_and_owes_nothing_may_do_everything() -> None:
    assert reasons(held_fen=500_000) == ([], [])


def test_who_is_not_onboarded_may_do_nothing() -> None:
    """TCM-ONB-02."""
    assert reasons(onboarded=False) == (["not-onboarded"], ["not-onboarded"])


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        pytest.param({"by_deposit": BOTH, "due_fen": 1}, (["deposit-unpaid"],) * 2, id="nothing is held"),
        pytest.param(
            {"by_deposit": (Block.WITHDRAWAL,), "held_fen": 499_999, "due_fen": 1},
            ([], ["deposit-short"]),
            id="a fen is missing",
        ),
        pytest.param(
            {"by_deposit": (Block.LISTING,), "held_fen": 500_000},
            (["deposit-releasing"], []),
            id="all is held, and goes back",
        ),
        pytest.param({"held_fen": 1, "due_fen": 499_999}, ([], []), id="a notice runs, and blocks nothing"),
    ],
)
def test_a_deposit_blocks_what_its_account_says(
    standing: dict[str, Any], expected: tuple[list[str], list[str]]
) -> None:
    """TCM-DEP-03, -04, AMB-04, AMB-38."""
    assert reasons(**standing) == expected


def test_nothing_is_paid_out_to_an_account_that_is_not_proven() -> None:
    """TCM-TEN-15."""
    assert reasons(by_account=("withdrawal",)) == ([], ["account-unproven"])


def test_nothing_is_listed_before_the_certification_fee_is_paid() -> None:
    """TCM-ONB-21."""
    assert reasons(fee_owed=True) == (["certification-fee-unpaid"], [])


def test_nothing_is_bought_without_a_merchant_number_where_the_market_guards_that() -> None:
    """TCM-MCH-01."""
    assert against_purchase(without_number=(Block.PURCHASE,)) == ["no-merchant-number"]
    assert against_purchase(without_number=()) == []
    assert reasons(without_number=(Block.PURCHASE,)) == ([], [])


def test_a_market_may_list_nothing_without_a_number() -> None:
    """Of the real ones none does: what is listed there waits for its buyers (TCM-PROD-06)."""
    assert reasons(without_number=(Block.LISTING,)) == (["no-merchant-number"], [])


def test_a_shop_that_is_not_activated_neither_sells_nor_is_paid_out() -> None:
    """ALI-SET-05, AMB-24."""
    barred = {"not_activated": (Block.PURCHASE, Block.WITHDRAWAL)}
    assert against_purchase(**barred) == ["settlement-not-activated"]
    assert reasons(**barred) == ([], ["settlement-not-activated"])


def against_connecting(**standing: Any) -> list[str]:
    return [*map(str, blocked_by(Standing(**standing))[Block.CONNECTING])]


def test_a_shop_and_products_are_connected_once_the_permission_is_open() -> None:
    """TCM-ONB-02, -10."""
    assert against_connecting(onboarded=False) == ["not-onboarded"]
    assert against_connecting(onboarded=False, permitted=True) == []
    assert against_connecting(onboarded=True) == []


def test_the_permission_alone_sells_nothing() -> None:
    """TCM-ONB-02: it only connects."""
    assert reasons(onboarded=False, permitted=True) == (["not-onboarded"], ["not-onboarded"])


def test_an_agreement_that_is_over_bars_new_listings_alone() -> None:
    """ALI-REN-04, AMB-11: what is sold goes on, and so do payouts."""
    found = blocked_by(Standing(onboarded=True, agreement_lapsed=True))
    assert found == dict.fromkeys(Block, ()) | {Block.LISTING: (Why.AGREEMENT_LAPSED,)}


def test_who_shows_no_shop_is_barred_from_what_its_market_says() -> None:
    """TCM-SHOP-02, AMB-20."""
    found = blocked_by(Standing(onboarded=True, without_shop=(Block.LISTING, Block.PURCHASE)))
    shop = (Why.SHOP_NOT_APPROVED,)
    assert found == dict.fromkeys(Block, ()) | {Block.LISTING: shop, Block.PURCHASE: shop}


def test_nothing_is_paid_out_that_could_not_be_deducted_again() -> None:
    """ALI-SET-23: what is sold meanwhile is sold."""
    barred = {"not_authorised": (Block.WITHDRAWAL,)}
    assert (against_purchase(**barred), reasons(**barred)) == ([], ([], ["deduction-not-authorised"]))


def test_purchases_are_guarded_where_a_market_says_so() -> None:
    assert against_purchase(onboarded=False) == []
    assert against_purchase(onboarded=False, guarded=(Block.PURCHASE,)) == ["not-onboarded"]
    assert reasons(onboarded=False, guarded=(Block.PURCHASE,)) == ([], [])


def test_a_deposit_or_an_account_bars_purchases_where_it_says_so() -> None:
    barred = {"by_deposit": (Block.PURCHASE,), "due_fen": 1, "by_account": (Block.PURCHASE,)}
    assert against_purchase(**barred) == ["deposit-unpaid", "account-unproven"]


def test_a_refusal_names_the_rule_and_what_puts_it_right() -> None:
    assert [each.model_dump() for each in block_findings([Why.NO_MERCHANT_NUMBER], "provider_id")] == [
        {
            "field": "provider_id",
            "code": "no-merchant-number",
            "rule": "TCM-MCH-01",
            "detail": "this provider has opened no merchant number",
            "next": "open one of the numbers",
        }
    ]
    assert [each.code for each in block_findings([*Why], "provider_id")] == [*Why]


def test_everything_is_said_at_once() -> None:
    worst = {"onboarded": False, "due_fen": 1, "by_deposit": BOTH, "by_account": BOTH, "fee_owed": True}
    listing = ["not-onboarded", "deposit-unpaid", "account-unproven", "certification-fee-unpaid"]
    assert reasons(**worst) == (listing, listing[:3])


def test_each_thing_that_is_put_right_leaves_less_in_the_way() -> None:
    flags = ("onboarded", "by_deposit", "by_account", "fee_owed")
    good: dict[str, Any] = {"onboarded": True, "by_deposit": (), "by_account": (), "fee_owed": False}
    bad: dict[str, Any] = {"onboarded": False, "by_deposit": BOTH, "by_account": BOTH, "fee_owed": True}
    for chosen in product((good, bad), repeat=len(flags)):
        standing = {flag: kind[flag] for flag, kind in zip(flags, chosen, strict=True)}
        worse = sum(map(len, reasons(due_fen=1, **standing)))
        for flag in flags:
            assert sum(map(len, reasons(due_fen=1, **{**standing, flag: good[flag]}))) <= worse


def test_reasons_are_words_that_stay() -> None:
    assert {str(why) for why in Why} == {
        *("not-onboarded", "deposit-unpaid", "deposit-short", "deposit-releasing"),
        *("account-unproven", "certification-fee-unpaid", "no-merchant-number"),
        *("settlement-not-activated", "deduction-not-authorised"),
        *("agreement-lapsed", "shop-not-approved"),
    }
