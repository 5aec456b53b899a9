"""WeChat Pay as the wallet, over HTTP and with real keys: what is understood of it, and what is believed."""

import json
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.gateways.payments import GatewayRefused, GatewayUnavailable
from activities.gateways.wechat_pay import WeChatPayWallet
from models.applyments import ApplymentState
from tests.activities.applying import REFERENCE, VALIDATION, application, seen
from tests.activities.wechat_server import (
    KEY_ID,
    OURS,
    STRANGERS,
    Reply,
    WeChatServer,
    for_us,
    pem,
    signed_headers,
    wechat_account,
)
from tests.merchant_forms import NAME


def test_an_application_that_was_never_made_is_unknown(wallet: WeChatPayWallet) -> None:
    assert wallet.look_up("tencent-cloud", "ma-1") is None


@pytest.mark.parametrize(
    ("state", "reviewed", "verified", "signed"),
    [
        ("CHECKING", False, False, False),
        ("ACCOUNT_NEED_VERIFY", False, False, False),
        ("AUDITING", False, True, False),
        ("NEED_SIGN", True, True, False),
        ("FINISH", True, True, True),
        ("REJECTED", False, False, False),
        ("FROZEN", False, False, False),
        ("CANCELED", False, False, False),
    ],
)
def test_a_state_says_which_of_the_three_parts_are_done(
    wallet: WeChatPayWallet, wechat: WeChatServer, state: str, reviewed: bool, verified: bool, signed: bool
) -> None:
    wallet.submit(application())
    wechat.now_is(REFERENCE, state, sub_mchid="1542488631")
    found = seen(wallet)
    assert found.state == state.lower()
    assert (found.review_passed, found.account_verified, found.signed) == (reviewed, verified, signed)
    assert found.number == ("1542488631" if state == "FINISH" else None)


def test_whoever_has_signed_early_has_signed(wallet: WeChatPayWallet, wechat: WeChatServer) -> None:
    wallet.submit(application())
    assert seen(wallet).sign_url is not None
    wechat.now_is(REFERENCE, "ACCOUNT_NEED_VERIFY", sign_state="SIGNED")
    found = seen(wallet)
    assert (found.signed, found.review_passed, found.account_verified) == (True, False, False)
    assert found.sign_url is None


def test_what_to_remit_is_read_with_our_key(wallet: WeChatPayWallet, wechat: WeChatServer) -> None:
    wallet.submit(application())
    wechat.now_is(REFERENCE, "ACCOUNT_NEED_VERIFY", account_validation=VALIDATION)
    validation = seen(wallet).validation
    assert validation is not None
    assert (validation.payer_name, validation.payer_number) == (NAME, "6222021234567890128")
    assert (validation.amount_fen, validation.remark) == (53, "入驻账户验证")
    assert validation.payee.model_dump() == {
        "name": "财付通支付科技有限公司",
        "number": "7222223333322332",
        "bank": "招商银行威盛大厦支行",
        "city": "深圳",
    }
    assert validation.until == datetime(2021, 11, 8, 2, 58, 1, tzinfo=UTC)  # theirs is China's time
    wechat.now_is(REFERENCE, "ACCOUNT_NEED_VERIFY", account_validation=VALIDATION | {"account_no": None})
    again = seen(wallet).validation
    assert again is not None
    assert again.payer_number is None


def test_what_is_wrong_with_a_form_is_said_of_our_fields(
    wallet: WeChatPayWallet, wechat: WeChatServer
) -> None:
    wallet.submit(application())
    details = [
        {"param_name": "id_card_copy", "reject_reason": "身份证背面识别失败,请上传更清晰的身份证图片"},
        {"param_name": "account_info.account_number", "reject_reason": "账号 6222021234567890128 不存在"},
        {"param_name": "ubo_info_list[0]", "reject_reason": "请填写受益人"},
        {"param_name": "某字段", "reject_reason": ""},
    ]
    wechat.now_is(REFERENCE, "REJECTED", audit_detail=details)
    assert [(detail.field, detail.reason) for detail in seen(wallet).audit_details] == [
        ("papers.identity_card_portrait", "身份证背面识别失败,请上传更清晰的身份证图片"),
        ("account.number", "账号 ••• 不存在"),
        ("ubo_info_list0", "请填写受益人"),
        ("form", "not said"),
    ]


# --- what is believed, and what is no answer


def changed(reply: Reply) -> Reply:
    return Reply(reply.status, reply.body.replace(b"CHECKING", b"FINISH  "), reply.headers)


def signed_again(reply: Reply, **how: Any) -> Reply:
    return Reply(reply.status, reply.body, signed_headers(reply.body, **how))


def said(**changes: Any) -> Any:
    def spoil(reply: Reply) -> Reply:
        return Reply.of(200, json.loads(reply.body) | changes)

    return spoil


