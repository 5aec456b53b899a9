"""Cases whose corporate number stands somewhere, and what is said to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from models.admitting import Checked
from models.b2b_numbers import AdministratorScanned, AgreementSigned, B2BFormSubmitted, Scanned
from models.cases import SYSTEM, CaseView, Event
from models.documents import DocumentRef, StoredDocument
from models.merchant_accounts import MerchantAccount, MerchantAccountTerms, Scenario
from models.merchant_forms import B2BDetails, CompanyForm, PaperKind
from models.periods import CHINA
from models.policies import MarketPolicy, load
from models.rules.merchant_accounts import against
from tests.merchant_forms import LICENCE, NAME, PAPERS, b2b_details, company_form
from tests.rules.merchant_cases import OPENING, Found

POLICIES = load()
NOW = datetime(2024, 1, 11, 9, tzinfo=CHINA)
CARD = (PaperKind.IDENTITY_CARD_PORTRAIT, PaperKind.IDENTITY_CARD_EMBLEM)
LICENCE_PICTURE = PaperKind.CREDIT_CODE_CERTIFICATE


def terms(market: str = "tencent-cloud") -> MerchantAccountTerms:
    [policy] = POLICIES[market].merchant_accounts
    return policy.terms


def checked(
    stage: str = "awaiting_form",
    *,
    uploaded: Mapping[str, datetime] | None = None,
    market: str = "tencent-cloud",
    scenario: Scenario = Scenario.B2B,
    at: datetime = NOW,
    **facts: Any,
) -> Checked:
    """A case whose number stands here. Everything it keeps sealed is what the made-up forms say."""
    account = MerchantAccount(
        opening=OPENING,
        terms=terms(market),
        provider_id="isv",
        onboarding="provider-onboardings:tencent-cloud:o",
        scenario=scenario,
    )
    lane = {"stage": stage, "reasons": [], **facts}
    data: dict[str, JsonValue] = {"company_name": NAME, "licence_number": LICENCE, "b2b": lane}
    if stage != "awaiting_form":
        data["company"] = "sealed"
        lane["details"] = "sealed"
    view = CaseView(
        **OPENING.model_dump(exclude={"opened_by", "digest"}),
        stage="opening",
        changed_at=NOW,
        data=data,
    )
    days = uploaded or of_days(card=NOW, licence=NOW)
    kept = {CompanyForm: company_form(), B2BDetails: b2b_details()}

    def reveal(sealed: JsonValue, model: Any) -> Any:
        assert sealed == "sealed"
        return kept[model]

    def document(ref: DocumentRef) -> StoredDocument | None:
        return stored(ref, days[ref.kind]) if ref.kind in days else None

    policy = MarketPolicy(market=market, title=market, title_zh=market)
    return Checked(view, account.model_dump(mode="json"), policy, at, reveal, document)


def stored(ref: DocumentRef, at: datetime) -> StoredDocument:
    told = {"size": 1, "content_type": "image/png", "width": 1, "height": 1, "uploaded_by": SYSTEM}
    return StoredDocument.model_validate(
        {"kind": ref.kind, "sha256": ref.document_id, "uploaded_at": at, **told}
    )


def form(**changes: Any) -> B2BFormSubmitted:
    usual = {"company": company_form(), "details": b2b_details(), "papers": PAPERS}
    return B2BFormSubmitted.model_validate({**usual, **changes})


def found(event: Event, given: Checked) -> Found:
    return [(each.field, each.code, each.rule) for each in against(event, given)]


def scan(name: str) -> AdministratorScanned:
    return AdministratorScanned(scanned_by=Scanned(name=name), application_number="f-1")


def signature(name: str) -> AgreementSigned:
    return AgreementSigned(signed_by=Scanned(name=name))


def of_days(*, card: datetime, licence: datetime) -> dict[str, datetime]:
    """When the pictures were handed in."""
    return {**dict.fromkeys(CARD, card), LICENCE_PICTURE: licence}
