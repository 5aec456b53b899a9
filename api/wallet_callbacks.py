"""What the wallet pushes: signed as our own notices are, or by WeChat Pay where that is the wallet."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, BackgroundTasks, Request
from pydantic import ValidationError

from api.callbacks import forged, received, signed_by_us
from api.office import Office, TheOffice
from api.problems import Problem, invalid
from api.strict_json import StrictRoute, parse
from models.cases import WALLET
from models.rules.findings import Finding, Refused
from models.signing import ForgedNotice
from models.wallet_notices import TellOfApplyment
from models.wallet_process import WALLET_NOTICES
from wechat import WeChatAccount

routes = APIRouter(tags=["Callbacks 回调"], route_class=StrictRoute)
THANKS = {"code": "SUCCESS", "message": "成功"}
"""How WeChat Pay wants to be answered; it sends a notice again until it is."""


@routes.post("/v1/callbacks/wallet/{market}", summary="The wallet tells of an application")
async def wallet_notice(
    market: str, request: Request, office: TheOffice, afterwards: BackgroundTasks
) -> dict[str, Any]:
    """Opens a notice. Of what the wallet sends only the reference is believed: it is asked for the rest."""
    if office.wechat is None:
        told = await _ours(request, office)
        return await received(office, afterwards, WALLET_NOTICES, market, told, WALLET)
    with _refused_in_their_words():
        told = await _theirs(request, office.wechat)
        await received(office, afterwards, WALLET_NOTICES, market, told, WALLET)
    return THANKS


async def _ours(request: Request, office: Office) -> TellOfApplyment:
    sent = parse(await signed_by_us(request, office))
    try:
        return TellOfApplyment(id=sent["notice_id"], reference=sent["reference"])
    except (ValidationError, KeyError, TypeError):
        raise _names_nothing() from None


async def _theirs(request: Request, account: WeChatAccount) -> TellOfApplyment:
    from api import wechat_notices  # noqa: PLC0415  only who chooses it has what it needs

    raw = await request.body()
    try:
        wechat_notices.check(raw, request.headers, account, datetime.now(UTC))
    except ForgedNotice:
        raise forged() from None
    sent = parse(raw)
    try:
        return wechat_notices.told(sent, account)
    except (ValueError, RecursionError):
        raise _names_nothing() from None


@contextmanager
def _refused_in_their_words() -> Iterator[None]:
    try:
        yield
    except Problem as no:
        no.extra |= {"code": "FAIL", "message": no.detail}
        raise
    except Refused as no:
        problem = invalid(no.findings)
        problem.extra |= {"code": "FAIL", "message": problem.detail}
        raise problem from None


def _names_nothing() -> Problem:
    detail = "send the id of the notice, and the reference of what it is about"
    return invalid([Finding(field="reference", code="missing", detail=detail)])
