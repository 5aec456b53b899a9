"""What a person reads at the end says what happened, on a narrow page and on a wide one."""

import json
import re

import httpx
import pytest
from rich.cells import cell_len

from demo import SAMPLES
from models.ledger import Account, arrears_of, deposit_of, owed_to
from rehearsal.account import path_of
from rehearsal.board import Board
from rehearsal.books import Books, Ledger
from rehearsal.caller import Caller
from rehearsal.performance import Performance
from rehearsal.player import mixed
from rehearsal.samples import load
from rehearsal.statements import AtBank
from tests.e2e.shown import NOW, WIDTHS, board, read, refunded, task, told, view


def onboarding() -> Performance:
    """Half-way: its deposit is there, and its account is being proven."""
    sample = load(SAMPLES / "25-a-blurred-licence.json")["25-a-blurred-licence"]
    it = Performance(sample, "25-a-blurred-licence", "b", began=0.0)
    it.case = view(sample.process, "proving_account", tasks=[task("bank_account")])
    it.beside = {
        "deposit-accounts": view("deposit-accounts", "held", data={"held_fen": 500000, "returned_fen": 7}),
        "bank-accounts": view("bank-accounts", "awaiting_amounts", tasks=[task("amounts")]),
    }
    it.payments, it.refunded_fen = {"p": 500000, "q": 500000}, 500000
    it.bank = AtBank(remitted={"r": 53, "s": 100}, became={"r": "matched", "s": "unmatched"}, paid_in=[7, 12])
    it.changes = [
        told("opened", 0),
        told("permission_opened", 1, "system", to="depositing"),
        told("deposit_changed", 4, "system", to="proving_account"),
    ]
    it.changes_beside = {
        "deposit-accounts": [
            told("opened", 2, "system"),
            told("payment_requested", 2),
            told("payment_opened", 2, "system"),
            told("paid", 3, "system", amount_fen=500000),
            told("covered", 3, "system", to="held"),
        ],
        "bank-accounts": [
            told("opened", 4, "system"),
            told("account_given", 5, to="checking_details"),
            told("amounts_entered", 6, right=False),
            told("amounts_entered", 7, right=True, to="verified"),
        ],
    }
    return it


def both() -> Board:
    return Board([refunded(), onboarding()], "http://api", None, Books(deposits=500000))


def test_a_path_says_who_decided_what_and_leaves_out_reminders() -> None:
    assert path_of(refunded()).plain == (
        "appeal_overdue, decided: accepted in stead by olga, disapproved by omar, "
        "decided: refund by olga, approved by omar › refunded"
    )


@WIDTHS
def test_the_account_says_how_each_case_ended_and_what_became_of_its_money(width: int) -> None:
    said = read(board().account(width), width)
    for shown in ("No rework is left", "appeal_refunded", "申诉退款", "¥580.00", "¥580.00 back", "1.0 s"):
        assert shown in said


@WIDTHS
def test_a_live_board_shows_each_case_once_and_fits(width: int) -> None:
    lines = read(both(), width).splitlines()
    assert sum("No rework is left" in line for line in lines) == 1
    assert sum("A blurred licence" in line for line in lines) == 1
    assert max(map(cell_len, lines)) <= width


@WIDTHS
def test_orders_and_onboardings_stand_apart(width: int) -> None:
    for shown in (both(), both().account(width)):
        said = read(shown, width)
        places = ["Template orders", "No rework", "Provider onboardings", "A blurred licence"]
        assert [*map(said.index, places)] == sorted(map(said.index, places))


def test_cases_of_one_kind_need_no_heading() -> None:
    assert "Template orders" not in read(board(), 120)


def test_of_an_onboarding_it_shows_the_case_that_it_waits_for() -> None:
    said = read(both(), 120)
    assert "awaiting_amounts 待回填金额" in said
    assert "provider: amounts" in said
    assert "proving_account" not in said


def test_a_path_goes_through_the_cases_beside_it_in_order() -> None:
    assert path_of(onboarding()).plain == (
        "permission_opened › payment_requested, paid ¥5,000.00, deposit_changed › account_given › "
        "amounts_entered: wrong, amounts_entered: right; ¥1.00 remitted, and matched nothing"
    )


def test_each_kind_has_its_turn() -> None:
    orders, onboardings = [refunded() for _ in range(3)], [onboarding()]
    assert [*mixed([*orders, *onboardings])] == [orders[0], onboardings[0], *orders[1:]]


