"""What a person reads of merchant numbers and settlement accounts: what is open, and how buyers can pay."""

import re
from typing import Any

from rich.cells import cell_len

from demo import SAMPLES
from rehearsal.account import path_of
from rehearsal.board import Board
from rehearsal.books import Books
from rehearsal.performance import Performance
from rehearsal.samples import load
from rehearsal.selling import selling
from rehearsal.showing import waits_for
from rehearsal.statements import AtWallet
from tests.e2e.shown import WIDTHS, board, read, refunded, task, told, view


def of_wallet(event: str, second: int, before: str, after: str, **data: Any) -> Any:
    stages = {"lane": "wallet", "stage_before": before, "stage_after": after}
    return told(event, second, "system", **stages, **data)


def seen(second: int, **there: bool) -> Any:
    facts = {name: there.get(name, False) for name in ("review_passed", "account_verified", "signed")}
    return of_wallet("applyment_changed", second, "under_review", "under_review", **facts)


def numbers() -> Performance:
    """One number is open, the other one is under way. Its company was onboarded before."""
    sample = load(SAMPLES / "37-both-numbers.json")["37-both-numbers"]
    it = Performance(sample, "37-both-numbers", "b", began=0.0)
    lanes = {"wallet": {"stage": "open", "number": "1600"}, "b2b": {"stage": "reviewing"}}
    open_tasks = [
        {**task("registration_review"), "waiting_on": "review"},
        {**task("numbers"), "waiting_on": "office"},
    ]
    it.case = view("merchant-accounts", "opening", tasks=open_tasks, data=lanes)
    it.beside = {
        "provider-onboardings": view(
            "provider-onboardings", "closed", data={"payment_id": "q", "amount_fen": 30}
        ),
        "deposit-accounts": view("deposit-accounts", "held", data={"held_fen": 500000}),
        "bank-accounts": view("bank-accounts", "verified"),
    }
    it.payments = {"p": 500000, "q": 30}
    it.wallet = AtWallet(number="1600", remitted={"r": 53, "s": 100}, sent_back={"s": "wrong_amount"})
    it.selling = {"channels": ["wechat_pay"], "paid_out": True}
    it.changes = [
        told("opened", 0, "system"),
        of_wallet("submitted", 2, "submitting", "under_review"),
        seen(3, signed=True),
        seen(4, signed=True),
        seen(5, signed=True, account_verified=True, review_passed=True),
        of_wallet("number_opened", 6, "under_review", "open"),
    ]
    it.changes_beside = {
        "bank-accounts": [told("opened", -9), told("amounts_entered", -8), told("account_given", 7)]
    }
    return it


def test_a_path_begins_where_the_company_had_been_onboarded() -> None:
    """What the wallet says comes in any order, and counts once."""
    assert path_of(numbers()).plain == (
        "onboarded before › submitted › signed, account_verified and review_passed, number_opened › "
        "account_given; ¥1.00 sent back by the wallet"
    )


def test_a_form_that_is_submitted_again_begins_anew_at_the_wallet() -> None:
    it = numbers()
    it.changes += [of_wallet("submitted", 8, "submitting", "under_review"), seen(9, signed=True)]
    assert "submitted › signed;" in path_of(it).plain


@WIDTHS
def test_it_shows_what_is_open_and_how_buyers_can_pay(width: int) -> None:
    said = read(Board([refunded(), numbers()], "http://api", None).account(width), width)
    for shown in ("成都样例", "wallet 1600", "WeChat Pay", "✓"):
        assert shown in said
    assert max(map(cell_len, said.splitlines())) <= width
    assert "buyers pay by" not in read(board().account(width), width)


def test_who_has_nothing_open_is_shown_as_such() -> None:
    it = numbers()
    assert it.case is not None
    it.case = it.case.model_copy(update={"data": {}})
    it.selling = {"channels": [], "paid_out": False}
    said = read(selling([it]), 120)
    assert said.count("nothing 无") == 2
    assert "✗" in said


def test_of_a_case_with_several_stories_it_shows_each_of_them() -> None:
    """What stays possible all the time is nothing that is waited for."""
    it = numbers()
    assert "wallet open, b2b reviewing" in read(Board([it], "http://api", None), 120)
    assert it.case is not None
    assert waits_for(it.case) == "review: registration_review"
    alone = it.case.model_copy(update={"tasks": it.case.tasks[1:]})
    assert waits_for(alone) == "office: numbers"


def test_until_the_case_begins_its_company_is_being_onboarded() -> None:
    it = numbers()
    it.case, it.beside = None, {}
    assert "being onboarded" in read(Board([it], "http://api", None), 120)
    assert Board([it], "http://api", None).line(it) is None
    it.beside = numbers().beside
    assert str(Board([it], "http://api", None).line(it)).endswith("  onboarded before")


def test_what_it_opened_has_to_be_what_the_wallet_opened() -> None:
    it = numbers()
    assert it.kept_fen == it.paid_fen  # the fee of its onboarding counts, too
    it.wallet = AtWallet(number="1601")
    assert "number is 1600, expected 1601" in it.differences()


def test_a_number_of_channels_is_compared_as_a_whole() -> None:
    it = numbers()
    assert "channels is ['wechat_pay'], expected ['wechat_pay', 'online_bank_transfer']" in it.differences()
    it.selling = {"channels": ["wechat_pay", "online_bank_transfer"], "paid_out": False}
    assert "paid_out is False, expected True" in it.differences()


def recovering(refunds_due: int, arrears: int) -> Board:
    it = numbers()
    it.deducted = {"k": 300}
    books = Books(deposits=500000, fees=30, refunds_due=refunds_due, arrears=arrears)
    return Board([it], "http://api", None, books)


def test_the_wallet_and_alipay_have_lines_of_their_own() -> None:
    said = read(recovering(700, 400).balance(), 120)
    for line in (
        r"Wallet +remitted to it \S+ +¥1.53  wallet",
        r"=  verified an account \S+ +¥0.53  wallet",
        r"\+  sent back by it \S+ +¥1.00  wallet",
        r"Alipay +refunds to recover \S+ +¥7.00  ledger",
        r"=  deducted \S+ +¥3.00  Alipay",
        r"\+  owed still \S+ +¥4.00  ledger",
    ):
        assert re.search(line, said), line


def test_what_was_deducted_has_to_be_in_the_ledger() -> None:
    assert not any("deducted" in each for each in recovering(700, 400).differences())
    [missing] = [each for each in recovering(700, 401).differences() if "deducted" in each]
    assert missing == "ledger: ¥0.01 of what was deducted from Alipay accounts is not in it"
