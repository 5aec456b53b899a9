"""Products and shops as they come to sale: their stages, how they begin, what they carry from run to run."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from models.base import Flag, Frozen, Id, Instant, Text
from models.cases import Carried, Opening
from models.checklists import Reason
from models.listing_content import Content
from models.listing_terms import ListingTerms
from models.rules.blocks import Why
from models.rules.findings import Finding


class ListingKind(StrEnum):
    PRODUCT = "product"
    SHOP = "shop"


class ListingStage(StrEnum):
    """What buyers see of it."""

    DRAFT = "draft"
    """Nothing of it was ever approved."""
    APPROVED = "approved"
    """It may be listed (TCM-PROD-03)."""
    LISTED = "listed"
    """On sale. Of a shop: shown."""
    HIDDEN = "hidden"
    """Listed, and not shown while something stands against its provider."""
    DELISTED = "delisted"
    """Taken off: it comes back with a correction (AMB-20), or when what stood against it is gone."""
    CLOSED = "closed"


class RevisionStage(StrEnum):
    """How far the next version is. What is on sale stays so meanwhile (AMB-37)."""

    DRAFTING = "drafting"
    CHECKING = "checking"
    REVIEWING = "reviewing"
    RETURNED = "returned"
    """Turned down, with reasons."""
    ACCEPTED = "accepted"
    """It is the live version, and nothing newer is under way."""


class RectificationStage(StrEnum):
    """What became of a notice on what is shown (ALI-RECT)."""

    NOTICED = "noticed"
    """Its provider has time to mend what was found (AMB-19)."""
    SELF_CHECKED = "self_checked"
    """The provider looked and found nothing; an operator looks (ALI-RECT-04)."""
    CORRECTED = "corrected"
    """A version that was handed in after the notice is live (ALI-RECT-07)."""
    LIFTED = "lifted"
    """Nothing stands any more: an operator let it pass, or, on the step `nothing_found`, a check that had
    found it does not find it now."""
    LAPSED = "lapsed"
    """The time is over, or it was taken off before that."""


class ListingOutcome(StrEnum):
    GIVEN_UP = "given_up"
    """By its provider, before anything of it was approved."""
    RETIRED = "retired"
    """By its provider, for good."""
    REMOVED = "removed"
    """By an operator, for good."""


class DelistedBy(StrEnum):
    CONTENT = "content"
    """Only a corrected version brings it back, or an operator."""
    STANDING = "standing"
    """Something that its market delists for: the provider lists it again once that is gone."""


REVISION, RECTIFICATION = "revision", "rectification"
"""The stories that such a case tells beside its own."""


def _free(id: str) -> str:
    if id in RESERVED:
        raise ValueError("is the name of something else here: use another id")
    return id


RESERVED = frozenset({"estimates"})
"""What stands under the address of products and shops, and is none of them."""


class ConnectListing(Frozen):
    """A provider begins a product, or its shop (TCM-PROD-01, TCM-ONB-10). Its content comes with events."""

    id: Annotated[Id, AfterValidator(_free)]
    provider_id: Id


class Numbered(Reason):
    """A reason as it went on record: `2.1` is the first of the second round."""

    number: Text


class Notice(Frozen):
    """A notice on the version that was live then."""

    number: int
    """Of all that this product ever got: 1, 2, ..."""
    reasons: tuple[Numbered, ...]
    by_system: Flag
    """Found by a check of what is shown: whether it is still there is looked up when the time is over."""
    noticed_at: Instant
    live_version: int
    round: int = 0
    """How many submissions there had been: only what is handed in after them mends it (ALI-RECT-07)."""


class ListingStanding(Frozen):
    """What a case takes along into its next run; where its stories stand is on record."""

    live: Content | None = None
    live_version: int | None = None
    live_round: int = 0
    """Of all submissions, the one that is live."""
    draft: Content | None = None
    draft_version: int | None = None
    versions: int = 0
    """How many contents were handed in: each has a number of its own, from 1 on."""
    round: int = 0
    """How many were submitted."""
    wish: Flag = False
    """It is to be on sale as soon as nothing stands against it."""
    blocked_by: tuple[Why, ...] = ()
    """Everything that stands against its provider's listing, as it was last seen."""
    catalogue: Id | None = None
    """The version of what is forbidden that the live content was last looked at with."""
    delisted_by: DelistedBy | None = None
    delisted_in_round: int = 0
    """How many submissions there had been when what had it delisted last was found."""
    drafted_at: tuple[Instant, ...] = ()
    submitted_at: tuple[Instant, ...] = ()
    withdrawn_at: tuple[Instant, ...] = ()
    expedited_at: tuple[Instant, ...] = ()
    """When quotas were used, the latest ones."""
    notices: int = 0
    notice: Notice | None = None
    """The last one, until it is settled."""
    lifted: tuple[Reason, ...] = ()
    """What an operator looked at on the live version, and let pass."""


class Listing(Frozen):
    """A product or shop that was let in: what each run of its workflow starts with."""

    opening: Opening
    terms: ListingTerms
    kind: ListingKind
    provider_id: Id
    carried: Carried | None = None
    standing: ListingStanding | None = None

    def facts(self) -> dict[str, JsonValue]:
        """What the case shows from its beginning."""
        return {
            "title": None,
            "category": None,
            "live_version": None,
            "blocked_by": [],
            "waits_to_be_listed": False,
            "delisted_by": None,
        }


# --- what activities are told, and what they answer

Findings = Annotated[tuple[Finding, ...], Field(max_length=60)]


class AskedCheck(Frozen):
    """A version that was submitted, to be checked before anybody looks at it."""

    market: Id
    provider_id: Id
    case_id: str
    version: int
    content: Content
    at: Instant
    """When it was submitted: what is forbidden then counts (S88-POL-04)."""
    terms: ListingTerms
    watched: Flag = False
    """A notice is open, or it was delisted: somebody looks at what is to mend that (ALI-RECT-07)."""


class CheckedContent(Frozen):
    findings: Findings
    """What turns the version down, everything at once."""
    flags: Findings
    """What an operator has to look at."""
    criteria: tuple[Text, ...] = ()
    """What its category covers: a review judges by that (TCM-CAT-02..09)."""
    confirm: tuple[Id, ...] = ()
    """What an operator has to have checked (AMB-06)."""
    trusted: Flag = False
    """No operator need look at it."""


class AskedLook(Frozen):
    """What is on sale, or wants to be, and how its provider stands now."""

    market: Id
    provider_id: Id
    kind: ListingKind
    content: Content | None
    """What is live; None where nothing is."""
    terms: ListingTerms


class Looked(Frozen):
    blocked_by: tuple[Why, ...]
    """Everything that stands against the provider's listing anything."""
    findings: Findings
    """What is forbidden now, and stands on what is live (ALI-RECT-05)."""
    catalogue: Id
    """The version of what is forbidden that counts now."""
