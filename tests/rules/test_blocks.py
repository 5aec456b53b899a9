"""What a provider may not do, and why."""

from itertools import product
from typing import Any

import pytest

from models.deposits import Block
from models.rules.blocks import Standing, Why, blocked_by

BOTH = (Block.LISTING, Block.WITHDRAWAL)


def reasons(**standing: Any) -> tuple[list[str], list[str]]:
    """Against listing, and against withdrawal, of who is onboarded and owes nothing unless told otherwise."""
    found = blocked_by(Standing(**{"onboarded": True, **standing}))
    assert [*found] == [*BOTH]
    return [*map(str, found[Block.LISTING])], [*map(str, found[Block.WITHDRAWAL])]


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
        *("account-unproven", "certification-fee-unpaid"),
    }
