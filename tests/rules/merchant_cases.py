"""Merchant accounts on record, and what the rules have against what is said to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from models.admitting import Checked
from models.cases import SYSTEM, CaseView, Event, Opening
from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.merchant_accounts import MerchantAccount, Scenario, WalletFormSubmitted
from models.merchant_forms import AccountForm, CompanyForm
from models.periods import CHINA
from models.policies import MarketPolicy, load
from tests.merchant_forms import LICENCE, NAME, PAPERS, account_form, company_form

POLICY = load()["tencent-cloud"].merchant_accounts[0]
NOW = datetime(2023, 11, 1, 12, tzinfo=CHINA)
OPENING = Opening(
    case_id="merchant-accounts:tencent-cloud:m",
    process="merchant-accounts",
    market="tencent-cloud",
    id="m",
    provider_id="isv",
    policy_version="2023-06-26",
    opened_at=NOW,
    opened_by=SYSTEM,
    digest="",
)
SEALED: JsonValue = {"sealed": "kept"}
Found = list[tuple[str, str, str | None]]
ALL = {"company": SEALED, "account": SEALED, "papers": {paper.kind: paper.document_id for paper in PAPERS}}
"""What a number keeps of a form that was submitted."""


def checked(
    wallet: Mapping[str, Any] | None = None,
    b2b: Mapping[str, Any] | None = None,
    *,
    scenario: Scenario = Scenario.BOTH,
    company: CompanyForm | None = None,
    account: AccountForm | None = None,
    at: datetime = NOW,
) -> Checked:
    """A case on record. Whatever it keeps sealed of a kind is this."""
    admitted = MerchantAccount(
        opening=OPENING,
        terms=POLICY.terms,
        provider_id="isv",
        onboarding="provider-onboardings:tencent-cloud:o",
        scenario=scenario,
    )
    lanes = {
        "wallet": {"stage": "awaiting_form", **(wallet or {})},
        "b2b": {"stage": "awaiting_form", **(b2b or {})},
    }
    data: dict[str, JsonValue] = {"company_name": NAME, "licence_number": LICENCE}
    data |= {number: lanes[number] for number in scenario.numbers}
    if company:
        data["company"] = SEALED
    opening = OPENING.model_dump(exclude={"opened_by", "digest"})
    view = CaseView(**opening, stage="opening", changed_at=NOW, data=data)
    kept: dict[type, Any] = {CompanyForm: company, AccountForm: account or account_form()}

    def reveal(sealed: JsonValue, model: Any) -> Any:
        assert sealed == SEALED
        return kept[model]

    market = MarketPolicy(market="tencent-cloud", title="-", title_zh="-")
    return Checked(view, admitted.model_dump(mode="json"), market, at, reveal, lambda _: None)


def form(**changes: Any) -> WalletFormSubmitted:
    usual = {"company": company_form(), "account": account_form(), "papers": PAPERS}
    return WalletFormSubmitted.model_validate({**usual, **changes})


def against(event: Event, given: Checked | None = None) -> Found:
    found = MERCHANT_ACCOUNTS.check(event, given or checked())
    return [(each.field, each.code, each.rule) for each in found]


def rejected(*fields: str) -> dict[str, Any]:
    return {**ALL, "reasons": [{"field": field, "reason": "-"} for field in fields]}
