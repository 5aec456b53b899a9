"""What a provider fills in for a merchant number (TCM-MCH-09..26, TCM-TEN-05): one set of company data.

Every field may be left out and holds any text, so that `models.rules.merchant_forms` can tell all that is
missing or wrong at once. What the rules refuse nothing against is complete.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, model_validator

from models.bank import Personal
from models.base import Flag
from models.documents import DocumentRef
from models.rules.identity.licences import normalised_licence

LONG_TERM = "长期"
"""How a paper without an end is written; "long-term" says the same (TCM-MCH-17)."""
DRAFT_BYTES = 16 * 1024

Written = Annotated[str, StringConstraints(strip_whitespace=True, max_length=128, pattern=r"^[^\x00]*$")]
"""What stands in a field of a form. Empty is as good as left out."""
WrittenName = Annotated[Written, Field(max_length=64)]
WrittenNumber = Annotated[Written, StringConstraints(to_upper=True), Field(max_length=40)]
WrittenLicence = Annotated[Written, AfterValidator(normalised_licence), Field(max_length=40)]
"""Kept as it is compared: two spellings of one number are one number."""


class EntityType(StrEnum):
    """What the company is. For each of them either kind of administrator may sign (TCM-WX-10)."""

    SOLE_TRADER = "sole_trader"
    ENTERPRISE = "enterprise"
    GOVERNMENT_OR_PUBLIC_INSTITUTION = "government_or_public_institution"
    OTHER_ORGANISATION = "other_organisation"


class AdministratorType(StrEnum):
    """Who the super administrator is to the company (TCM-MCH-18, -20, -21)."""

    LEGAL_PERSON = "legal_person"
    """Its legal representative, or the operator of a sole trader's business."""
    RESPONSIBLE_PERSON = "responsible_person"
    """Somebody whom it authorised to handle the payment business, signing included."""


class PaperKind(StrEnum):
    """The pictures of a form, as documents are named by their kind (TCM-MCH-13, -15, -24)."""

    BUSINESS_LICENCE = "business_licence"
    CREDIT_CODE_CERTIFICATE = "credit_code_certificate"
    ORGANISATION_CODE_CERTIFICATE = "organisation_code_certificate"
    IDENTITY_CARD_PORTRAIT = "identity_card_portrait"
    IDENTITY_CARD_EMBLEM = "identity_card_emblem"


class Organisation(Personal):
    """The organisation code, of a company whose licence number does not hold it (TCM-MCH-14..17)."""

    code: WrittenNumber | None = None
    validity: Written | None = None
    """`start,end`, or `start,长期`."""


class Administrator(Personal):
    """The super administrator, who signs and may operate funds (TCM-MCH-18, -22, -23)."""

    type: Written | None = None
    """An `AdministratorType`."""
    name: WrittenName | None = None
    id_number: WrittenNumber | None = None
    mobile: Written | None = None
    email: Annotated[Written, Field(max_length=254)] | None = None


class Representative(Personal):
    """The paper of the legal representative, or of a sole trader (TCM-MCH-24, -26)."""

    document_type: Written | None = None
    """A `DocumentType` of `models.rules.identity.persons`."""
    name: WrittenName | None = None
    number: WrittenNumber | None = None
    validity: Written | None = None
    """`start,end`, or `start,长期`."""


class CompanyForm(Personal):
    """The company data, the same for both merchant numbers (TCM-MCH-10, -11)."""

    entity_type: Written | None = None
    """An `EntityType`."""
    company_name: Written | None = None
    licence_number: WrittenLicence | None = None
    organisation: Organisation | None = None
    administrator: Administrator | None = None
    representative: Representative | None = None


class AccountForm(Personal):
    """The account that the company remits from (TCM-WX-03). Complete, it is a `BankDetails`."""

    account_type: Written | None = None
    holder: Written | None = None
    bank: Written | None = None
    branch_city: Written | None = None
    branch: Written | None = None
    number: Written | None = None
    controller_is_legal_representative: Flag | None = None
    controller: dict[str, JsonValue] | None = None


class B2BDetails(Personal):
    """What the Tenpay form asks beyond the company: who applies, and signs at the end (TCM-TEN-05, -14)."""

    applicant_name: WrittenName | None = None
    applicant_mobile: Written | None = None


class Draft(Personal):
    """A form that is not finished: whatever was filled in, in any shape. Refused above 16 KB as JSON."""

    company: dict[str, JsonValue] = Field(default_factory=dict)
    account: dict[str, JsonValue] = Field(default_factory=dict)
    details: dict[str, JsonValue] = Field(default_factory=dict)
    papers: Annotated[tuple[DocumentRef, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        if len(self.model_dump_json().encode()) > DRAFT_BYTES:
            raise ValueError(f"a draft has at most {DRAFT_BYTES} bytes")
        return self
