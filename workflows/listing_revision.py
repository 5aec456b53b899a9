"""The next version of a product or shop, from draft to decision. What is live stays so meanwhile (AMB-37).

drafting ──submitted──▶ checking ──nothing found──▶ reviewing ──approved──▶ accepted ──next draft──▶ drafting
                           │ trusted: accepted          │ rejected, with numbered reasons
                           └──found──▶ returned ◀───────┘
taken back by its provider: drafting. Each within quotas
"""

import asyncio
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from temporalio import workflow

from activities.listings import Listings
from models.base import as_facts
from models.cases import Event, Report
from models.clocks import Clock
from models.listing_content import Content, ProductContent, ShopContent
from models.listing_events import (
    DecidedToApprove,
    DecidedToReject,
    DraftSaved,
    Expedited,
    ProductDraftSaved,
    ProductSubmitted,
    ShopDraftSaved,
    ShopSubmitted,
    SubmissionWithdrawn,
    Submitted,
)
from models.listing_tasks import CHECKS, ESCALATED_REVIEW, EXPEDITED_REVIEW, REVIEW, Drafts
from models.listing_terms import Quota
from models.listings import AskedCheck, CheckedContent, DelistedBy, ListingKind, RevisionStage
from models.rules.listing_events import numbered
from models.rules.quotas import next_at, with_use
from workflows.beside import Beside
from workflows.calls import OUTSIDE, call
from workflows.desk import desk_time
from workflows.lane import Lane
from workflows.listing_known import ListingKnown
from workflows.tasks import Countdown

LIMITED: dict[type[Event], tuple[str, str]] = {
    **dict.fromkeys((ProductDraftSaved, ShopDraftSaved), ("drafted_at", "drafts")),
    **dict.fromkeys((ProductSubmitted, ShopSubmitted), ("submitted_at", "submissions")),
    **{SubmissionWithdrawn: ("withdrawn_at", "withdrawals"), Expedited: ("expedited_at", "expedites")},
}
"""Where it is kept how often each was used, and which terms say how often it may be."""
UNDER_REVIEW = (RevisionStage.CHECKING, RevisionStage.REVIEWING)
# What was never written lacks everything, and the checks say so.
EMPTY: dict[ListingKind, Content] = {ListingKind.PRODUCT: ProductContent(), ListingKind.SHOP: ShopContent()}


