"""An application for a merchant number with WeChat Pay, and the server that takes it."""

from typing import Any

from activities.gateways.wechat_pay import WeChatPayWallet
from models.applyments import Application, Applyment, Picture
from models.merchant_forms import PaperKind
from tests.activities.wechat_server import for_us
from tests.banking import account
from tests.merchant_forms import NAME, company_form
from tests.pictures import jpeg, png

REFERENCE = "ma-0123456789abcdef0123456789abcdef"
PICTURES = {
    PaperKind.CREDIT_CODE_CERTIFICATE: Picture(content=jpeg(), content_type="image/jpeg"),
    PaperKind.IDENTITY_CARD_PORTRAIT: Picture(content=png(), content_type="image/png"),
    PaperKind.IDENTITY_CARD_EMBLEM: Picture(content=png(colour="blue"), content_type="image/png"),
}
VALIDATION = {
    "account_name": for_us(NAME),
    "account_no": for_us("6222021234567890128"),
    "pay_amount": 53,
    "destination_account_number": "7222223333322332",
    "destination_account_name": "财付通支付科技有限公司",
    "destination_account_bank": "招商银行威盛大厦支行",
    "city": "深圳",
    "remark": "入驻账户验证",
    "deadline": "2021-11-08 10:58:01",
}


def application(submission: int = 1, **changes: Any) -> Application:
    usual = {"company": company_form(), "account": account(holder=NAME), "pictures": PICTURES}
    return Application.model_validate(
        {"market": "tencent-cloud", "reference": REFERENCE, "submission": submission, **usual, **changes}
    )


def seen(wallet: WeChatPayWallet) -> Applyment:
    found = wallet.look_up("tencent-cloud", REFERENCE)
    assert found is not None
    return found
