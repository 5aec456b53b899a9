"""Who may move a product or a shop, its next version and a notice on it, with what, from where to where."""

from dataclasses import dataclass, replace
from enum import StrEnum

from models.cases import Event, Party
from models.listing_events import (
    DecidedToApprove,
    DecidedToDelist,
    DecidedToLift,
    DecidedToNotify,
    DecidedToReject,
    DecidedToRemove,
    DraftSaved,
    Expedited,
    Listed,
    ProductDraftSaved,
    ProductSubmitted,
    Retired,
    SelfChecked,
    ShopDraftSaved,
    ShopSubmitted,
    SubmissionWithdrawn,
    Submitted,
    Unlisted,
)
from models.listings import (
    RECTIFICATION,
    REVISION,
    ListingOutcome,
    ListingStage,
    RectificationStage,
    RevisionStage,
)
from models.tasks import Leads, Step, TaskKind

# --- the case: what buyers see

DRAFT, APPROVED, LISTED, HIDDEN, DELISTED, CLOSED = ListingStage
_RULES = {
    "listed": "TCM-PROD-03",
    "unlisted": "S88-ID-07",
    "retired": "S88-ID-07",
    "decided": "ALI-RECT-03",
}


def _of_case(
    name: str, stage: ListingStage, waiting_on: Party, moves: dict[type[Event], ListingStage]
) -> TaskKind:
    retired = ListingOutcome.GIVEN_UP if stage is DRAFT else ListingOutcome.RETIRED
    every: dict[type[Event], Leads] = {event: Leads(to) for event, to in moves.items()}
    every[Retired] = Leads(CLOSED, retired)
    every[DecidedToRemove] = Leads(CLOSED, ListingOutcome.REMOVED)
    # It has no time that a ruling could move.
    return TaskKind(name, stage, waiting_on, every, even_paused=(*every,), rules=_RULES, held=True)


FIRST_VERSION = _of_case("first_version", DRAFT, Party.PROVIDER, {})
LISTING = _of_case(
    "listing", APPROVED, Party.PROVIDER, {Listed: LISTED, Unlisted: APPROVED, DecidedToDelist: DELISTED}
)
_ON_SALE: dict[type[Event], ListingStage] = {Unlisted: APPROVED, DecidedToDelist: DELISTED}
ON_SALE = _of_case("on_sale", LISTED, Party.OFFICE, {**_ON_SALE, DecidedToNotify: LISTED})
OUT_OF_SIGHT = _of_case("out_of_sight", HIDDEN, Party.PROVIDER, {**_ON_SALE, DecidedToNotify: HIDDEN})
CORRECTION = _of_case("correction", DELISTED, Party.PROVIDER, {DecidedToLift: APPROVED})
RELISTING = _of_case("relisting", DELISTED, Party.PROVIDER, {Listed: LISTED, DecidedToDelist: DELISTED})

CASE_TASKS = (FIRST_VERSION, LISTING, ON_SALE, OUT_OF_SIGHT, CORRECTION, RELISTING)
CASE_STEPS = (
    *(Step("version_approved", stage, Leads(APPROVED), "TCM-PROD-03") for stage in (DRAFT, DELISTED)),
    *(Step("version_live", stage, Leads(stage), "AMB-37") for stage in (APPROVED, LISTED, HIDDEN, DELISTED)),
    *(
        Step("standing_changed", stage, Leads(stage), "TCM-PROD-04")
        for stage in (DRAFT, APPROVED, LISTED, HIDDEN, DELISTED)
    ),
    Step("listed_when_free", APPROVED, Leads(LISTED), "TCM-PROD-03"),
    Step("hidden", LISTED, Leads(HIDDEN), "TCM-PROD-04"),
    Step("shown_again", HIDDEN, Leads(LISTED), "AMB-42"),
    *(
        Step("delisted", stage, Leads(DELISTED), "ALI-RECT-03")
        for stage in (APPROVED, LISTED, HIDDEN, DELISTED)
    ),
)


def case_task(stage: str | None, *, by_content: bool) -> TaskKind:
    """What a case waits for in a stage; of what is delisted by what took it off."""
    if stage == DELISTED:
        return CORRECTION if by_content else RELISTING
    return next(kind for kind in CASE_TASKS if kind.stage == (stage or DRAFT))


# --- its next version

