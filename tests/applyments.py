"""What tests apply for: merchant numbers of companies that do not exist, at a wallet that is simulated."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from activities.gateways.payments import GatewayRefused
from activities.gateways.simulated.wallet import SimulatedWallet
from activities.gateways.simulated.wallet_books import Held, Remittance
from models.applyments import AccountValidation, Application, Applyment, AuditDetail, Picture
from models.bank import BankDetails
from models.merchant_forms import CompanyForm
from tests.activities.batches import AT
from tests.banking import account, new_number
from tests.merchant_forms import RESPONSIBLE, company_form

BAD_MAIL = AuditDetail(field="company.administrator.email", reason="邮箱无法送达")
PICTURE = Picture(content=b"a picture", content_type="image/png")


def new_reference() -> str:
    """As a case has it: nobody else's."""
    return f"ma-{uuid.uuid4().hex}"


@dataclass(frozen=True)
class Applying:
    """One company's application."""

    engine: Engine
    market: str = "tencent-cloud"
    reference: str = field(default_factory=new_reference)
    company: CompanyForm = field(default_factory=company_form)
    account: BankDetails = field(default_factory=lambda: account(number=new_number()))
    picture: Picture = PICTURE
    at: datetime = AT
    """What time it is at the wallet."""

    @property
    def wallet(self) -> SimulatedWallet:
        return SimulatedWallet(self.engine, now=lambda: self.at)

    def but(self, **changes: Any) -> "Applying":
        return replace(self, **changes)

    def form(self, submission: int = 1) -> Application:
        return Application(
            market=self.market,
            reference=self.reference,
            submission=submission,
            company=self.company,
            account=self.account,
            pictures={"identity_card_emblem": self.picture},
        )

    def submits(self, submission: int = 1) -> Applyment:
        return self.wallet.submit(self.form(submission))

    @property
    def stands(self) -> Applyment:
        found = self.wallet.look_up(self.market, self.reference)
        assert found is not None
        return found

    @property
    def held(self) -> Held:
        return self.wallet.held(self.reference)

    @property
    def asked(self) -> AccountValidation:
        asked = self.stands.validation
        assert asked is not None
        return asked

    def remits(self, **changes: Any) -> Remittance:
        """As it was asked to, unless told otherwise."""
        asked = self.asked.model_dump(include={"payer_name", "payer_number", "amount_fen"})
        return self.wallet.remit(self.reference, **asked | changes)

    def signs(self, name: str = RESPONSIBLE) -> Held:
        return self.wallet.sign(self.reference, name)

    def is_passed(self) -> Held:
        return self.wallet.review(self.reference, passed=True)

    def is_rejected(self, *details: AuditDetail) -> Held:
        return self.wallet.review(self.reference, False, details or (BAD_MAIL,))

    def finishes(self) -> "Applying":
        self.is_passed()
        self.remits()
        self.signs()
        return self


STEPS: dict[str, Callable[[Applying], object]] = {
    "review": Applying.is_passed,
    "account": Applying.remits,
    "signature": Applying.signs,
}
"""What opens a number."""


def facts(seen: Applyment) -> tuple[bool, ...]:
    """Which of the steps were taken."""
    return seen.review_passed, seen.account_verified, seen.signed


def refuses(ask: Callable[[], object], code: str) -> None:
    """The wallet says no, and why."""
    with pytest.raises(GatewayRefused) as refused:
        ask()
    assert refused.value.code == code
