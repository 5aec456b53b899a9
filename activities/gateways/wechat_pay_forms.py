"""WeChat Pay's words for ours: the fields of `/v3/ecommerce/applyments/`, and what its answers mean.

States: CHECKING, ACCOUNT_NEED_VERIFY, AUDITING, REJECTED, NEED_SIGN, FINISH, FROZEN, CANCELED.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from models.applyments import AccountValidation, Application, Applyment, ApplymentState, AuditDetail
from models.bank import BankDetails, Payee
from models.merchant_forms import (
    LONG_TERM,
    Administrator,
    AdministratorType,
    CompanyForm,
    EntityType,
    Organisation,
    PaperKind,
    Representative,
)
from models.rules.bank import listed_bank
from models.rules.identity.licences import SubjectType, subject_of
from models.rules.identity.persons import DocumentType
from models.rules.masking import masked
from models.rules.merchant_forms import parsed_validity

Json = dict[str, Any]
SHANGHAI = timezone(timedelta(hours=8))
ENTITIES = {EntityType.SOLE_TRADER: "4", EntityType.ENTERPRISE: "2", EntityType.OTHER_ORGANISATION: "1708"}
GOVERNMENT, PUBLIC_INSTITUTION = "2502", "3"
ADMINISTRATORS = {AdministratorType.LEGAL_PERSON: "65", AdministratorType.RESPONSIBLE_PERSON: "66"}
CORPORATE = "74"
PAPERS = {
    DocumentType.RESIDENT_ID: "MAINLAND_IDCARD",
    DocumentType.PASSPORT: "OVERSEA_PASSPORT",
    DocumentType.HOME_RETURN_PERMIT: "HONGKONG",
    DocumentType.TAIWAN_PERMIT: "TAIWAN",
    DocumentType.FOREIGNER_ID: "FOREIGN_RESIDENT",
    DocumentType.RESIDENCE_PERMIT: "HONGKONG_MACAO_RESIDENT",
}
BANKS = {
    "中国工商银行": "工商银行",
    "中国农业银行": "农业银行",
    "中国银行": "中国银行",
    "中国建设银行": "建设银行",
    "中国邮政储蓄银行": "邮政储蓄银行",
    "中国光大银行": "光大银行",
    "中国民生银行": "民生银行",
    "上海浦东发展银行": "浦发银行",
    **{name: name for name in ("交通银行", "招商银行", "中信银行", "华夏银行")},
    **{name: name for name in ("兴业银行", "广发银行", "平安银行")},
}
OTHER_BANK = "其他银行"
SHORT_NAME = 21
"""Characters that fit into the 64 bytes of a short name."""
OUR_FIELDS = {
    "organization_type": "company.entity_type",
    "merchant_name": "company.company_name",
    "merchant_shortname": "company.company_name",
    "business_license_number": "company.licence_number",
    "business_license_copy": f"papers.{PaperKind.BUSINESS_LICENCE}",
    "organization_number": "company.organisation.code",
    "organization_time": "company.organisation.validity",
    "organization_copy": f"papers.{PaperKind.ORGANISATION_CODE_CERTIFICATE}",
    "contact_type": "company.administrator.type",
    "contact_name": "company.administrator.name",
    "contact_id_card_number": "company.administrator.id_number",
    "mobile_phone": "company.administrator.mobile",
    "contact_email": "company.administrator.email",
    "id_doc_type": "company.representative.document_type",
    **dict.fromkeys(("legal_person", "id_card_name", "id_doc_name"), "company.representative.name"),
    **dict.fromkeys(("id_card_number", "id_doc_number"), "company.representative.number"),
    **dict.fromkeys(("id_card_valid_time", "id_card_valid_time_begin"), "company.representative.validity"),
    **dict.fromkeys(("doc_period_begin", "doc_period_end"), "company.representative.validity"),
    **dict.fromkeys(("id_card_copy", "id_doc_copy"), f"papers.{PaperKind.IDENTITY_CARD_PORTRAIT}"),
    **dict.fromkeys(("id_card_national", "id_doc_copy_back"), f"papers.{PaperKind.IDENTITY_CARD_EMBLEM}"),
    "account_name": "account.holder",
    "account_number": "account.number",
    "account_bank": "account.bank",
    **dict.fromkeys(("bank_name", "bank_branch_id"), "account.branch"),
    "bank_address_code": "account.branch_city",
}
"""Where our form asks what WeChat Pay complains of."""


def body(
    application: Application,
    media: Mapping[str, str],
    city_code: str,
    encrypted: Callable[[str], str],
    store_url: str,
) -> Json:
    """What is submitted. People's names, numbers, phones and addresses, and the account, only `encrypted`."""
    company = application.company
    organisation = company.organisation or Organisation()
    whole = {
        "out_request_no": application.reference,
        "organization_type": _entity(company),
        "business_license_info": {
            "business_license_copy": media.get(PaperKind.CREDIT_CODE_CERTIFICATE)
            or media.get(PaperKind.BUSINESS_LICENCE),
            "business_license_number": company.licence_number,
            "merchant_name": company.company_name,
            "legal_person": (company.representative or Representative()).name,
        },
        "organization_cert_info": {
            "organization_copy": media.get(PaperKind.ORGANISATION_CODE_CERTIFICATE),
            "organization_number": organisation.code,
            "organization_time": _period(organisation.validity) if organisation.validity else None,
        },
        **_representative(company.representative or Representative(), media, encrypted),
        "account_info": _account(application.account, city_code, encrypted),
        "contact_info": _administrator(company.administrator or Administrator(), encrypted),
        "sales_scene_info": {"store_name": company.company_name, "store_url": store_url},
        "merchant_shortname": (company.company_name or "")[:SHORT_NAME],
    }
    return _filled(whole)


