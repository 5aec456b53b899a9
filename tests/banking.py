"""A provider's bank account and the terms of its check, as tests want them."""

import uuid
from datetime import timedelta
from typing import Any

from models.bank import BankCheckTerms, BankDetails, Payee

COMPANY = "杭州样例科技有限公司"
NUMBER = "6222021234567890128"
PAYEE = Payee(name="样例支付公司", number="44250100001500001234", bank="样例银行", city="深圳")
DAY = timedelta(days=1)


def account_body(**changes: Any) -> dict[str, Any]:
    return {
        "account_type": "corporate",
        "holder": COMPANY,
        "bank": "中国工商银行",
        "branch_city": "杭州",
        "branch": "西湖支行",
        "number": NUMBER,
        "controller_is_legal_representative": True,
    } | changes


def account(**changes: Any) -> BankDetails:
    return BankDetails.model_validate(account_body(**changes))


def check_terms(**changes: Any) -> BankCheckTerms:
    """Two distinct amounts of 1..99 fen in any order, 3 tries, 2 rounds."""
    usual: dict[str, Any] = {
        "direction": "platform_pays",
        "proof": "two_amounts",
        "lowest_fen": 1,
        "highest_fen": 99,
        "attempts": 3,
        "rounds": 2,
        "accounts": 3,
        "valid_for": "P3D",
        "cool_down": "P1D",
        "checked_within": "P1D",
    }
    return BankCheckTerms.model_validate(usual | changes)


def remittance_terms(**changes: Any) -> BankCheckTerms:
    """An amount below one yuan within 3 days, at most 3 times (AMB-34)."""
    usual = {"direction": "provider_remits", "proof": None, "payee": PAYEE, "rounds": 3}
    return check_terms(**usual | changes)


def new_number() -> str:
    """An account that no other test uses. Its last figure is no zero."""
    return f"62{uuid.uuid4().int % 10**16:016d}8"
