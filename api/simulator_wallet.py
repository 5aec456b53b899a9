"""The simulated wallet, shown: what was applied for, and what its people and the company's do about it.

Mounted on the embedded stack only. It is nobody's real wallet, and asks nobody who they are.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from html import escape
from http import HTTPStatus
from typing import Annotated

import httpx
import structlog
from fastapi import APIRouter, BackgroundTasks, Path, Query
from fastapi.responses import HTMLResponse
from pydantic import Field

from activities.gateways.payments import GatewayRefused
from activities.gateways.simulated.wallet import SimulatedWallet
from activities.gateways.simulated.wallet_books import Held, Remittance
from api.office import Office, TheOffice
from api.problems import Problem, not_found
from api.strict_json import StrictRoute
from models.applyments import AuditDetail
from models.bank import AccountNumber, ShortText
from models.base import Fen, Flag, Frozen, Id
from models.signing import sign
from settings import Settings

routes = APIRouter(
    prefix="/simulator/wallet", tags=["Simulated outside world 模拟外部世界"], route_class=StrictRoute
)
log = structlog.get_logger()
Notices = Annotated[int, Field(strict=True, ge=0, le=10)]
Reference = Annotated[Id, Path()]


class Telling(Frozen):
    notices: Notices = 1
    """How often the wallet tells of it: 0 is a lost notice, 2 a repeated one."""


class Review(Telling):
    """The wallet passes a form, or says what is wrong with it."""

    passed: Flag
    details: Annotated[tuple[AuditDetail, ...], Field(max_length=50)] = ()


class Remit(Telling):
    """Money for an application, from somebody's account."""

    payer_name: ShortText
    payer_number: AccountNumber
    amount_fen: Annotated[Fen, Field(ge=1)]


class Sign(Telling):
    """Somebody scans the code and signs."""

    name: Annotated[ShortText, Field(max_length=64)]


class Act(StrEnum):
    FREEZE = "freeze"
    THAW = "thaw"
    CANCEL = "cancel"
    LAPSE = "lapse"
    """Of the remittance: its deadline is now."""


class Other(Telling):
    """What else a wallet may do with an application."""

    act: Act


class Applications(Frozen):
    applyments: list[Held]


@routes.get("/applyments", summary="What was applied for")
def applyments(office: TheOffice) -> Applications:
    return Applications(applyments=SimulatedWallet(office.engine).all_held())


@routes.get("", response_class=HTMLResponse, summary="The same, to look at and to sign")
def look(office: TheOffice, reference: Annotated[Id | None, Query()] = None) -> str:
    found = SimulatedWallet(office.engine).all_held(reference)
    return PAGE.format(lines="".join(LINE.format(**_line(each)) for each in found) or NOTHING)


@routes.post("/applyments/{reference}/reviews", summary="Pass a form, or reject it")
def review(reference: Reference, told: Review, office: TheOffice, afterwards: BackgroundTasks) -> Held:
    with _refusals():
        held = SimulatedWallet(office.engine).review(reference, told.passed, told.details)
    return _told(held, told, office, afterwards)


@routes.post(
    "/applyments/{reference}/remittances", status_code=HTTPStatus.CREATED, summary="Remit to the wallet"
)
def remit(reference: Reference, told: Remit, office: TheOffice, afterwards: BackgroundTasks) -> Remittance:
    """What does not match is sent back by the wallet at once, and says why."""
    wallet = SimulatedWallet(office.engine)
    with _refusals():
        came = wallet.remit(reference, told.payer_name, told.payer_number, told.amount_fen)
    _told(wallet.held(reference), told, office, afterwards)
    return came


@routes.post("/applyments/{reference}/signatures", summary="Sign")
def signed(reference: Reference, told: Sign, office: TheOffice, afterwards: BackgroundTasks) -> Held:
    """The super administrator alone can, by name."""
    with _refusals():
        held = SimulatedWallet(office.engine).sign(reference, told.name)
    return _told(held, told, office, afterwards)


