"""The simulated bank, shown: what came into a provider's account, remittances to us, payouts sent back.

Mounted on the embedded stack only. It is nobody's real bank, and asks nobody who they are.
"""

import json
import uuid
from html import escape
from http import HTTPStatus
from typing import Annotated

import httpx
import structlog
from fastapi import APIRouter, BackgroundTasks, Query
from fastapi.responses import HTMLResponse
from pydantic import Field

from activities.gateways.payments import GatewayRefused
from activities.gateways.simulated.bank import CameIn, SimulatedBank
from api.office import Office, TheOffice
from api.problems import not_found
from api.strict_json import StrictRoute
from models.bank import AccountNumber, ShortText
from models.bank_entries import BankEntry
from models.base import Fen, Frozen, Id
from models.rules.bank import REMARK
from models.signing import sign
from settings import Settings

routes = APIRouter(
    prefix="/simulator/bank", tags=["Simulated outside world 模拟外部世界"], route_class=StrictRoute
)
log = structlog.get_logger()
Notices = Annotated[int, Field(strict=True, ge=0, le=10)]
Number = Annotated[AccountNumber, Query()]


class Remit(Frozen):
    """Money from somebody's account to ours."""

    market: Id
    holder: ShortText
    number: AccountNumber
    amount_fen: Annotated[Fen, Field(ge=1)]
    remark: ShortText = REMARK
    notices: Notices = 1
    """How often the bank tells of it: 0 is a lost notice, 2 a repeated one."""


class Return(Frozen):
    """A payout of ours that its account did not keep."""

    reference: Id
    notices: Notices = 1


class Statement(Frozen):
    came_in: list[CameIn]


@routes.get("/statement", summary="What came into an account from us")
def statement(number: Number, office: TheOffice) -> Statement:
    return Statement(came_in=SimulatedBank(office.engine).statement(number))


@routes.get("", response_class=HTMLResponse, summary="The same, to look at")
def online_bank(office: TheOffice, number: Number | None = None) -> str:
    came_in = SimulatedBank(office.engine).statement(number) if number else []
    lines = "".join(LINE.format(**_line(each)) for each in came_in) or NOTHING
    return PAGE.format(lines=lines if number else "", number=escape(number or ""))


@routes.post("/remittances", status_code=HTTPStatus.CREATED, summary="Remit money to us")
def remit(told: Remit, office: TheOffice, afterwards: BackgroundTasks) -> BankEntry:
    """The money is ours at once, and the bank's signed notice comes to us."""
    money = told.model_dump(exclude={"notices"})
    return _told(SimulatedBank(office.engine).remit(**money), told.notices, office, afterwards)


@routes.post("/returns", status_code=HTTPStatus.CREATED, summary="Send a payout back")
def send_back(told: Return, office: TheOffice, afterwards: BackgroundTasks) -> BankEntry:
    """A payout comes back once, and the bank's signed notice tells us."""
    try:
        entry = SimulatedBank(office.engine).return_payout(told.reference)
    except GatewayRefused:
        raise not_found() from None
    return _told(entry, told.notices, office, afterwards)


def _told(entry: BankEntry, notices: int, office: Office, afterwards: BackgroundTasks) -> BankEntry:
    for _ in range(notices):
        afterwards.add_task(notify, office.settings, entry)
    return entry


def notify(settings: Settings, entry: BankEntry) -> None:
    """What a real bank does: a signed notice over HTTP, which names the entry and says no more."""
    body = json.dumps({"entry_id": entry.entry_id, "kind": entry.kind}).encode()
    headers = sign(body, f"n-{uuid.uuid4().hex}", settings.need("notice_key"))
    url = settings.link(f"v1/callbacks/bank/{entry.market}")
    try:
        httpx.post(url, content=body, headers={**headers, "content-type": "application/json"}, timeout=5)
    except httpx.HTTPError as error:
        log.warning("notice_not_delivered", entry_id=entry.entry_id, error=type(error).__name__)


def _line(each: CameIn) -> dict[str, str]:
    return {
        "at": f"{each.at:%Y-%m-%d %H:%M:%S} UTC",
        "yuan": f"{each.amount_fen // 100}.{each.amount_fen % 100:02d}",
        "remark": escape(each.remark),
        "returned": "已退回 · returned" if each.returned else "",
    }


NOTHING = "<tr><td colspan=4>没有来账 · nothing came in</td></tr>"
LINE = "<tr><td>{at}</td><td><b>¥ {yuan}</b></td><td>{remark}</td><td>{returned}</td></tr>"
PAGE = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>网上银行 · Online bank</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; background: #f2f4f7; margin: 0; padding: 3rem 1rem;
         color: #1d2433 }}
  main {{ background: #fff; max-width: 46rem; margin: auto; padding: 2rem 2.5rem; border-radius: 12px;
         box-shadow: 0 8px 30px #1d243318 }}
  small {{ color: #69738a; display: block; margin-bottom: 1rem }}
  input, button {{ font: inherit; padding: .6rem .8rem; border: 1px solid #b8c0cf; border-radius: 8px }}
  button {{ background: #2f6f4f; border-color: #2f6f4f; color: #fff; cursor: pointer }}
  table {{ border-collapse: collapse; width: 100%; margin-top: 1.5rem }}
  td {{ padding: .6rem .4rem; border-top: 1px solid #e3e7ee }}
</style>
<main>
  <small>模拟网上银行 · Simulated online bank</small>
  <form><input name="number" value="{number}" required pattern="[0-9 \\-]{{8,40}}"
    placeholder="银行账号 · account number"> <button>来账 · What came in</button></form>
  <table>{lines}</table>
</main></html>"""
