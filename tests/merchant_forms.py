"""Forms for a merchant number as tests fill them in: complete, of a company and people that do not exist."""

from typing import Any

from models.documents import DocumentRef
from models.merchant_forms import (
    AccountForm,
    Administrator,
    B2BDetails,
    CompanyForm,
    PaperKind,
    Representative,
)
from tests.bank_accounts import details
from tests.rules.made_up import card, unified_code

NAME = "云上样品有限公司"
LICENCE = unified_code()
REPRESENTATIVE, RESPONSIBLE = "王样品", "李样品"
PAPERS = tuple(
    DocumentRef(kind=kind, document_id="ab" * 32)
    for kind in (
        PaperKind.CREDIT_CODE_CERTIFICATE,
        PaperKind.IDENTITY_CARD_PORTRAIT,
        PaperKind.IDENTITY_CARD_EMBLEM,
    )
)
"""Of a company whose licence number has 18 characters."""


def administrator(**changes: Any) -> Administrator:
    """Somebody whom the company authorised."""
    usual = {
        "type": "responsible_person",
        "name": RESPONSIBLE,
        "id_number": card(sequence="001"),
        "mobile": "13800138000",
        "email": "responsible@example.com",
    }
    return Administrator(**{**usual, **changes})


def representative(**changes: Any) -> Representative:
    usual = {
        "document_type": "resident_id",
        "name": REPRESENTATIVE,
        "number": card(),
        "validity": "2014-01-01,长期",
    }
    return Representative(**{**usual, **changes})


def company_form(**changes: Any) -> CompanyForm:
    """Nothing stands against it once the company is onboarded."""
    usual = {
        "entity_type": "enterprise",
        "company_name": NAME,
        "licence_number": LICENCE,
        "administrator": administrator(),
        "representative": representative(),
    }
    return CompanyForm(**{**usual, **changes})


def b2b_details(**changes: Any) -> B2BDetails:
    return B2BDetails(**{"applicant_name": "赵样品", "applicant_mobile": "13900139000", **changes})


def account_form(**changes: Any) -> AccountForm:
    """The account that a company remits from, which is its own unless told otherwise."""
    return AccountForm.model_validate(details(**{"holder": NAME, **changes}).model_dump(mode="json"))
