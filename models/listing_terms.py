"""What a market says of products and shops: what is checked, who reviews until when, what closes a sale."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from models.base import Flag, Frozen, Id
from models.deposits import Block
from models.natural_days import NaturalDays
from models.periods import Day, Reminders, Span, of_periods
from models.rules.blocks import Why
from models.working_days import WorkingDays

Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]


class Quota(Frozen):
    """How often something may be done within any such length of time."""

    times: Count
    within: Span


class PictureTerms(Frozen):
    """Pictures of a product, or the logo of a shop, by the kind of document that they are handed in as."""

    kind: Id
    at_least: Annotated[int, Field(strict=True, ge=0, le=20)] = 0
    at_most: Annotated[int, Field(strict=True, ge=1, le=20)]
    min_width: Count = 1
    min_height: Count = 1


class LinkTerms(Frozen):
    at_most: Annotated[int, Field(strict=True, ge=0, le=50)] = 50
    hosts: tuple[str, ...] = ()
    """Where links may lead: these hosts and what is below them. Empty: anywhere public."""


class CheckTerms(Frozen):
    """What automatic checks look for."""

    required: tuple[str, ...]
    """What must not be left out, as dotted paths such as `basic.title` (ALI-RECT-04, TCM-SHOP-03)."""
    pictures: PictureTerms | None = None
    links: LinkTerms = LinkTerms()
    ordinary_until: Day | None = None
    """From this day on no new ordinary template is published (AMP-IMP-09)."""


class ReviewTerms(Frozen):
    """How long operators have. It is nobody's rule: after it the case is escalated (AMB-01)."""

    review_within: WorkingDays | Span
    expedited_within: WorkingDays | Span
    replan_every: Span
    """How often a date that was planned without calendar data is planned again (AMB-54)."""
    drafts: tuple[Quota, ...] = ()
    """How fast drafts of one product may be saved: a flood of them would leave it no moment to rest."""
    submissions: tuple[Quota, ...] = ()
    """How fast one product may be handed in again and again. It must bound nobody who mends (AMB-37)."""
    withdrawals: tuple[Quota, ...] = ()
    """How often one product's submission may be taken back."""
    expedites: Annotated[tuple[Quota, ...], Field(min_length=1)]
    """How often one product's review may be asked to go first."""


class TrustTerms(Frozen):
    """Whose products need no operator where the checks find nothing."""

    approvals: Count
    """How many of its versions operators approved before, all its products together."""
    clean_for: Span
    """How long ago the last one was turned down, or a notice given."""


class ListingTerms(Frozen):
    checks: CheckTerms
    review: ReviewTerms
    trust: TrustTerms | None = None
    """None: an operator looks at everything."""
    risky: tuple[Id, ...] = ()
    """Classes whose approval needs a second operator."""
    grace: NaturalDays | Span
    """How long a provider has after a notice (AMB-19)."""
    hides: tuple[Why, ...] = ()
    """What hides a product on sale when it comes to stand against its provider, until it is gone."""
    delists: tuple[Why, ...] = ()
    """What delists it: the provider lists it again itself once that is gone (S88-ID-06, AMB-42)."""
    guards: tuple[Block, ...] = ()
    """Of shops: what nobody can do whose shop is not shown (AMB-20)."""
    only_listed: Flag = False
    """Of products: whether nothing is ordered but what stands here (AMP-ORD-01)."""
    events_a_run: Count
    """From how many events of its history on a case continues as new when it is idle."""
    remind_before: Annotated[Reminders, of_periods("review_within", "expedited_within", "grace")] = Field(
        default_factory=dict
    )
    worry_after: Span | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if both := sorted({*self.hides} & {*self.delists}):
            raise ValueError(f"{both[0]} cannot both hide and delist")
        return self