NO_ANSWERS: dict[str, Any] = {
    "not signed": lambda reply: Reply(200, reply.body),
    "signed by a stranger": lambda reply: signed_again(reply, key=STRANGERS),
    "changed on the way": changed,
    "under a serial that nobody knows": lambda reply: signed_again(reply, serial="PUB_KEY_ID_0000000000"),
    "under an old certificate's serial": lambda reply: signed_again(reply, serial="7A3B5C"),
    "with an empty signature": lambda reply: Reply(
        200, reply.body, reply.headers | {"Wechatpay-Signature": ""}
    ),
    "with a signature that is none": lambda reply: Reply(
        200, reply.body, reply.headers | {"Wechatpay-Signature": "%%%"}
    ),
    "of another algorithm": lambda reply: Reply(
        200, reply.body, reply.headers | {"Wechatpay-Signature-Type": "NONE"}
    ),
    "of another application": said(out_request_no="ma-another"),
    "in a state that nobody knows": said(applyment_state="ON_HOLIDAY"),
    "without a state": said(applyment_state=None),
    "that is a list": lambda _: Reply.of(200, []),  # type: ignore[arg-type]
    "that is no JSON": lambda _: Reply(200, b"<html>", signed_headers(b"<html>")),
    "with half an instruction": said(
        applyment_state="ACCOUNT_NEED_VERIFY", account_validation={"account_name": for_us(NAME)}
    ),
    "with an instruction for somebody else": said(
        applyment_state="ACCOUNT_NEED_VERIFY", account_validation=VALIDATION | {"account_name": "AAAA"}
    ),
    "with an amount that is none": said(
        applyment_state="ACCOUNT_NEED_VERIFY", account_validation=VALIDATION | {"pay_amount": "53"}
    ),
    "with a deadline that is none": said(
        applyment_state="ACCOUNT_NEED_VERIFY", account_validation=VALIDATION | {"deadline": "soon"}
    ),
    "too many requests": lambda _: Reply.of(429, {"code": "RATELIMIT_EXCEEDED"}),
    "too many requests, without a word": lambda _: Reply(429, b""),
    "their mistake": lambda _: Reply.of(500, {"code": "SYSTEM_ERROR"}),
    "their mistake under another status": lambda _: Reply.of(400, {"code": "SYSTEM_ERROR"}),
    "a gateway before them": lambda _: Reply(503, b"<html>"),
    "another address": lambda _: Reply(304, b""),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_wechat_pay_did_not_say_or_cannot_be_read_is_no_answer(
    wallet: WeChatPayWallet, wechat: WeChatServer, name: str
) -> None:
    wallet.submit(application())
    wechat.spoil["GET"] = NO_ANSWERS[name]
    with pytest.raises(GatewayUnavailable):
        wallet.look_up("tencent-cloud", REFERENCE)
    wechat.spoil.clear()
    assert seen(wallet).state is ApplymentState.CHECKING


@pytest.mark.parametrize("charset", ["", "; charset=utf-8"])
def test_an_answer_in_chinese_is_read_as_it_was_signed(
    wallet: WeChatPayWallet, wechat: WeChatServer, charset: str
) -> None:
    wallet.submit(application())
    details = [{"param_name": "merchant_name", "reject_reason": "商户名称与执照不一致,请核对"}]
    wechat.now_is(REFERENCE, "REJECTED", audit_detail=details, applyment_state_desc="已驳回")
    headers = {"Content-Type": f"application/json{charset}"}
    wechat.spoil["GET"] = lambda reply: Reply(reply.status, reply.body, reply.headers | headers)
    assert seen(wallet).audit_details[0].reason == "商户名称与执照不一致,请核对"


def test_a_silence_is_no_answer(wechat: WeChatServer) -> None:
    hurried = WeChatPayWallet(wechat_account(wechat.url), answer_within_s=0.2)
    answered = threading.Event()

    def wait(reply: Reply) -> Reply:
        answered.wait(10)
        return reply

    wechat.spoil["GET"] = wait
    with pytest.raises(GatewayUnavailable):
        hurried.look_up("tencent-cloud", REFERENCE)
    answered.set()


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(GatewayUnavailable):
        WeChatPayWallet(wechat_account("http://127.0.0.1:1")).look_up("tencent-cloud", REFERENCE)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply.of(403, {"code": "NO_AUTH", "message": "no"}), "NO_AUTH"),
        (Reply.of(400, {"code": "PARAM_ERROR", "message": "身份证 110101199003078888"}), "PARAM_ERROR"),
        (Reply.of(404, {"code": "NOT_FOUND"}), "NOT_FOUND"),
        (Reply.of(400, {"code": "身份证 110101199003078888"}), "HTTP_400"),
        (Reply(400, b""), "HTTP_400"),
        (Reply(403, b"[]"), "HTTP_403"),
    ],
)
def test_a_no_is_told_by_its_code_alone(
    wallet: WeChatPayWallet, wechat: WeChatServer, reply: Reply, code: str
) -> None:
    wechat.spoil["GET"] = lambda _: reply
    with pytest.raises(GatewayRefused) as no:
        wallet.look_up("tencent-cloud", REFERENCE)
    assert (no.value.code, str(no.value)) == (code, code)


@pytest.mark.parametrize(
    "changes",
    [
        {"private_key": pem(STRANGERS)},
        {"serial": "00" * 20},
        {"mchid": "1900000000"},
    ],
    ids=["another key", "an old certificate", "another merchant"],
)
def test_whoever_signs_wrongly_is_refused(wechat: WeChatServer, changes: dict[str, str]) -> None:
    stranger = WeChatPayWallet(wechat_account(wechat.url, **changes))
    with pytest.raises(GatewayRefused) as no:
        stranger.submit(application())
    assert no.value.code == "SIGN_ERROR"
    assert wechat.applyments == {}


def test_an_account_shows_none_of_its_keys() -> None:
    shown = repr(wechat_account())
    assert KEY_ID in shown
    assert "BEGIN" not in shown
    assert wechat_account().api_key not in shown
    assert pem(OURS)[40:80] not in shown