_BY_OPERATORS = {
    "decided": "TCM-PROD-02",
    "submission_withdrawn": "AMB-37",
    "expedited": "AMB-37",
    "silence": "AMB-01",
}
CHECKS = TaskKind(
    name="checks",
    stage=RevisionStage.CHECKING,
    waiting_on=Party.OFFICE,
    moves={SubmissionWithdrawn: Leads(RevisionStage.DRAFTING)},
    even_paused=(SubmissionWithdrawn,),
    rules={"submission_withdrawn": "AMB-37"},
    held=True,
    lane=REVISION,
)
REVIEW = TaskKind(
    name="review",
    stage=RevisionStage.REVIEWING,
    waiting_on=Party.OPERATOR,
    moves={
        DecidedToApprove: Leads(RevisionStage.ACCEPTED),
        DecidedToReject: Leads(RevisionStage.RETURNED),
        SubmissionWithdrawn: Leads(RevisionStage.DRAFTING),
        Expedited: Leads(RevisionStage.REVIEWING),
    },
    silence=Leads(RevisionStage.REVIEWING),
    within="review_within",
    even_paused=(DecidedToApprove, DecidedToReject, SubmissionWithdrawn),
    rules=_BY_OPERATORS,
    lane=REVISION,
    hands_on=True,
)
_DECIDES = {kind: leads for kind, leads in REVIEW.moves.items() if kind is not Expedited}
EXPEDITED_REVIEW = replace(REVIEW, name="expedited_review", moves=_DECIDES, within="expedited_within")
ESCALATED_REVIEW = replace(
    EXPEDITED_REVIEW, name="escalated_review", silence=None, within=None, even_paused=(*_DECIDES,)
)
REVISION_STEPS = tuple(
    Step(event, RevisionStage.CHECKING, Leads(to), rule, lane=REVISION)
    for event, to, rule in (
        ("checks_failed", RevisionStage.RETURNED, "ALI-RECT-05"),
        ("checks_passed", RevisionStage.REVIEWING, "TCM-PROD-02"),
        ("approved_by_checks", RevisionStage.ACCEPTED, "TCM-PROD-03"),
    )
)


@dataclass(frozen=True, slots=True)
class Drafts:
    """What a provider does to its next version, where nobody is looking at it: by the kind of content."""

    saved: type[DraftSaved]
    submitted: type[Submitted]
    drafting: TaskKind
    returned: TaskKind
    accepted: TaskKind

    @classmethod
    def of(cls, saved: type[DraftSaved], submitted: type[Submitted]) -> "Drafts":
        def task(name: str, stage: RevisionStage, saved_in: StrEnum) -> TaskKind:
            moves: dict[type[Event], Leads] = {
                saved: Leads(saved_in),
                submitted: Leads(RevisionStage.CHECKING),
            }
            rules = {"draft_saved": "TCM-PROD-01", "submitted": "TCM-PROD-01"}
            return TaskKind(
                *(name, stage, Party.PROVIDER, moves),
                even_paused=(*moves,),
                rules=rules,
                held=True,
                lane=REVISION,
            )

        return cls(
            *(saved, submitted),
            drafting=task("draft", RevisionStage.DRAFTING, RevisionStage.DRAFTING),
            returned=task("another_round", RevisionStage.RETURNED, RevisionStage.RETURNED),
            accepted=task("next_version", RevisionStage.ACCEPTED, RevisionStage.DRAFTING),
        )

    def at(self, stage: str | None) -> TaskKind:
        of = {RevisionStage.RETURNED: self.returned, RevisionStage.ACCEPTED: self.accepted}
        return of.get(RevisionStage(stage), self.drafting) if stage else self.drafting

    @property
    def all(self) -> tuple[TaskKind, ...]:
        return self.drafting, self.returned, self.accepted


# --- a notice on what is shown

NOTICED, SELF_CHECKED, CORRECTED, LIFTED, LAPSED = RectificationStage
NOTICE = TaskKind(
    name="notice",
    stage=NOTICED,
    waiting_on=Party.PROVIDER,
    moves={
        SelfChecked: Leads(SELF_CHECKED),
        DecidedToLift: Leads(LIFTED),
    },
    silence=Leads(LAPSED),
    within="grace",
    even_paused=(SelfChecked, DecidedToLift),
    rules={"self_checked": "ALI-RECT-04", "decided": "AMB-19", "silence": "ALI-RECT-03"},
    lane=RECTIFICATION,
)
SELF_CHECK = replace(
    NOTICE,
    name="self_check",
    stage=SELF_CHECKED,
    waiting_on=Party.OPERATOR,
    moves={DecidedToLift: Leads(LIFTED)},
    even_paused=(DecidedToLift,),
)
RECTIFICATION_STEPS = tuple(
    Step(event, before, Leads(after), rule, lane=RECTIFICATION)
    for event, rule, before, after in (
        ("found_again", "ALI-RECT-03", NOTICED, NOTICED),
        ("noticed_again", "ALI-RECT-03", SELF_CHECKED, NOTICED),
        *(("corrected", "ALI-RECT-07", stage, CORRECTED) for stage in (NOTICED, SELF_CHECKED, LAPSED)),
        *(("taken_off", "ALI-RECT-03", stage, LAPSED) for stage in (NOTICED, SELF_CHECKED)),
        ("nothing_found", "ALI-RECT-03", LAPSED, LIFTED),
        *(("noticed", "ALI-RECT-01", stage, NOTICED) for stage in (CORRECTED, LIFTED, LAPSED)),
    )
)


PRODUCT_DRAFTS = Drafts.of(ProductDraftSaved, ProductSubmitted)
SHOP_DRAFTS = Drafts.of(ShopDraftSaved, ShopSubmitted)


def tasks_of(drafts: Drafts) -> tuple[TaskKind, ...]:
    return *CASE_TASKS, *drafts.all, CHECKS, REVIEW, EXPEDITED_REVIEW, ESCALATED_REVIEW, NOTICE, SELF_CHECK


STEPS = (*CASE_STEPS, *REVISION_STEPS, *RECTIFICATION_STEPS)
