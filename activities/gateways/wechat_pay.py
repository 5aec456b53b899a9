"""WeChat Pay as the wallet: applications over its interface for e-commerce platforms.

Its library signs what we ask, checks what it answers, and raises whatever comes to it.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from wechatpayv3.core import Core
from wechatpayv3.type import RequestType
from wechatpayv3.utils import sha256

from activities.gateways.area_codes import area_code
from activities.gateways.payments import GatewayRefused, GatewayUnavailable
from activities.gateways.wechat_pay_forms import Answer, body
from models.applyments import NOT_SENT, Application, Applyment, ApplymentState, AuditDetail, Picture
from wechat import WeChatAccount

APPLYMENTS = "/v3/ecommerce/applyments/"
PICTURES = "/v3/merchant/media/upload"
CONNECT_WITHIN_S, ANSWER_WITHIN_S = 3.05, 8.0
"""Below what an activity may take, so that a silence is told as one."""
UNKNOWN = "RESOURCE_NOT_EXISTS"
AGAIN = frozenset({"SYSTEM_ERROR", "RATELIMIT_EXCEEDED", "RATE_LIMITED", "FREQUENCY_LIMITED"})
"""Codes that say nothing of what was asked, whatever status they come with."""
OVER = (ApplymentState.REJECTED, ApplymentState.CANCELED)
ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}
UNKNOWN_CITY = "WeChat Pay needs the city's official code, and none is known by this name"


class WeChatPayWallet:
    def __init__(self, account: WeChatAccount, *, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._store_url = account.store_url
        self._core = Core(
            mchid=account.mchid,
            cert_serial_no=account.serial,
            private_key=account.private_key,
            apiv3_key=account.api_key,
            timeout=(CONNECT_WITHIN_S, answer_within_s),
            public_key=account.public_key,
            public_key_id=account.public_key_id,
        )
        self._core._gate_way = account.url

    def submit(self, application: Application) -> Applyment:
        """Looks first: what is under way was submitted before, and its answer lost. What has come to nothing
        is submitted over itself, under the same reference."""
        known = self.look_up(application.market, application.reference)
        if known is not None and not _gives_way(known, application):
            return known
        city_code = area_code(application.account.branch_city)
        if city_code is None:
            return _rejected(application, AuditDetail(field="account.branch_city", reason=UNKNOWN_CITY))
        media = {kind: self._uploaded(kind, picture) for kind, picture in application.pictures.items()}
        # Made for this call alone.
        sent = body(application, media, city_code, self._core.encrypt, self._store_url)
        answer = self._asked(APPLYMENTS, RequestType.POST, data=sent, cipher_data=True)
        seen = self.look_up(application.market, application.reference)
        if seen is None or _gives_way(seen, application):
            # It was taken, and still shows what was before.
            return _just_begun(application, ApplymentState.CHECKING, str(answer.get("applyment_id", "")))
        return seen

    def look_up(self, market: str, reference: str) -> Applyment | None:  # noqa: ARG002  a reference says it
        """One account of the marketplace serves all its markets. References are of one market each."""
        try:
            told = self._asked(f"{APPLYMENTS}out-request-no/{reference}", RequestType.GET)
        except GatewayRefused as no:
            if no.code == UNKNOWN:
                return None
            raise
        try:
            answer = Answer.model_validate(told)
            if answer.out_request_no != reference:
                raise GatewayUnavailable("an answer to another question")
            return answer.applyment(self._core.decrypt)
        except (ValidationError, ValueError) as error:
            raise GatewayUnavailable("an answer that cannot be read") from error

    def _uploaded(self, kind: str, picture: Picture) -> str:
        name = f"{kind}.{ENDINGS[picture.content_type]}"
        meta = json.dumps({"filename": name, "sha256": sha256(picture.content)})
        told = self._asked(
            PICTURES,
            RequestType.POST,
            data={"meta": meta},
            sign_data=meta,
            files=[("file", (name, picture.content, picture.content_type))],
        )
        if not isinstance(told.get("media_id"), str):
            raise GatewayUnavailable("a picture without an id")
        return str(told["media_id"])

    def _asked(self, path: str, method: RequestType, **sent: Any) -> Mapping[str, Any]:
        try:
            status, text = self._core.request(path, method=method, **sent)
            told = json.loads(text) if text else {}
        except Exception as error:  # a time-out, no connection, or an answer that WeChat Pay did not sign
            raise GatewayUnavailable(type(error).__name__) from error
        if not isinstance(told, dict):
            told = {}
        if status in range(200, 300):
            return told
        code = str(told.get("code"))
        if status not in range(400, 500) or status == 429 or code in AGAIN:
            raise GatewayUnavailable(f"HTTP {status}")
        raise GatewayRefused(code if re.fullmatch(r"[A-Z][A-Z0-9_]{2,63}", code) else f"HTTP_{status}")


def _gives_way(known: Applyment, application: Application) -> bool:
    """Whether what WeChat Pay has is one of before, which a later submission takes the place of (AMB-34)."""
    lapsed = known.validation is not None and known.validation.until <= datetime.now(UTC)
    return application.submission > 1 and (known.state in OVER or lapsed)


def _just_begun(application: Application, state: ApplymentState, applyment_id: str) -> Applyment:
    return Applyment(
        reference=application.reference,
        applyment_id=applyment_id or NOT_SENT,
        state=state,
        review_passed=False,
        account_verified=False,
        signed=False,
    )


def _rejected(application: Application, *why: AuditDetail) -> Applyment:
    """What WeChat Pay could only turn down is not sent: the form is to be corrected."""
    begun = _just_begun(application, ApplymentState.REJECTED, NOT_SENT)
    return begun.model_copy(update={"audit_details": why})