def test_on_a_low_terminal_what_runs_comes_before_what_has_ended() -> None:
    ended, running = refunded(), [refunded() for _ in range(3)]
    for it in running:
        it.ended = None
    shown = Board([ended, *running], "http://api", None)._shown(3)
    assert shown == running


@pytest.mark.parametrize(
    ("books", "sign", "differences"),
    [
        (Books(), "=", []),
        (Books(held=-58000), "≠", ["ledger: ¥580.00 of what the gateway kept is not in it"]),
        (Books(owed=100), "≠", ["ledger: -¥1.00 of what the gateway kept is not in it"]),
    ],
    ids=["all of it", "some is missing", "some is too much"],
)
def test_the_ledger_has_to_account_for_what_the_gateway_kept(
    books: Books, sign: str, differences: list[str]
) -> None:
    shown = board(books)
    assert shown.differences() == differences
    assert f"{sign}  given back 已退" in read(shown.balance(), 80)


def test_what_deposit_accounts_hold_has_to_be_in_the_ledger() -> None:
    told = Board([onboarding()], "http://api", None, Books(owed=500000))
    assert told.differences() == ["ledger: ¥5,000.00 of what deposit accounts hold is not in it"]


def test_the_books_of_onboardings_name_deposits_and_what_went_through_the_bank() -> None:
    assert both().differences() == []
    said = read(both().balance(), 80)
    for line in (
        r"   of which deposits \S+ +¥0.07  accounts",
        r"\+  deposits held \S+ +¥5,000.00  ledger",
        r"Bank +remitted to us \S+ +¥1.53  bank",
        r"=  proved an account \S+ +¥0.53  notices",
        r"\+  matched nothing \S+ +¥1.00  notices",
        r"   paid in to prove \S+ +¥0.19  bank \S+ 2 payments",
    ):
        assert re.search(line, said), line


@pytest.mark.parametrize(
    ("bank", "differences"),
    [
        (AtBank(), []),
        (AtBank(remitted={"r": 1}, became={"r": "unmatched"}), []),
        (AtBank(remitted={"r": 1}), ["bank: nothing became of r"]),
        (AtBank(paid_in=[7, 12], paid_in_as_told=2), []),
        (AtBank(paid_in=[7, 12], paid_in_as_told=4), ["bank: 2 payments into accounts, expected 4"]),
    ],
)
def test_what_went_through_the_bank_has_to_be_on_record(bank: AtBank, differences: list[str]) -> None:
    assert [*bank.differences()] == differences


def test_it_says_where_the_dossier_is() -> None:
    assert board().dossier() == "http://api/v1/markets/rehearsal/template-orders/a/dossier?format=html"


def test_it_says_where_a_provider_sees_how_it_stands() -> None:
    assert board().console() is None
    assert both().console() == "http://api/v1/markets/tencent-cloud/providers/isv-b/console"


def test_the_ledger_tells_security_from_income() -> None:
    accounts = [(deposit_of("p"), 7), (Account.FORFEITED, 5), (Account.FEES, 3), (owed_to("p"), 2)]
    recovered = [(Account.REFUNDS_DUE, 9), (arrears_of("p"), 4)]
    books = Books.of([*accounts, *recovered])
    assert books == Books(deposits=7, forfeited=5, fees=3, owed=2, refunds_due=9, arrears=4)
    assert books.total == 17


async def test_only_lines_of_the_run_count_also_where_the_ledger_has_older_ones() -> None:
    entries = [("old", 7), ("mine", 50), ("old", 9), ("mine", -20)]
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        path, sent = request.url.path.removeprefix("/v1/markets/m/ledger/accounts"), request.url.params
        if not path:
            names = (
                [Account.COMMISSION, Account.GATEWAY]
                if "cursor" not in sent
                else [owed_to("p"), owed_to("q")]
            )
            page = {"accounts": [{"account": name} for name in names]}
            return httpx.Response(200, json=page | {"next": None if "cursor" in sent else "c"})
        begin = int(sent.get("after", 0))
        lines = [{"case_id": case, "amount_fen": fen} for case, fen in entries[begin : begin + 3]]
        return httpx.Response(200, json={"lines": lines, "next": str(begin + len(lines))})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://api") as http:
        ledger = Ledger(Caller(http, lambda *_, **__: "a token"), "m")
        left = await ledger.of({"mine"}, {"p"}, NOW)
    assert left == [(Account.COMMISSION, 30), (owed_to("p"), 30)]
    assert Books.of(left) == Books(owed=30, commission=30)
    assert json.dumps([str(request.url) for request in asked]).count("gateway") == 0
