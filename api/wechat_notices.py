"""Notices as WeChat Pay signs and seals them: by its key, a short while ago, over these very bytes."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel
from wechatpayv3.utils import aes_decrypt, load_public_key, rsa_verify

from models.base import Id
from models.signing import ForgedNotice
from models.wallet_notices import TellOfApplyment
from wechat import WeChatAccount

SCHEME = "WECHATPAY2-SHA256-RSA2048"
GOOD_FOR_S = 300
"""Either way."""


class _Sealed(BaseModel):
    algorithm: Literal["AEAD_AES_256_GCM"]
    ciphertext: str
    nonce: str
    associated_data: str = ""


class _Notice(BaseModel):
    """What is read of a notice; the rest of it is not."""

    id: Id
    resource_type: Literal["encrypt-resource"]
    resource: _Sealed


class _About(BaseModel):
    out_request_no: Id


def check(body: bytes, headers: Mapping[str, str], account: WeChatAccount, now: datetime) -> None:
    """Refuses whatever WeChat Pay did not sign with the one key we know, 300 s ago at most.

    Another serial is nobody's: no certificate is fetched for it.
    """
    stamp, nonce, serial, signature, scheme = (
        headers.get(f"wechatpay-{name}", "")
        for name in ("timestamp", "nonce", "serial", "signature", "signature-type")
    )
    fresh = re.fullmatch("[0-9]{1,12}", stamp) and abs(now.timestamp() - int(stamp)) <= GOOD_FOR_S
    if not (fresh and nonce and serial == account.public_key_id and scheme in ("", SCHEME)):
        raise ForgedNotice
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise ForgedNotice from None
    if not rsa_verify(stamp, nonce, text, signature, load_public_key(account.public_key)):
        raise ForgedNotice


def told(notice: Any, account: WeChatAccount) -> TellOfApplyment:
    """Which application it is about. ValueError where it cannot be opened, or names none."""
    read = _Notice.model_validate(notice)
    sealed = read.resource
    opened = aes_decrypt(sealed.nonce, sealed.ciphertext, sealed.associated_data, account.api_key)
    if opened is None:
        raise ValueError("sealed with another key")
    about = _About.model_validate(json.loads(opened))
    return TellOfApplyment(id=read.id, reference=about.out_request_no)
