"""A notice on what is shown, and the time that its provider has to mend it (ALI-RECT, AMB-19).

noticed ──corrected version approved──▶ corrected
   │ ▲ └──lifted──▶ lifted          ──time over──▶ lapsed: taken off, unless a check finds nothing any more
   ▼ │ found again
self_checked: the provider found nothing, and an operator looks
"""

from collections.abc import Callable
from datetime import datetime

from pydantic import JsonValue

from models.base import as_facts
from models.checklists import Reason
from models.clocks import Clock
from models.listing_events import DecidedToLift, SelfChecked
from models.listing_tasks import NOTICE, SELF_CHECK
from models.listings import Notice, RectificationStage
from models.natural_days import NaturalDays
from models.rules.listing_events import numbered
from workflows.beside import Beside
from workflows.lane import Lane
from workflows.listing_known import ListingKnown
from workflows.tasks import Countdown

NOTICED, SELF_CHECKED, CORRECTED, LIFTED, LAPSED = RectificationStage
MOST_LIFTED = 60
"""As many as one look can find."""
OVERTAKING = (CORRECTED, LAPSED, NOTICED)
"""Where a notice goes that something else came before; of several in one moment, the first counts."""


class Rectification:
    """One notice at a time. What is found meanwhile is told, and gets no time of its own (ALI-RECT-03)."""

    def __init__(
        self, lane: Lane, known: ListingKnown, clock: Clock | None, *, look_again: Callable[[], None]
    ) -> None:
        self.lane, self.known, self._look_again = lane, known, look_again
        self.clock = Countdown(clock or Clock())
        self.lapsed = False
        """The time is over, and the case has not taken that in yet."""
        self.undecided = False
        """The time is over, and what a check had found is looked for once more (ALI-RECT-03)."""
        self._overtaken: RectificationStage | None = None
        """Where what the case told it leads, and its story has not followed yet."""
        self.story = Beside()

    @property
    def is_open(self) -> bool:
        return self.lane.stage in (NOTICED, SELF_CHECKED)

    @property
    def found_in_round(self) -> int:
        """The last submission when what is wrong was found: only later ones can mend it (ALI-RECT-07)."""
        now = self.known.now
        return now.notice.round if self.lane.stage == LAPSED and now.notice else now.round

    @property
    def has_news(self) -> bool:
        return self.lapsed or self.story.broke

    @property
    def may_rest(self) -> bool:
        return not (self.lapsed or self.undecided or self._overtaken)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What the last notice was given for, until it is settled."""
        notice = self.known.now.notice
        said = notice.reasons if notice else ()
        return tuple(Reason(**each.model_dump(exclude={"number"})) for each in said)

    def go_on(self) -> None:
        """From where the run before left it."""
        if self.is_open:
            self.story.begin(self._run())

    # --- what the case tells it

    def give(self, reasons: tuple[Reason, ...], at: datetime, *, by_system: bool) -> None:
        """A notice, or what else was found while one is open."""
        if self.is_open and self.known.now.notice:
            self._add(reasons, by_system=by_system)
        else:
            self._begin(reasons, at, by_system)

    def take_version(self) -> None:
        """Another version is live now. What was handed in since the notice mends it (ALI-RECT-07)."""
        now = self.known.now
        self.known.change(lifted=())
        if now.notice is None or now.live_round <= now.notice.round:
            return
        self.lapsed = self.undecided = False
        if self.is_open:
            self._overtake(CORRECTED)
        elif self.lane.stage == LAPSED:
            self._end(CORRECTED, "corrected")

    def taken_off(self) -> None:
        """Nothing is shown any more that could be mended in time."""
        self.undecided = False
        if self.is_open:
            self._overtake(LAPSED)

    def nothing_found(self) -> None:
        """The time is over, and what a check had found is not there any more."""
        if self.lane.stage == LAPSED:  # and no other notice was given meanwhile
            self._end(LIFTED, "nothing_found")

    def forgive(self) -> None:
        """An operator looked at what was found, and lets it pass as long as this version is live."""
        now, found = self.known.now, self.reasons
        self.known.change(lifted=(*now.lifted, *found)[-MOST_LIFTED:], notice=None)

    # --- its story

    def _begin(self, reasons: tuple[Reason, ...], at: datetime, by_system: bool) -> None:
        now, grace = self.known.now, self.known.terms.grace
        said = numbered(reasons, now.notices + 1)
        notice = Notice(
            number=now.notices + 1,
            reasons=said,
            by_system=by_system,
            noticed_at=at,
            live_version=now.live_version or 0,
            round=now.round,
        )
        self.known.change(notice=notice, notices=notice.number)
        begun_before = self.lane.stage is not None
        facts: dict[str, JsonValue] = {
            **notice.model_dump(mode="json", include={"number", "by_system", "live_version"}),
            "noticed_at": at.isoformat(),
            "self_checked_at": None,
        }
        self.lane.enter(NOTICED, "noticed" if begun_before else None, at=at, reasons=as_facts(said), **facts)
        if isinstance(grace, NaturalDays):
            self.clock = Countdown(Clock(deadline_at=grace.until(at)), reminded_at=at)
        else:
            self.clock = self.lane.countdown(grace)
        self.go_on()

    def _add(self, reasons: tuple[Reason, ...], *, by_system: bool) -> None:
        """What an operator finds stands, whatever a check finds when the time is over."""
        notice = self.known.now.notice
        assert notice is not None  # one is open
        more = numbered((*notice.reasons, *reasons), notice.number)[len(notice.reasons) :]
        by_system = by_system and notice.by_system
        notice = notice.model_copy(update={"reasons": (*notice.reasons, *more), "by_system": by_system})
        self.known.change(notice=notice)
        self.lane.show(by_system=by_system)
        if self.lane.stage == SELF_CHECKED:
            self._overtake(NOTICED)
        else:
            self.lane.note("found_again", reasons=as_facts(notice.reasons))

    async def _run(self) -> None:
        while not self.known.over and self.is_open:
            await self._next()
        self._overtaken = None  # what came in the same moment, too

    async def _next(self) -> None:
        kind = NOTICE if self.lane.stage == NOTICED else SELF_CHECK
        event = await self.lane.wait_for(kind, clock=self.clock, done_when=self._is_overtaken)
        match event:
            case SelfChecked():
                self.lane.enter(SELF_CHECKED, self_checked_at=self.lane.since.isoformat())
            case DecidedToLift():
                self.forgive()
                self._end(LIFTED)
            case _ if self.known.over:
                pass
            case _ if self._overtaken:
                self._follow(self._overtaken)
            case _:
                self._lapse()

    def _overtake(self, to: RectificationStage) -> None:
        self._overtaken = min(to, self._overtaken or to, key=OVERTAKING.index)

    def _follow(self, to: RectificationStage) -> None:
        self._overtaken, notice = None, self.known.now.notice
        if to is CORRECTED:
            self._end(CORRECTED, "corrected")
        elif to is LAPSED:
            self.lane.enter(LAPSED, "taken_off")
        else:
            self.lane.enter(NOTICED, "noticed_again", reasons=as_facts(notice.reasons if notice else ()))

    def _lapse(self) -> None:
        notice = self.known.now.notice
        self.lane.enter(LAPSED)
        if notice and notice.by_system:
            self.undecided = True
            self._look_again()
        else:
            self.lapsed = True

    def _is_overtaken(self) -> bool:
        return self.known.over or self._overtaken is not None

    def _end(self, stage: RectificationStage, step: str | None = None) -> None:
        self.known.change(notice=None)
        self.lane.enter(stage, step)
