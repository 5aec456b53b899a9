"""Simulated enterprise Alipay accounts, shown and filled: whose an account is, and what we deducted from it.

Mounted on the embedded stack only. They are nobody's real accounts, and ask nobody who they are.
"""

from html import escape
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field

from activities.gateways.simulated.enterprise import Deducted, Held, SimulatedEnterpriseAccounts
from api.office import TheOffice
from api.problems import not_found
from api.strict_json import StrictRoute
from models.base import Fen, Flag, Frozen, Text

routes = APIRouter(
    prefix="/simulator/enterprise", tags=["Simulated outside world 模拟外部世界"], route_class=StrictRoute
)
AccountName = Annotated[Text, Field(max_length=128)]


class OpenAccount(Frozen):
    """An account, its company, and what is in it. Opened again, it is changed."""

    account: AccountName
    holder: Annotated[Text, Field(max_length=128)]
    balance_fen: Fen = 0
    deductible: Flag = True
    """Whether the company lets us deduct: it may withdraw that at Alipay, and not tell us."""


class Statement(Held):
    deducted: list[Deducted]


@routes.post("/accounts", status_code=HTTPStatus.CREATED, summary="Open an account")
def open_account(told: OpenAccount, office: TheOffice) -> Statement:
    """It can be settled to from now on."""
    SimulatedEnterpriseAccounts(office.engine).open(**told.model_dump())
    return _statement(office, told.account)


@routes.get("/statement", summary="Whose an account is, and what we deducted from it")
def statement(account: Annotated[AccountName, Query()], office: TheOffice) -> Statement:
    return _statement(office, account)


@routes.get("", response_class=HTMLResponse, summary="The same, to look at")
def look(office: TheOffice, account: Annotated[AccountName | None, Query()] = None) -> str:
    accounts = SimulatedEnterpriseAccounts(office.engine)
    held = accounts.held(account) if account else None
    found = [LINE.format(**_line(each)) for each in accounts.deductions_from(account)] if account else []
    head = HEAD.format(holder=escape(held.holder), yuan=_yuan(held.balance_fen)) if held else ""
    unknown = UNKNOWN if account and held is None else ""
    return PAGE.format(account=escape(account or ""), head=head or unknown, lines="".join(found))


def _statement(office: TheOffice, account: str) -> Statement:
    accounts = SimulatedEnterpriseAccounts(office.engine)
    if (held := accounts.held(account)) is None:
        raise not_found()
    return Statement(**held.model_dump(), deducted=accounts.deductions_from(account))


def _line(each: Deducted) -> dict[str, str]:
    return {
        "at": f"{each.at:%Y-%m-%d %H:%M:%S} UTC",
        "yuan": _yuan(each.amount_fen),
        "key": escape(each.key),
    }


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


UNKNOWN = "<p>没有此账户 · no such account</p>"
HEAD = "<p>{holder} <b>¥ {yuan}</b></p>"
LINE = "<tr><td>{at}</td><td><b>¥ {yuan}</b></td><td>{key}</td></tr>"
PAGE = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>企业支付宝 · Enterprise Alipay</title>
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
  <small>模拟企业支付宝 · Simulated enterprise Alipay</small>
  <form><input name="account" value="{account}" required maxlength="128"
    placeholder="支付宝账号 · Alipay account"> <button>扣款记录 · What was deducted</button></form>
  {head}
  <table>{lines}</table>
</main></html>"""
