"""What moves a product, or a shop, from draft to sale and back."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.base import Flag, Id
from models.cases import Event, Party
from models.checklists import Reason
from models.interventions import Approved, Decision, Disapproved, InStead, Intervention
from models.listing_content import ProductContent, ShopContent
from models.telling import ListingOutdated

Reasons = Annotated[tuple[Reason, ...], Field(min_length=1, max_length=50)]
"""Why, by the field of the content that it is about. Each gets a number when it goes on record."""


class ContentBlock(StrEnum):
    """What a provider looks through itself after a notice (ALI-RECT-04)."""

    ACCESS = "access"
    BASIC = "basic"
    BUSINESS = "business"
    SALES = "sales"


class DraftSaved(Event):
    """The provider works on the next version. Each replaces the one before, as a whole."""

    party = Party.PROVIDER
    event: Literal["draft_saved"] = "draft_saved"


class ProductDraftSaved(DraftSaved):
    content: ProductContent


class ShopDraftSaved(DraftSaved):
    content: ShopContent


class Submitted(Event):
    """The provider hands the draft in, or a version that it sends along. Nothing is changed meanwhile
    (TCM-PROD-01, TCM-SHOP-02)."""

    party = Party.PROVIDER
    event: Literal["submitted"] = "submitted"
    list_when_approved: Flag = False
    """It is to be on sale as soon as it is approved, and nothing stands against it."""


class ProductSubmitted(Submitted):
    content: ProductContent | None = None


class ShopSubmitted(Submitted):
    content: ShopContent | None = None


class SubmissionWithdrawn(Event):
    """The provider takes the submission back before it is decided, and works on it again."""

    party = Party.PROVIDER
    event: Literal["submission_withdrawn"] = "submission_withdrawn"


class Expedited(Event):
    """The provider asks to be looked at first."""

    party = Party.PROVIDER
    event: Literal["expedited"] = "expedited"


class Listed(Event):
    """The provider puts what is approved on sale (TCM-PROD-03, TCM-SHOP-02)."""

    party = Party.PROVIDER
    event: Literal["listed"] = "listed"


class Unlisted(Event):
    """The provider takes it off sale. Whoever bought it before keeps it."""

    party = Party.PROVIDER
    event: Literal["unlisted"] = "unlisted"


class Retired(Event):
    """The provider gives it up for good."""

    party = Party.PROVIDER
    event: Literal["retired"] = "retired"


class SelfChecked(Event):
    """The provider has looked through all four blocks after a notice, and found nothing (ALI-RECT-04). An
    operator lifts the notice then, or it stands. Who does find something corrects it."""

    party = Party.PROVIDER
    event: Literal["self_checked"] = "self_checked"
    blocks: Annotated[tuple[ContentBlock, ...], Field(max_length=8)]


class DecidedToApprove(Decision):
    """An operator approves the version (TCM-PROD-02, -03). In a risky class a second one agrees."""

    decision: Literal["approve"] = "approve"
    confirmed: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    """What was checked of what the category asks to be (AMB-06)."""


class DecidedToReject(Decision):
    """An operator sends the version back, and says why (AMB-37). It may be handed in again without end."""

    decision: Literal["reject"] = "reject"
    reasons: Reasons


class DecidedToNotify(Decision):
    """An operator found something on what is shown, and gives notice (ALI-RECT-01, AMB-19)."""

    decision: Literal["notify"] = "notify"
    reasons: Reasons


class DecidedToLift(Decision):
    """The notice, or a delisting, was wrong or is done with."""

    decision: Literal["lift"] = "lift"


class DecidedToDelist(Decision):
    """An operator takes it off sale at once. It comes back with a corrected version (AMB-20)."""

    decision: Literal["delist"] = "delist"
    reasons: Reasons


class DecidedToRemove(Decision):
    """An operator ends it for good."""

    decision: Literal["remove"] = "remove"


class ListingInStead(InStead):
    act: Annotated[
        SubmissionWithdrawn | Expedited | Listed | Unlisted | Retired | SelfChecked,
        Field(discriminator="event"),
    ]


ListingDecision = TypeAliasType(
    "ListingDecision",
    Annotated[
        DecidedToApprove
        | DecidedToReject
        | DecidedToNotify
        | DecidedToLift
        | DecidedToDelist
        | DecidedToRemove
        | ListingInStead,
        Field(discriminator="decision"),
    ],
)
_Common = (
    SubmissionWithdrawn
    | Expedited
    | Listed
    | Unlisted
    | Retired
    | SelfChecked
    | ListingOutdated
    | ListingDecision
    | Approved
    | Disapproved
    | Intervention
)
ProductEvent = Annotated[ProductDraftSaved | ProductSubmitted | _Common, Field(discriminator="event")]
ShopEvent = Annotated[ShopDraftSaved | ShopSubmitted | _Common, Field(discriminator="event")]