class _AccountValidation(BaseModel):
    account_name: str
    account_no: str | None = None
    pay_amount: Annotated[int, Field(strict=True, ge=1)]
    destination_account_number: str
    destination_account_name: str
    destination_account_bank: str
    city: str
    remark: str
    deadline: str


class _AuditDetail(BaseModel):
    param_name: str = ""
    reject_reason: str = ""


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class Answer(BaseModel):
    """What WeChat Pay says of an application. What it says besides is not read."""

    out_request_no: str
    applyment_id: int
    applyment_state: Annotated[ApplymentState, BeforeValidator(_lower)]
    sign_state: str | None = None
    sign_url: str | None = None
    sub_mchid: str | None = None
    account_validation: _AccountValidation | None = None
    audit_detail: list[_AuditDetail] | None = None

    def applyment(self, decrypted: Callable[[str], str]) -> Applyment:
        """The same in our words. Raises ValueError where it cannot be read.

        The review comes last before the signature, so that what follows it says that it was passed.
        """
        state = self.applyment_state
        signed = self.sign_state == "SIGNED" or state is ApplymentState.FINISH
        reviewed = state in (ApplymentState.NEED_SIGN, ApplymentState.FINISH)
        waits = state is ApplymentState.ACCOUNT_NEED_VERIFY and self.account_validation is not None
        return Applyment(
            reference=self.out_request_no,
            applyment_id=str(self.applyment_id),
            state=state,
            review_passed=reviewed,
            account_verified=reviewed or state is ApplymentState.AUDITING,
            signed=signed,
            validation=_validation(self.account_validation, decrypted) if waits else None,
            sign_url=None if signed else self.sign_url or None,
            audit_details=tuple(_details(self.audit_detail or [])),
            number=self.sub_mchid if state is ApplymentState.FINISH else None,
        )