@routes.post("/applyments/{reference}/acts", summary="Freeze, let go on, cancel, or let the deadline pass")
def act(reference: Reference, told: Other, office: TheOffice, afterwards: BackgroundTasks) -> Held:
    wallet = SimulatedWallet(office.engine)
    acts = {
        Act.FREEZE: wallet.freeze,
        Act.THAW: wallet.thaw,
        Act.CANCEL: wallet.cancel,
        Act.LAPSE: wallet.lapse,
    }
    with _refusals():
        return _told(acts[told.act](reference), told, office, afterwards)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except GatewayRefused as no:
        if no.code == "unknown_applyment":
            raise not_found() from None
        raise Problem(HTTPStatus.CONFLICT, "out-of-turn", f"the wallet refuses: {no.code}") from None


def _told(held: Held, told: Telling, office: Office, afterwards: BackgroundTasks) -> Held:
    notice_id = f"n-{uuid.uuid4().hex}"
    for _ in range(told.notices):
        afterwards.add_task(notify, office.settings, held.market, held.reference, notice_id)
    return held


def notify(settings: Settings, market: str, reference: str, notice_id: str) -> None:
    """What a real wallet does: a signed notice over HTTP, which names the application and says no more."""
    body = json.dumps({"notice_id": notice_id, "reference": reference}).encode()
    headers = sign(body, notice_id, settings.need("notice_key"))
    url = settings.link(f"v1/callbacks/wallet/{market}")
    try:
        httpx.post(url, content=body, headers={**headers, "content-type": "application/json"}, timeout=5)
    except httpx.HTTPError as error:
        log.warning("notice_not_delivered", reference=reference, error=type(error).__name__)


def _line(each: Held) -> dict[str, str]:
    marks = {
        "review": each.review_passed,
        "account": each.account_verified,
        "signature": each.signed,
    }
    return {
        "reference": escape(each.reference),
        "company": escape(each.company_name),
        "state": each.state,
        "submission": str(each.submission),
        "yuan": f"{each.amount_fen // 100}.{each.amount_fen % 100:02d}",
        "until": f"{each.remit_by:%Y-%m-%d %H:%M:%S} UTC",
        "number": each.number or "",
        **{name: "✓" if there else "…" for name, there in marks.items()},
    }


NOTHING = "<p>没有申请 · nothing was applied for</p>"
LINE = """<section><h2>{company}</h2><small>{reference} · 第 {submission} 次 · submission {submission}</small>
  <p><b>{state}</b> {number}</p>
  <ul><li>{review} 资料审核 · review</li><li>{account} 账户验证 · account verified: ¥ {yuan}, {until}</li>
    <li>{signature} 签约 · signed</li></ul>
  <form data-reference="{reference}"><input name="name" required maxlength="64"
    placeholder="超级管理员姓名 · super administrator"> <button>签约 · Sign</button></form></section>"""
PAGE = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>钱包 · Wallet</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; background: #f2f4f7; margin: 0; padding: 3rem 1rem;
         color: #1d2433 }}
  main {{ max-width: 46rem; margin: auto }}
  section {{ background: #fff; padding: 1.2rem 2rem; border-radius: 12px; margin: 1rem 0;
            box-shadow: 0 8px 30px #1d243318 }}
  h2 {{ margin: .2rem 0 }} small {{ color: #69738a }} ul {{ list-style: none; padding: 0 }}
  input, button {{ font: inherit; padding: .6rem .8rem; border: 1px solid #b8c0cf; border-radius: 8px }}
  button {{ background: #2f6f4f; border-color: #2f6f4f; color: #fff; cursor: pointer }}
</style>
<main><small>模拟钱包 · Simulated wallet</small>{lines}</main>
<script>
  for (const form of document.forms) form.onsubmit = async event => {{
    event.preventDefault()
    const answer = await fetch(`/simulator/wallet/applyments/${{form.dataset.reference}}/signatures`,
      {{method: 'POST', headers: {{'content-type': 'application/json'}},
        body: JSON.stringify({{name: form.elements.name.value}})}})
    if (answer.ok) location.reload()
    else form.querySelector('button').textContent = (await answer.json()).detail
  }}
</script></html>"""
