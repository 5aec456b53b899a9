"""What we ask of the wallet, and what it answers: a company's application for a merchant number (TCM-WX).

States and their order are those of the e-commerce applyment interface, `/v3/ecommerce/applyments/`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.bank import AccountNumber, BankDetails, Payee, Personal
from models.base import Fen, Flag, Frozen, Id, Instant, Text
from models.documents import ContentType, DocumentRef
from models.merchant_forms import CompanyForm
from models.periods import Span
from models.private import Sealed
from models.rules.masking import Said

Submission = Annotated[int, Field(strict=True, ge=1)]
"""How often a form was submitted under one reference: 1, 2, ..."""
Url = Annotated[Text, Field(pattern=r"^https?://[^\s\"'<>]+$")]


class ApplymentState(StrEnum):
    CHECKING = "checking"
    ACCOUNT_NEED_VERIFY = "account_need_verify"
    AUDITING = "auditing"
    REJECTED = "rejected"
    NEED_SIGN = "need_sign"
    FINISH = "finish"
    FROZEN = "frozen"
    CANCELED = "canceled"


NOT_SENT = "not-sent"
"""For the wallet's own id, where we could tell that it would only turn the form down."""


class AuditDetail(Frozen):
    """Why the wallet rejects a field. `field` is our form's dotted path where that is known."""

    field: Annotated[str, Field(max_length=128, pattern=r"^[A-Za-z0-9_.\[\]-]+$")]
    reason: Said
    """Anybody's text: it may name people."""


class AccountValidation(Personal):
    """What the company must remit to the wallet, from which account, and until when (TCM-WX-04..06)."""

    payer_name: Annotated[Text, Field(max_length=128)]
    payer_number: AccountNumber | None
    amount_fen: Fen
    payee: Payee
    remark: Annotated[Text, Field(max_length=128)]
    until: Instant
    """At this instant it is too late (CV-6)."""


class Applyment(Personal):
    """An application as the wallet shows it."""

    reference: Id
    """Ours: it stays when a rejected form is submitted again."""
    applyment_id: Id
    """The wallet's own."""
    state: ApplymentState
    review_passed: Flag
    account_verified: Flag
    signed: Flag
    validation: AccountValidation | None = None
    sign_url: Url | None = None
    audit_details: tuple[AuditDetail, ...] = ()
    number: Id | None = None
    """The merchant number, once review, account and signature are there (TCM-WX-11)."""


class Picture(Frozen):
    content: Annotated[bytes, Field(repr=False)]
    content_type: ContentType


class Application(Personal):
    """What is sent to the wallet."""

    market: str
    reference: Id
    submission: Submission
    company: CompanyForm
    account: BankDetails
    pictures: Mapping[str, Picture]
    """By their kind."""


# --- what activities are told, and what they answer: nothing personal in clear


class ApplymentFacts(Frozen):
    """What anybody may know of an application."""

    submission: Submission
    state: ApplymentState
    review_passed: Flag = False
    account_verified: Flag = False
    signed: Flag = False
    reasons: tuple[AuditDetail, ...] = ()
    number: Id | None = None
    remit_by: Instant | None = None
    """Until when a remittance is waited for; None: for none."""
    can_sign: Flag = False
    """There is a link, and nobody has signed."""


class Signing(Personal):
    """Where the super administrator signs (TCM-WX-08, -09)."""

    sign_url: Url


class SeenApplyment(Frozen):
    """An answer of the wallet. What to remit and where to sign is sealed for the case."""

    facts: ApplymentFacts
    instruction: Sealed | None = None
    """An `Instruction` of models.bank."""
    signing: Sealed | None = None
    """A `Signing`."""


class SubmitApplyment(Frozen):
    market: str
    case_id: str
    provider_id: Id
    reference: Id
    submission: Submission
    company: Sealed
    account: Sealed
    papers: tuple[DocumentRef, ...]


class AskedApplyment(Frozen):
    """What has become of an application."""

    market: str
    case_id: str
    reference: Id
    known: ApplymentFacts | None = None
    submitted_at: Instant
    """When it was submitted last."""
    stale_for: Span
    """How long after that a rejection which repeats the last one is taken for an old one."""
    last: ApplymentFacts | None = None
    """What was known last of the submission before."""
    account: Sealed | None = None
    """The `BankDetails` that were sent: that account pays, where the wallet does not say which does."""


def applyment_key(case_id: str, submission: int) -> str:
    """Under which a submission is made once."""
    return f"applyment:{case_id}:{submission}"
