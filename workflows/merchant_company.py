"""What the numbers of one merchant account share: the company's data, drafts, and who gives a number up."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from pydantic import JsonValue

from activities.merchant_accounts import MerchantAccounts
from models.cases import Event, Report
from models.merchant_accounts import DraftSaved, MerchantAccount, MerchantAccountOutcome, Number, TwoCompanies
from models.private import Sealed
from models.rules.merchant_company import is_bound
from models.tasks import TaskKind
from workflows.calls import RECORD, call
from workflows.lane import Lane

T = TypeVar("T")
Ended = MerchantAccountOutcome
"""What becomes of one number: opened, withdrawn, lapsed, rejected."""
AWAITING_FORM, OPEN, GIVEN_UP = "awaiting_form", "open", "given_up"
"""Stages that both numbers have."""


class NumberGivenUp(Exception):
    """Somebody ended a number that was not open yet."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended)
        self.ended = ended


class Company:
    """One set of company data for both numbers (TCM-MCH-10, -11). Stories are named by their numbers."""

    def __init__(self, case: Lane, account: MerchantAccount, lanes: Mapping[Number, Lane]) -> None:
        self.case, self.account, self.lanes = case, account, lanes
        self.form: Sealed | None = None
        self.name = ""
        self._given_up: dict[Number, Ended] = {}
        self._differs: dict[Number, list[JsonValue]] = {}

    # --- the form

    async def weigh(self, report: Report[Any]) -> dict[str, JsonValue]:
        """For `weighed`: a form that came together with the other number's is the same (TCM-MCH-10)."""
        event = report.event
        number = Number.WALLET if event.event == "wallet_form_submitted" else Number.B2B
        differs: tuple[str, ...] = ()
        compared: Sealed | None = None
        while self._is_bound(number) and isinstance(event.company, Sealed) and compared is not self.form:
            compared = self.form
            assert compared is not None
            two = TwoCompanies(case_id=self.account.opening.case_id, first=compared, second=event.company)
            differs = (await call(MerchantAccounts.compare, two, RECORD, summary=number)).fields
        self._differs[number] = [*differs]
        return {"differs": [*differs]} if differs else {}

    def takes(self, lane: Lane, company: Sealed | None) -> bool:
        """Whether the form that was weighed may be used. Its number stays where it is otherwise."""
        differs = self._differs.pop(Number(lane.name), [])
        lane.show(differs=differs)
        if differs:
            return False
        self.form = company or self.form
        if company is not None:
            self.case.show(company=company.model_dump(mode="json"))
        lane.show(draft=None)
        return True

    # --- drafts

    def save(self, saved: DraftSaved) -> None:
        assert isinstance(saved.draft, Sealed)
        self.lanes[saved.number].show(draft=saved.draft.model_dump(mode="json"))

    def against_saving(self, saved: DraftSaved) -> str | None:
        lane = self.lanes.get(saved.number)
        return None if lane and lane.stage == AWAITING_FORM else f"no form of {saved.number} is owed"

    # --- giving a number up

    def give_up(self, number: Number | None, how: Ended) -> None:
        """The number, or every one that is still to be opened."""
        for each, lane in self.lanes.items():
            if number in (None, each) and lane.stage not in (OPEN, GIVEN_UP):
                self._given_up.setdefault(each, how)

    def is_given_up(self, lane: Lane) -> bool:
        return Number(lane.name) in self._given_up

    def stop_if_given_up(self, lane: Lane) -> None:
        if (ended := self._given_up.get(Number(lane.name))) is not None:
            raise NumberGivenUp(ended)

    async def wait_for(
        self, lane: Lane, kind: TaskKind, *, done_when: Callable[[], bool] = lambda: False, **how: Any
    ) -> Event | None:
        """As a lane waits. Raises NumberGivenUp when its number was; what was accepted before counts."""
        event = await lane.wait_for(kind, done_when=lambda: self.is_given_up(lane) or done_when(), **how)
        if event is None:
            self.stop_if_given_up(lane)
        return event

    async def meanwhile(self, lane: Lane, kind: TaskKind, work: Coroutine[Any, Any, T]) -> T | Event:
        """Do something outside with a task open: its result, or the event that made it needless."""
        working = asyncio.create_task(work)
        try:
            event = await self.wait_for(lane, kind, done_when=working.done)
            return event or working.result()
        finally:
            working.cancel()

    def _is_bound(self, number: Number) -> bool:
        stages = {str(each): lane.stage for each, lane in self.lanes.items()}
        return self.form is not None and is_bound(number, stages)
