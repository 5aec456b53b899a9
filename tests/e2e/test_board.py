"""What a person reads at the end says what happened, on a narrow page and on a wide one."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from rich.console import Console

from demo import SAMPLES
from models.cases import CaseView
from models.ledger import Account, owed_to
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
    lines = read(board(), width).splitlines()
    assert sum("No rework is left" in line for line in lines) == 1
    assert max(map(len, lines)) <= width


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
    told = board(books)
    assert told.differences() == differences
    assert f"{sign}  given back 已退" in read(told.balance(), 80)


def test_it_says_where_the_dossier_is() -> None:
    assert board().dossier() == "http://api/v1/markets/rehearsal/template-orders/a/dossier?format=html"


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
