"""What buyers see of a product, or a shop. It has no end of its own.

draft ──version approved──▶ approved ──listed──▶ listed ◀──gate──▶ hidden
                             ▲   ▲                 │ content, or what its market delists for
                             │   └────unlisted─────┤
                             └──corrected, lifted─ delisted
beside it: its next version, workflows/listing_revision.py; a notice on it, workflows/listing_notice.py;
what stands against it is looked at anew whenever that may have changed, workflows/listing_look.py
from anywhere: retired or removed ──▶ closed
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from temporalio import workflow

from models.base import as_facts
from models.cases import Event
from models.checklists import Reason
from models.clocks import Clock
from models.listing_events import (
    DecidedToApprove,
    DecidedToDelist,
    DecidedToLift,
    DecidedToNotify,
    DecidedToRemove,
    Listed,
    Retired,
    Unlisted,
)
from models.listing_tasks import Drafts, case_task
from models.listings import (
    RECTIFICATION,
    REVISION,
    DelistedBy,
    Listing,
    ListingOutcome,
    ListingStage,
    Looked,
)
from models.rules.listing_checks import is_risky
from models.rules.listing_standing import PUBLISHED, led_to
from models.tasks import Leads
from models.telling import ListingOutdated
from workflows.case import Case, Rest
from workflows.inbox import Aside
from workflows.listing_known import ListingKnown
from workflows.listing_look import Look
from workflows.listing_notice import Rectification
from workflows.listing_revision import Revision
from workflows.tasks import Countdown

DRAFT, APPROVED, LISTED, HIDDEN, DELISTED, _ = ListingStage
LONGEST = 500
"""A reason says no more, whatever a catalogue calls what it forbids."""
BY_ITSELF = {
    (APPROVED, LISTED): "listed_when_free",
    (LISTED, HIDDEN): "hidden",
    (HIDDEN, LISTED): "shown_again",
}


class Sale:
    """The case, and the two stories beside its own."""

    def __init__(self, listing: Listing, drafts: Drafts) -> None:
        self.listing, self.terms, self.known = listing, listing.terms, ListingKnown(listing)
        self.case = Case(
            listing.opening,
            listing.carried,
            remind_before=lambda: self.terms.remind_before,
            needs_approval=self._needs_approval,
            worry_after=lambda: self.terms.worry_after,
            asides={ListingOutdated: Aside(self._hear, _always, needs_task=False, moves=True)},
        )
        clocks = listing.carried.clocks if listing.carried else {}
        self.revision = Revision(self.case.lane(REVISION), self.known, drafts)
        rectification = self.case.lane(RECTIFICATION)
        self.look = Look(self.case, self.known, self._is_news)
        self.notices = Rectification(
            rectification, self.known, clocks.get(RECTIFICATION), look_again=self.look.again
        )

    async def story(self) -> ListingOutcome:
        if self.listing.carried is None:
            self.case.show(**self.listing.facts())
            self.case.enter(DRAFT)
            self.look.again()
        self.revision.go_on()
        self.notices.go_on()
        while True:
            event = await self._next()
            if (outcome := self._follow(event)) is not None:
                await self._end_all()
                return outcome
            self._take_in()

    async def _end_all(self) -> None:
        self.known.over = True
        self.look.cancel()
        await asyncio.gather(self.revision.story.finished(), self.notices.story.finished())

    # --- waiting

    async def _next(self) -> Event | Rest | None:
        """What comes next to what buyers see; None: one of its other stories has news, or a look is done."""
        now = self.known.now
        return await self.case.wait_or_rest(
            case_task(self.case.stage, by_content=now.delisted_by is DelistedBy.CONTENT),
            clock=Countdown(Clock()),
            closed_to=() if now.wish else (Unlisted,),
            rest_when=self._may_rest,
            done_when=lambda: self._has_news,
        )

    @property
    def _has_news(self) -> bool:
        return self.look.has_news or self.revision.has_news or self.notices.has_news

    def _may_rest(self) -> bool:
        info = workflow.info()
        long = info.get_current_history_length() > self.terms.events_a_run
        idle = self.look.may_rest and self.revision.may_rest and self.notices.may_rest
        return idle and (long or info.is_continue_as_new_suggested())

    def _continue_as_new(self) -> None:
        clocks = {RECTIFICATION: self.notices.clock} if self.notices.is_open else {}
        going_on = {"standing": self.known.now, "carried": self.case.carried(**clocks)}
        workflow.continue_as_new(self.listing.model_copy(update=going_on))

    # --- what an event comes to

    def _follow(self, event: Event | Rest | None) -> ListingOutcome | None:
        match event:
            case Rest():
                self._continue_as_new()
            case Listed():
                self.known.change(wish=True)
                self._show(LISTED)
                self.look.again()
            case Unlisted():
                self.known.change(wish=False)
                self._show(APPROVED)
            case DecidedToNotify(reasons=reasons):
                self.notices.give(reasons, self.case.since, by_system=False)
            case DecidedToDelist(reasons=reasons):
                self._take_off(DelistedBy.CONTENT, None, reasons)
            case DecidedToLift():
                self.notices.forgive()
                self._show(APPROVED)
                self.look.again()
            case Retired():
                return ListingOutcome.GIVEN_UP if self.case.stage == DRAFT else ListingOutcome.RETIRED
            case DecidedToRemove():
                return ListingOutcome.REMOVED
        return None

    def _take_in(self) -> None:
        """News of the stories beside this one, and of what stands against it."""
        self.revision.story.check()
        self.notices.story.check()
        if self.revision.approved:
            self._take_version()
        if self.notices.lapsed:
            self._take_lapse()
        if looked := self.look.take():
            self._see(looked)

    def _take_version(self) -> None:
        """What was approved is what buyers see now, and mends what was found (AMB-37, ALI-RECT-07)."""
        now, self.revision.approved = self.known.now, False
        self.notices.take_version()
        self.known.change(catalogue=None)
        assert now.live is not None  # that is what was approved
        facts: dict[str, Any] = {
            "live_version": now.live_version,
            "title": now.live.title,
            "category": now.live.category,
        }
        if self.case.stage == DRAFT or self._mends_delisting:
            self._show(APPROVED, "version_approved", **facts)
        else:
            self.case.note("version_live", **facts, waits_to_be_listed=self._waits(self.case.stage))
        self.look.again()

    @property
    def _mends_delisting(self) -> bool:
        """What was handed in before it was delisted for its content brings nothing back (ALI-RECT-07)."""
        now = self.known.now
        by_content = now.delisted_by is DelistedBy.CONTENT
        handed_in_since = now.live_round > now.delisted_in_round
        return self.case.stage == DELISTED and (handed_in_since or not by_content)

    def _take_lapse(self) -> None:
        """What an operator found stands, and the time is over (ALI-RECT-03)."""
        self.notices.lapsed = False
        self._take_off(DelistedBy.CONTENT, "delisted", self.notices.reasons)

    # --- what stands against it

    def _is_news(self, looked: Looked) -> bool:
        return (
            self._differs(looked)
            or self.notices.undecided
            or led_to(self._stage, looked.blocked_by, self.terms, wish=self.known.now.wish) is not None
            or (self._stage in (APPROVED, *PUBLISHED) and bool(self._untold(_reasons(looked))))
        )

    def _differs(self, looked: Looked) -> bool:
        now = self.known.now
        return (now.blocked_by, now.catalogue) != (looked.blocked_by, looked.catalogue)

    def _see(self, looked: Looked) -> None:
        now, found, changed = self.known.now, _reasons(looked), self._differs(looked)
        self.known.change(blocked_by=looked.blocked_by, catalogue=looked.catalogue)
        facts: dict[str, Any] = {"blocked_by": [*looked.blocked_by], "catalogue": looked.catalogue}
        if self.notices.undecided:
            self._decide(found)
        stage, to = self._stage, led_to(self._stage, looked.blocked_by, self.terms, wish=now.wish)
        if stage is APPROVED and (new := self._untold(found)):
            self.case.note("standing_changed", **facts)  # a notice is told of together with a change
            self.notices.give(new, workflow.now(), by_system=True)
            # Nothing of it is on sale that needed time: it follows the new rules at once (S88-POL-04).
            self._take_off(DelistedBy.CONTENT, "delisted", self.notices.reasons)
        elif to is DELISTED:
            self._take_off(DelistedBy.STANDING, "delisted", (), **facts)
        elif to is not None:
            self._show(to, BY_ITSELF[stage, to], **facts)
        elif changed or (stage in PUBLISHED and self._untold(found)):
            self.case.note("standing_changed", **facts)
        if self._stage in PUBLISHED and (new := self._untold(found)):
            self.notices.give(new, workflow.now(), by_system=True)

    def _decide(self, found: tuple[Reason, ...]) -> None:
        """Still there after the time is over: it is taken off (ALI-RECT-03)."""
        self.notices.undecided = False
        if still := self._not_let_pass(found):
            self._take_off(DelistedBy.CONTENT, "delisted", still)
        else:
            self.notices.nothing_found()

    def _untold(self, found: tuple[Reason, ...]) -> tuple[Reason, ...]:
        """What is new of it: nothing is said twice."""
        return tuple(each for each in self._not_let_pass(found) if each not in self.notices.reasons)

    def _not_let_pass(self, found: tuple[Reason, ...]) -> tuple[Reason, ...]:
        """Without what an operator looked at, and let pass."""
        return tuple(each for each in found if each not in self.known.now.lifted)

    # --- where it stands

    @property
    def _stage(self) -> ListingStage:
        return ListingStage(self.case.stage or DRAFT)

    def _waits(self, stage: str | None) -> bool:
        return self.known.now.wish and stage == APPROVED

    def _show(self, stage: ListingStage, step: str | None = None, **facts: Any) -> None:
        self.known.change(delisted_by=None)
        shown: dict[str, Any] = {"delisted_by": None, "reasons": []}
        self.case.enter(stage, step, waits_to_be_listed=self._waits(stage), **shown, **facts)

    def _take_off(self, by: DelistedBy, step: str | None, reasons: Sequence[Reason], **facts: Any) -> None:
        self.known.change(delisted_by=by)
        if by is DelistedBy.CONTENT:
            self.known.change(delisted_in_round=self.notices.found_in_round)
            self.notices.taken_off()
        else:
            self.known.change(wish=False)  # it is for its provider to list it again (AMB-42)
        shown: dict[str, Any] = {"delisted_by": by, "reasons": as_facts(reasons), "waits_to_be_listed": False}
        self.case.enter(DELISTED, step, **shown, **facts)

    # --- what comes beside the story

    def _hear(self, _: ListingOutdated) -> None:
        self.look.again()

    def _needs_approval(self, _: Leads, act: Event) -> bool:
        """In a risky class a second operator agrees."""
        draft = self.known.now.draft
        return (
            isinstance(act, DecidedToApprove) and draft is not None and is_risky(draft.categories, self.terms)
        )


def _reasons(looked: Looked) -> tuple[Reason, ...]:
    said = ((each.field, each.code, each.detail[:LONGEST]) for each in looked.findings)
    return tuple(Reason(field=field, code=code, said=detail) for field, code, detail in said)


def _always(_: object) -> None:
    """Nothing stands against it: the office may tell at any time."""
