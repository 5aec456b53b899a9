"""What happens to a settlement account: what its provider gives, what is scanned, what operators decide."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.bank import Personal
from models.base import Fen, Flag, Id, Text
from models.cases import Event, Party
from models.checklists import Reason
from models.interventions import Approved, Decision, Disapproved, Intervention
from models.private import Private
from models.settlement_terms import Path
from models.telling import CooperationEnded

ShortText = Annotated[Text, Field(max_length=128)]


class AlipayAccount(Personal):
    """An enterprise Alipay account, by the e-mail address or the phone number that it is known by."""

    alipay_account: ShortText | None = None


class MybankDetails(AlipayAccount):
    """What MYbank asks for (ALI-SET-16). Everything is required, and what is missing is told at once."""

    legal_person: ShortText | None = None
    registration_number: ShortText | None = None


class _ProviderEvent(Event):
    party = Party.PROVIDER
    personal = True


class _Scanned(Event):
    """Somebody of the company scanned a code with its enterprise Alipay."""

    party = Party.SIGNATORY
    personal = True


class PathChosen(_ProviderEvent):
    """The provider begins a path, or begins one again that was rejected (ALI-SET-02, -09, -15)."""

    event: Literal["path_chosen"] = "path_chosen"
    path: Path


class AlipayAccountGiven(_ProviderEvent):
    """The account to settle to. Its company is the shown one, and the contract is ticked (ALI-SET-10..12)."""

    event: Literal["alipay_account_given"] = "alipay_account_given"
    account: Private[AlipayAccount]
    contract_accepted: Flag


class EnterpriseAuthorised(_Scanned):
    """MYbank may open a sub-account for the company: the second of five steps (ALI-SET-15)."""

    event: Literal["enterprise_authorised"] = "enterprise_authorised"


class MybankDetailsGiven(_ProviderEvent):
    """The form of MYbank: the third step (ALI-SET-15, -16)."""

    event: Literal["mybank_details_given"] = "mybank_details_given"
    details: Private[MybankDetails]


class PayoutAgreementSigned(_Scanned):
    """The company signs Alipay's payout agreement: the fourth step (ALI-SET-15, -17)."""

    event: Literal["payout_agreement_signed"] = "payout_agreement_signed"


class DeductionAuthorised(_Scanned):
    """We may deduct from the account, to split and to recover refunds: one right for both paths
    (ALI-SET-13, -14, -19)."""

    event: Literal["deduction_authorised"] = "deduction_authorised"


class DeductionRevoked(_Scanned):
    """We may deduct no more: nothing is paid out until we may again (ALI-SET-21, -23)."""

    event: Literal["deduction_revoked"] = "deduction_revoked"


class RecoveryAsked(Event):
    """A buyer was refunded after the provider had got its part: that part has to come back (ALI-SET-20).

    Each payment is recovered once.
    """

    party = Party.PLATFORM
    personal = True
    event: Literal["recovery_asked"] = "recovery_asked"
    payment_id: Id
    amount_fen: Annotated[Fen, Field(ge=1)]


class DecidedToApprove(Decision):
    """The Alipay account is in order (ALI-SET-12)."""

    decision: Literal["approve"] = "approve"


class DecidedToCorrect(Decision):
    """The provider gives the account again, and is told why (AMB-26)."""

    decision: Literal["correct"] = "correct"
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=20)]


class DecidedToReject(Decision):
    """Nothing comes of this path. The provider may begin it again, or take the other one (AMB-26)."""

    decision: Literal["reject"] = "reject"


class DecidedToEnd(Decision):
    """Nothing is settled to this provider any more."""

    decision: Literal["end"] = "end"


SettlementDecision = TypeAliasType(
    "SettlementDecision",
    Annotated[
        DecidedToApprove | DecidedToCorrect | DecidedToReject | DecidedToEnd, Field(discriminator="decision")
    ],
)
SettlementEvent = Annotated[
    PathChosen
    | AlipayAccountGiven
    | EnterpriseAuthorised
    | MybankDetailsGiven
    | PayoutAgreementSigned
    | DeductionAuthorised
    | DeductionRevoked
    | RecoveryAsked
    | CooperationEnded
    | SettlementDecision
    | Approved
    | Disapproved
    | Intervention,
    Field(discriminator="event"),
]