class Revision:
    def __init__(self, lane: Lane, known: ListingKnown, drafts: Drafts) -> None:
        self.lane, self.known, self.drafts = lane, known, drafts
        self.terms = known.terms.review
        self.approved = False
        """A version was approved that the case has not taken in yet."""
        self._list_when_approved = False
        self.story = Beside()

    @property
    def may_rest(self) -> bool:
        """Nothing is under way, and no clock of it runs."""
        return self.lane.stage not in UNDER_REVIEW and not self.approved

    @property
    def has_news(self) -> bool:
        return self.approved or self.story.broke

    def go_on(self) -> None:
        self.story.begin(self._run())

    async def _run(self) -> None:
        if self.lane.stage is None:
            self.lane.enter(RevisionStage.DRAFTING)
        while not self.known.over:
            match self.lane.stage:
                case RevisionStage.CHECKING:
                    await self._check()
                case RevisionStage.REVIEWING:
                    await self._review()
                case _:
                    await self._draft()

    # --- the provider's turn

    async def _draft(self) -> None:
        kind = self.drafts.at(self.lane.stage)
        gates = self._gates(self.drafts.saved, self.drafts.submitted)
        event = await self._event(kind, gates=gates, weighed=self._number)
        match event:
            case DraftSaved():
                self._use(type(event))
                self._keep(event)
                if self.lane.stage == RevisionStage.ACCEPTED:
                    self.lane.enter(RevisionStage.DRAFTING)
            case Submitted():
                self._keep(event)
                self._hand_in(event)

    async def _number(self, report: Report[Any]) -> dict[str, JsonValue]:
        """For `weighed`: which version it is about goes on record with it."""
        return {"version": self.known.now.versions + (getattr(report.event, "content", None) is not None)}

    def _keep(self, event: Event) -> None:
        """Every content that comes in gets a number of its own."""
        content: Content | None = getattr(event, "content", None)
        now = self.known.now
        if content is not None:
            number = now.versions + 1
            self.known.change(draft=content, draft_version=number, versions=number)
            self.lane.show(version=number)

    def _hand_in(self, event: Submitted) -> None:
        self._use(type(event))
        self.known.change(round=self.known.now.round + 1)
        self._list_when_approved, draft = event.list_when_approved, self.known.now.draft
        self.lane.enter(
            RevisionStage.CHECKING,
            round=self.known.now.round,
            submitted_at=self.lane.since.isoformat(),
            title=draft.title if draft else None,
            category=draft.category if draft else None,
            list_when_approved=event.list_when_approved,
            expedited=False,
            **_nothing_said(),
        )

    # --- automatic checks

    async def _check(self) -> None:
        asked = self._asked()
        checking = asyncio.create_task(
            self.lane.insist(lambda: call(Listings.check, asked, OUTSIDE, summary=f"version {asked.version}"))
        )
        try:
            event = await self.lane.wait_for(
                CHECKS,
                done_when=lambda: checking.done() or self.known.over,
                gates=self._gates(SubmissionWithdrawn),
            )
            if isinstance(event, SubmissionWithdrawn):
                self._take_back()
            elif not self.known.over:
                self._found(checking.result())
        finally:
            checking.cancel()

    def _asked(self) -> AskedCheck:
        listing, now = self.known.listing, self.known.now
        return AskedCheck(
            market=listing.opening.market,
            provider_id=listing.provider_id,
            case_id=listing.opening.case_id,
            version=now.draft_version or 0,
            content=now.draft or EMPTY[listing.kind],
            at=self.lane.since,
            terms=listing.terms,
            watched=now.notice is not None or now.delisted_by is DelistedBy.CONTENT,
        )

    def _found(self, found: CheckedContent) -> None:
        """Everything that turns it down at once; otherwise operators look, unless they need not."""
        findings, flags = as_facts(found.findings), as_facts(found.flags)
        if findings:
            self._enter(RevisionStage.RETURNED, "checks_failed", findings=findings, flags=flags)
        elif found.trusted:
            self._enter(RevisionStage.ACCEPTED, "approved_by_checks", flags=flags)
            self._approve()
        else:
            self._enter(
                RevisionStage.REVIEWING,
                "checks_passed",
                flags=flags,
                criteria=[*found.criteria],
                confirm=[*found.confirm],
            )

    def _enter(self, stage: RevisionStage, event: str, **facts: Any) -> None:
        now = self.known.now
        which: dict[str, Any] = {"version": now.draft_version, "round": now.round}
        self.lane.enter(stage, event, at=workflow.now(), **which, **facts)

    # --- the operators' turn

    async def _review(self) -> None:
        match await self._decision():
            case DecidedToApprove():
                self.lane.enter(RevisionStage.ACCEPTED, **_nothing_said())
                self._approve()
            case DecidedToReject(reasons=reasons):
                said = as_facts(numbered(reasons, self.known.now.round))
                self.lane.enter(RevisionStage.RETURNED, reasons=said)
            case SubmissionWithdrawn():
                self._take_back()

    async def _decision(self) -> Event | None:
        """Within working days, sooner where the provider asked for it, and escalated after them (AMB-01)."""
        terms = self.terms
        async with desk_time(self.lane, REVIEW.name, terms.review_within, terms.replan_every) as clock:
            gates = self._gates(SubmissionWithdrawn, Expedited)
            event = await self._event(REVIEW, clock=clock, gates=gates, weighed=self._decided)
        if isinstance(event, Expedited):
            self._use(Expedited)
            self.lane.show(expedited=True)
            how_long = (terms.expedited_within, terms.replan_every)
            due = clock.clock.deadline_at  # whoever asks late is not looked at later for it
            async with desk_time(self.lane, EXPEDITED_REVIEW.name, *how_long, no_later=due) as clock:
                how = {"clock": clock, "gates": self._gates(SubmissionWithdrawn), "weighed": self._decided}
                event = await self._event(EXPEDITED_REVIEW, **how)
        if event is None and not self.known.over:
            event = await self._event(
                ESCALATED_REVIEW, gates=self._gates(SubmissionWithdrawn), weighed=self._decided
            )
        return event

    async def _decided(self, report: Report[Any]) -> dict[str, JsonValue]:
        """For `weighed`: which version and round, and each reason with its number."""
        now = self.known.now
        told: dict[str, JsonValue] = {"version": now.draft_version, "round": now.round}
        if isinstance(report.event, DecidedToReject):
            told["numbered"] = as_facts(numbered(report.event.reasons, now.round))
        return told

    # --- what follows

    def _approve(self) -> None:
        now = self.known.now
        wish = now.wish or self._list_when_approved
        live = {"live": now.draft, "live_version": now.draft_version, "live_round": now.round}
        self.known.change(**live, wish=wish)
        self.approved = True

    def _take_back(self) -> None:
        """The quota is used from then on (see models/rules/quotas.py)."""
        self._use(SubmissionWithdrawn)
        self.lane.enter(RevisionStage.DRAFTING, **_nothing_said())

    def _gates(self, *kinds: type[Event]) -> dict[type[Event], Countdown]:
        """From when on they are taken, where their quota is used up."""
        opens = {kind: next_at(*self._used(kind), self.lane.since) for kind in kinds}
        return {kind: Countdown(Clock(deadline_at=at)) for kind, at in opens.items() if at is not None}

    def _use(self, kind: type[Event]) -> None:
        kept, _ = LIMITED[kind]
        self.known.change(**{kept: with_use(*self._used(kind), self.lane.since)})

    def _used(self, kind: type[Event]) -> tuple[tuple[datetime, ...], tuple[Quota, ...]]:
        kept, limit = LIMITED[kind]
        return getattr(self.known.now, kept), getattr(self.terms, limit)

    async def _event(self, kind: Any, **how: Any) -> Event | None:
        return await self.lane.wait_for(kind, done_when=lambda: self.known.over, **how)


def _nothing_said() -> dict[str, Any]:
    """What was said of the round before."""
    return {"reasons": [], "findings": [], "flags": [], "criteria": [], "confirm": []}
