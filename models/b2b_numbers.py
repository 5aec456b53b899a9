"""The corporate merchant number, flows 2 and 3: what happens to it, and by which terms (TCM-TEN, AMB-32).

Flow 2 registers the collection function, flow 3 activates it (TCM-TEN-19).
"""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field

from models.bank import Personal, ShortText
from models.base import Frozen, Id, Instant
from models.cases import Event, Party
from models.checklists import Reason
from models.documents import DocumentRef
from models.merchant_forms import B2BDetails, CompanyForm
from models.periods import Span
from models.private import Private
from models.rules.findings import Finding


class B2BStage(StrEnum):
    AWAITING_FORM = "awaiting_form"
    AWAITING_SCAN = "awaiting_scan"
    REVIEWING = "reviewing"
    PROVING_ACCOUNT = "proving_account"
    AWAITING_SIGNATURE = "awaiting_signature"
    READY = "ready"
    OPEN = "open"
    GIVEN_UP = "given_up"


class Part(StrEnum):
    """The collection function is registered, and then activated (TCM-TEN-19)."""

    REGISTRATION = "registration"
    ACTIVATION = "activation"


class SameDay(StrEnum):
    """What pictures of different days come to (TCM-TEN-02, AMB-35)."""

    BLOCK = "block"
    WARN = "warn"


class Scanned(Personal):
    """Whose phone scanned a code, by the name that its account is verified for."""

    name: ShortText


class B2BFormSubmitted(Event):
    """The form of flow 2 and its pictures (TCM-TEN-03).

    What the case has already may be left out: the company's data of the other number (TCM-MCH-11), and after
    a rejection whatever was not turned down.
    """

    party = Party.PROVIDER
    personal = True
    event: Literal["b2b_form_submitted"] = "b2b_form_submitted"
    company: Private[CompanyForm] | None = None
    details: Private[B2BDetails] | None = None
    papers: Annotated[tuple[DocumentRef, ...], Field(max_length=20)] = ()

    def documents(self) -> tuple[DocumentRef, ...]:
        return self.papers


class AdministratorScanned(Event):
    """The super administrator confirms the form with a scan (TCM-TEN-04)."""

    party = Party.SIGNATORY
    personal = True
    event: Literal["administrator_scanned"] = "administrator_scanned"
    scanned_by: Private[Scanned]
    application_number: Id
    """The payment company's number of the application: kept as it is (TCM-TEN-20)."""


class RegistrationApproved(Event):
    """The payment company has registered the number. It collects nothing before it is activated."""

    party = Party.REVIEW
    event: Literal["registration_approved"] = "registration_approved"
    registration_number: Id
    """The merchant number."""


class RegistrationRejected(Event):
    """What the payment company turns down, field by field, named as the form names them."""

    party = Party.REVIEW
    event: Literal["registration_rejected"] = "registration_rejected"
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=50)]


class AgreementSigned(Event):
    """The applicant signs the service agreement with a scan, after the account was checked (TCM-TEN-14)."""

    party = Party.SIGNATORY
    personal = True
    event: Literal["agreement_signed"] = "agreement_signed"
    signed_by: Private[Scanned]


class CollectionStarted(Event):
    """The provider starts to collect with the number (TCM-TEN-15)."""

    party = Party.PROVIDER
    personal = True
    event: Literal["collection_started"] = "collection_started"


B2BEvent = (
    B2BFormSubmitted
    | AdministratorScanned
    | RegistrationApproved
    | RegistrationRejected
    | AgreementSigned
    | CollectionStarted
)


RegistrationDecided = RegistrationApproved | RegistrationRejected
"""What operators may say in the payment company's stead, where it never came."""


def account_id(case_id: str, number: int) -> str:
    """The id of the bank account that a merchant account opens, for the first time or after one has ended."""
    return f"ma-{sha256(case_id.encode()).hexdigest()[:32]}-{number}"


class AskedPapers(Frozen):
    """The pictures of a form, to be looked at for their days."""

    market: str
    provider_id: str
    papers: tuple[DocumentRef, ...]
    at: Instant


class OlderPapers(Frozen):
    """What a market warns of, and does not refuse."""

    warnings: tuple[Finding, ...]


class B2BTerms(Frozen):
    """How a market opens corporate merchant numbers."""

    same_day: SameDay
    review_within: Span
    """From the administrator's scan to the result; then operators look after it (TCM-TEN-06)."""
