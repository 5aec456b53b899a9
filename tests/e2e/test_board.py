"""What a person reads at the end says what happened, on a narrow page and on a wide one."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from rich.cells import cell_len
from rich.console import Console

from demo import SAMPLES
from models.cases import CaseView
from models.ledger import Account, deposit_of, owed_to
from rehearsal.account import path_of
from rehearsal.board import Board
from rehearsal.books import Books, Ledger
from rehearsal.caller import Caller
from rehearsal.performance import AtBank, Performance
from rehearsal.player import mixed
from rehearsal.samples import load

NOW = datetime.now(UTC)
WIDTHS = pytest.mark.parametrize("width", [80, 120])
OLGA, OMAR = ({"role": "operator", "subject": name} for name in ("olga", "omar"))


def change(event: str, actor: dict[str, str] | None = None, to: str | None = None, **data: Any) -> Any:
    told = {"event": event, "actor": actor or {"role": "system"}, "data": data}
    return {**told, "stage_before": "appealing", "stage_after": to or "appealing"}


def refunded() -> Performance:
    sample = load(SAMPLES / "17-appeal-refunded.json")["17-appeal-refunded"]
    it = Performance(sample, "17-appeal-refunded", "a", began=0.0, ended=1.0)
    facts = {
        "id": "a",
        "provider_id": "provider-1",
        "opened_at": NOW,
        "changed_at": NOW,
        "policy_version": "2",
    }
    it.case = CaseView(
        case_id=it.case_id,
        process=sample.process,
        market=sample.market,
        stage="closed",
        outcome="appeal_refunded",
        **facts,
    )
    it.payments, it.refunded_fen = {"p": 58000}, 58000
    it.changes = [
        change("opened"),
        change("reminded"),
        change("appeal_overdue"),
        change("decided", OLGA, decision="in_stead", act={"event": "accepted"}),
        change("disapproved", OMAR),
        change("decided", OLGA, decision="refund"),
        change("approved", OMAR, to="refunding", decided={"decision": "refund"}),
        change("refunded", to="closed"),
    ]
    return it


def board(books: Books | None = None) -> Board:
    return Board([refunded()], "http://api", None, books or Books())


def told(event: str, second: int, role: str = "provider", to: str | None = None, **data: Any) -> Any:
    """A change of a case that is `there`, and stays unless it is told where to go."""
    at = (NOW + timedelta(seconds=second)).isoformat()
    stages = {"stage_before": "there", "stage_after": to or "there"}
    return {"event": event, "at": at, "actor": {"role": role, "subject": role}, "data": data, **stages}


def view(process: str, stage: str, *, market: str = "tencent-cloud", **facts: Any) -> CaseView:
    case = {"case_id": f"{process}:{market}:b", "process": process, "market": market, "id": "b"}
    seen = {"opened_at": NOW, "changed_at": NOW, "policy_version": "1", "provider_id": "isv-b"}
    return CaseView.model_validate({**case, **seen, "stage": stage, **facts})


def task(name: str) -> dict[str, Any]:
    return {"name": name, "waiting_on": "provider", "accepts": ()}


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


def read(shown: Any, width: int) -> str:
    console = Console(width=width, height=40, force_terminal=False)
    with console.capture() as captured:
        console.print(shown)
    return captured.get()


def test_a_path_says_who_decided_what_and_leaves_out_reminders() -> None:
    assert path_of(refunded()).plain == (
        "appeal_overdue, decided: accepted in stead by olga, disapproved by omar, "
        "decided: refund by olga, approved by omar › refunded"
    )


@WIDTHS
def test_the_account_says_how_each_case_ended_and_what_became_of_its_money(width: int) -> None:
    said = read(board().account(width), width)
    for told in ("No rework is left", "appeal_refunded", "申诉退款", "¥580.00", "¥580.00 back", "1.0 s"):
        assert told in said


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
    for told in (
        r"   of which deposits \S+ +¥0.07  accounts",
        r"\+  deposits held \S+ +¥5,000.00  ledger",
        r"Bank +remitted to us \S+ +¥1.53  bank",
        r"=  proved an account \S+ +¥0.53  notices",
        r"\+  matched nothing \S+ +¥1.00  notices",
        r"   paid in to prove \S+ +¥0.19  bank \S+ 2 payments",
    ):
        assert re.search(told, said), told


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
    books = Books.of(accounts)
    assert books == Books(deposits=7, forfeited=5, fees=3, owed=2)
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