def _validation(told: _AccountValidation | None, decrypted: Callable[[str], str]) -> AccountValidation | None:
    if told is None:
        return None
    until = datetime.strptime(told.deadline, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    return AccountValidation(
        payer_name=decrypted(told.account_name),
        payer_number=decrypted(told.account_no) if told.account_no else None,
        amount_fen=told.pay_amount,
        payee=Payee(
            name=told.destination_account_name,
            number=told.destination_account_number,
            bank=told.destination_account_bank,
            city=told.city,
        ),
        remark=told.remark,
        until=until.astimezone(UTC),
    )


def _details(told: list[_AuditDetail]) -> Iterator[AuditDetail]:
    """Reasons are anybody's text: what identifies people is masked before it is kept."""
    for each in told:
        name = each.param_name.rpartition(".")[2]
        field = OUR_FIELDS.get(name) or re.sub(r"[^A-Za-z0-9_]", "", name)[:128] or "form"
        yield AuditDetail(field=field, reason=masked(each.reject_reason)[:500].strip() or "not said")


def _entity(company: CompanyForm) -> str:
    """A licence number says which of both it is: a body of government, or a public institution."""
    type_ = EntityType(company.entity_type or EntityType.ENTERPRISE)
    subject = subject_of(company.licence_number or "")
    return ENTITIES.get(type_) or (GOVERNMENT if subject is SubjectType.GOVERNMENT else PUBLIC_INSTITUTION)


def _representative(who: Representative, media: Mapping[str, str], encrypted: Callable[[str], str]) -> Json:
    begins, ends = _days(who.validity)
    front, back = (
        media.get(kind) for kind in (PaperKind.IDENTITY_CARD_PORTRAIT, PaperKind.IDENTITY_CARD_EMBLEM)
    )
    name, number = encrypted(who.name or ""), encrypted(who.number or "")
    type_ = DocumentType(who.document_type or DocumentType.RESIDENT_ID)
    doc_type = {"id_doc_type": f"IDENTIFICATION_TYPE_{PAPERS[type_]}"}
    if type_ is DocumentType.RESIDENT_ID:
        card = {"id_card_copy": front, "id_card_national": back, "id_card_name": name}
        dates = {"id_card_valid_time_begin": begins, "id_card_valid_time": ends}
        return {**doc_type, "id_card_info": {**card, "id_card_number": number, **dates}}
    paper = {"id_doc_copy": front, "id_doc_copy_back": back, "id_doc_name": name, "id_doc_number": number}
    return {**doc_type, "id_doc_info": {**paper, "doc_period_begin": begins, "doc_period_end": ends}}


def _account(account: BankDetails, city_code: str, encrypted: Callable[[str], str]) -> Json:
    """A bank that WeChat Pay does not list is known by its branch's whole name (TCM-TEN-09)."""
    bank = BANKS.get(listed_bank(account.bank))
    return {
        "bank_account_type": CORPORATE,
        "account_bank": bank or OTHER_BANK,
        "account_name": encrypted(account.holder),
        "bank_address_code": city_code,
        "bank_name": None if bank else f"{account.bank}{account.branch.removeprefix(account.bank)}",
        "account_number": encrypted(account.number),
    }


def _administrator(who: Administrator, encrypted: Callable[[str], str]) -> Json:
    return {
        "contact_type": ADMINISTRATORS[AdministratorType(who.type or AdministratorType.LEGAL_PERSON)],
        "contact_name": encrypted(who.name or ""),
        "contact_id_card_number": encrypted(who.id_number or ""),
        "mobile_phone": encrypted(who.mobile or ""),
        "contact_email": encrypted(who.email or ""),
    }


def _days(validity: str | None) -> tuple[str | None, str | None]:
    known = parsed_validity(validity or "")
    if known is None:
        return None, None
    return known.start.isoformat(), known.end.isoformat() if known.end else LONG_TERM


def _period(validity: str) -> str:
    begins, ends = _days(validity)
    return f'["{begins}","{ends}"]'


def _filled(value: Json) -> Json:
    """Without what is not there: nothing is sent empty."""
    kept = {name: _filled(each) if isinstance(each, dict) else each for name, each in value.items()}
    return {name: each for name, each in kept.items() if each not in (None, {})}
