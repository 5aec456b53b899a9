"""How far an onboarding has come, and what ends it whoever's turn it is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import JsonValue
from temporalio import workflow

from models.cases import Event
from models.checklists import Checklist
from models.onboardings import (
    DecidedToReject,
    DecidedToWaive,
    OnboardingOutcome,
    OnboardingTerms,
    Withdrawn,
)
from models.tasks import TaskKind
from workflows.case import Case
from workflows.tasks import Countdown

T = TypeVar("T")
Ended = Event | OnboardingOutcome | None
ENDINGS: dict[type[Event], OnboardingOutcome] = {
    Withdrawn: OnboardingOutcome.WITHDRAWN,
    DecidedToReject: OnboardingOutcome.REJECTED,
}


def outcome_of(ended: object) -> OnboardingOutcome | None:
    """How the onboarding ended, if it did."""
    return ended if isinstance(ended, OnboardingOutcome) else ENDINGS.get(type(ended))  # type: ignore[arg-type]


class Progress:
    """The case and its checklist, which the case always shows as it is."""

    def __init__(self, case: Case, terms: OnboardingTerms, checklist: Checklist) -> None:
        self.case, self.terms = case, terms
        self.checklist = checklist
        self._step: tuple[str, Countdown] | None = None
        """The provider's step that only a waiver has interrupted, and its clock."""

    def now(self, checklist: Checklist) -> None:
        self.checklist = checklist
        self.case.show(checklist=checklist.shown())

    def is_met(self, name: str) -> bool:
        found = self.checklist.find(name)
        return found is not None and found.state.is_met

    def done_without(self, waived: DecidedToWaive) -> None:
        self.now(self.checklist.waived(waived.requirement))

    async def of_provider(
        self,
        kind: TaskKind,
        *,
        attempts_left: int | None = None,
        closed_to: tuple[type[Event], ...] = (),
        done_when: Callable[[], bool] = lambda: False,
    ) -> Ended:
        """The provider's event, or how the onboarding ended; None when there is no more to wait for."""
        event = await self.case.wait_for(
            kind,
            clock=self.time_for(kind),
            attempts_left=attempts_left,
            closed_to=closed_to,
            done_when=done_when,
        )
        if event is None and done_when():
            self._step = None
            self.case.enter(kind.stage, at=workflow.now())  # what follows has its time from here
            return None
        return self.ending(event) or event

    def time_for(self, kind: TaskKind) -> Countdown:
        """How long the provider may leave a step undone. Waiving something else does not begin it anew: what
        operators stopped or extended stays so."""
        step = self._step
        clock = step[1] if step and step[0] == kind.name else self.case.countdown(self.terms.lapse_within)
        self._step = kind.name, clock
        return clock

    def ending(self, event: Event | None) -> OnboardingOutcome | None:
        """How an event, or silence, ends the onboarding. What is waived ends nothing."""
        if isinstance(event, DecidedToWaive):
            self.done_without(event)
        else:
            self._step = None
        return OnboardingOutcome.LAPSED if event is None else ENDINGS.get(type(event))

    def found(self, kind: TaskKind, event: str, told: dict[str, JsonValue] | None = None) -> None:
        """What an outside system said, as a change of its own. Whoever is next has its time from here on, and
        not since a question that may have waited long for its answer."""
        self.case.note(event, told)
        self.case.enter(kind.stage, at=workflow.now())

    async def looked_up(
        self, kind: TaskKind, unless_met: str, ask: Callable[[], Awaitable[T]]
    ) -> T | OnboardingOutcome | None:
        """What an outside system says; None where an operator did without it. People may end it meanwhile."""
        asking = asyncio.create_task(self.case.insist(ask))
        while True:
            event = await self.case.wait_for(kind, done_when=asking.done)
            if event is None:
                return asking.result()
            if isinstance(event, DecidedToWaive):
                self.done_without(event)
                if not self.is_met(unless_met):
                    continue
            asking.cancel()
            return ENDINGS.get(type(event))
