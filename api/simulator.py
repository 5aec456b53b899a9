"""The simulated outside world, shown: where a buyer pays, what the gateway holds, how to make it misbehave.

Mounted on the embedded stack only. It is nobody's real gateway, and asks nobody who they are.
"""

import uuid
from html import escape
from http import HTTPStatus
from typing import Annotated, Any

import httpx
import structlog
from fastapi import APIRouter, BackgroundTasks, Body
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session, col, select

from activities.gateways.payments import GatewayRefused
from activities.gateways.simulated.payments import Behaviour, SimulatedPayments
from api.office import Office, TheOffice
from api.problems import Problem, not_found
from api.strict_json import StrictRoute
from models.base import Fen, Flag, Frozen
from models.payments import CURRENCY, Payment, PaymentMethod
from models.signing import sign
from models.tables.simulated import SimulatedCharge, SimulatedPayment, SimulatedRefund

routes = APIRouter(
    prefix="/simulator", tags=["Simulated outside world 模拟外部世界"], route_class=StrictRoute
)
log = structlog.get_logger()
OF_BANK = "bank_check|bank_pay_out|bank_entry|bank_entries_since"
OF_WALLET = "wallet_submit|wallet_look_up"
OF_ENTERPRISE = "enterprise_holder|enterprise_deduct"
OTHERS = f"registry|real_names|{OF_BANK}|{OF_WALLET}|{OF_ENTERPRISE}"
OPERATIONS = rf"^(open|query|close|refund|confirmed_since|{OTHERS})$"


class Pay(Frozen):
    """A buyer's payment: what is asked, unless told otherwise."""

    amount_fen: Annotated[Fen, Field(ge=1)] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = CURRENCY
    method: PaymentMethod | None = None
    in_spite: Flag = False
    """Pay although the page is closed, as late money does."""
    notices: Annotated[int, Field(strict=True, ge=0, le=10)] = 1
    """How often the gateway tells of it: 0 is a lost notice, 2 a repeated one."""


class Misbehave(Frozen):
    operation: Annotated[str, Field(pattern=OPERATIONS)]
    behaviour: Behaviour
    times: Annotated[int, Field(strict=True, ge=0, le=1000)] = 1


@routes.get("/payments", summary="What the gateway holds")
def statement(office: TheOffice) -> dict[str, Any]:
    with Session(office.engine) as session:
        paid = session.exec(
            select(SimulatedPayment).order_by(col(SimulatedPayment.paid_at).desc()).limit(200)
        ).all()
        back = session.exec(
            select(SimulatedRefund).order_by(col(SimulatedRefund.refunded_at).desc()).limit(200)
        ).all()
    return {"payments": [row.model_dump() for row in paid], "refunds": [row.model_dump() for row in back]}


@routes.get("/payments/{reference}", response_class=HTMLResponse, summary="The page where a buyer pays")
def pay_page(reference: str, office: TheOffice) -> str:
    with Session(office.engine) as session:
        charge = session.get(SimulatedCharge, reference)
    if charge is None:
        raise not_found()
    return PAGE.format(
        reference=escape(reference),
        yuan=f"{charge.amount_fen // 100}.{charge.amount_fen % 100:02d}",
        open="" if charge.open else "disabled",
    )


@routes.post("/payments/{reference}", summary="Pay")
def pay(
    reference: str, office: TheOffice, afterwards: BackgroundTasks, how: Annotated[Pay | None, Body()] = None
) -> Payment:
    """Money moves at the gateway, and its signed notice comes to us."""
    how = how or Pay()
    gateway = SimulatedPayments(office.engine)
    try:
        payment = gateway.pay(
            reference,
            amount_fen=how.amount_fen,
            currency=how.currency,
            in_spite=how.in_spite,
            method=how.method,
        )
    except GatewayRefused as no:
        raise Problem(HTTPStatus.CONFLICT, "out-of-turn", f"the gateway refuses: {no.code}") from None
    for _ in range(how.notices):
        afterwards.add_task(notify, office, payment)
    return payment


@routes.post("/misbehave", status_code=204, summary="Fail the next calls of an operation")
def misbehave(told: Misbehave, office: TheOffice) -> None:
    SimulatedPayments(office.engine).misbehave(told.operation, told.behaviour, told.times)


def notify(office: Office, payment: Payment) -> None:
    """What a real gateway does after a payment: a signed notice, over HTTP."""
    body = payment.model_dump_json().encode()
    headers = sign(body, f"n-{uuid.uuid4().hex}", office.settings.need("notice_key"))
    url = office.settings.link(f"v1/callbacks/payments/{payment.market}")
    try:
        httpx.post(url, content=body, headers={**headers, "content-type": "application/json"}, timeout=5)
    except httpx.HTTPError as error:
        log.warning("notice_not_delivered", payment_id=payment.payment_id, error=type(error).__name__)


PAGE = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>收银台 · Cashier</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; background: #f2f4f7; display: grid; place-items: center;
         min-height: 100vh; margin: 0; color: #1d2433 }}
  main {{ background: #fff; padding: 2rem 2.5rem; border-radius: 12px; box-shadow: 0 8px 30px #1d243318 }}
  b {{ font-size: 2.4rem; display: block; margin: .5rem 0 }} small {{ color: #69738a; display: block }}
  button {{ font: inherit; width: 100%; margin-top: 1.5rem; padding: .8rem; border: 0; border-radius: 8px;
           background: #2f6f4f; color: #fff; cursor: pointer }} button:disabled {{ background: #b8c0cf }}
</style>
<main>
  <small>模拟收银台 · Simulated cashier</small><b>¥ {yuan}</b>
  <small>{reference}</small>
  <button {open} onclick="this.disabled=true;fetch(location.href,{{method:'POST'}})
    .then(r=>this.textContent=r.ok?'已支付 · paid':'已关闭 · closed')">支付 · Pay</button>
</main></html>"""
