"""What the numbers of one merchant account share: the company's data, drafts, and who gives a number up."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from pydantic import JsonValue
from temporalio import workflow

from activities.merchant_accounts import MerchantAccounts
from models.cases import Event, Report
from models.merchant_accounts import DraftSaved, MerchantAccount, MerchantAccountOutcome, Number, TwoCompanies
from models.private import Sealed
from models.rules.merchant_company import BEGINS_AGAIN, OPENED_BEFORE, is_bound
from models.tasks import TaskKind
from workflows.calls import RECORD, call
from workflows.lane import Lane

T = TypeVar("T")
Ended = MerchantAccountOutcome
"""What becomes of one number: opened, withdrawn, lapsed, rejected."""
AWAITING_FORM = "awaiting_form"
"""Where either number owes its form."""
MOST_BYTES = 3 * 1024 * 1024
"""How long a case may become by what a provider only replaces: from 4 MB on Temporal finds it too long."""


class NumberGivenUp(Exception):
    """Somebody ended a number that was not open yet."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended)
        self.ended = ended


class CompanyMended(Exception):
    """The other number was turned down, and its form was mended: this one has to be sent again."""


class Company:
    """One set of company data for both numbers (TCM-MCH-10, -11). Stories are named by their numbers."""

    def __init__(self, case: Lane, account: MerchantAccount, lanes: Mapping[Number, Lane]) -> None:
        self.case, self.account, self.lanes = case, account, lanes
        self.form: Sealed | None = None
        self.name = ""
        self._given_up: dict[Number, Ended] = {}
        self._differs: dict[Number, list[JsonValue]] = {}
        self._open_before: dict[str, str] = {}
        self._mended: set[Number] = set()
        """Numbers that begin again with the form as it was mended."""

    # --- the form

    def was_opened_with(self, form: Sealed, numbers: tuple[Number, ...]) -> None:
        """Another case opened these numbers with this form: nothing here may differ from it."""
        self.form = form
        self._open_before = {OPENED_BEFORE: "open"}
        opened: dict[str, JsonValue] = {OPENED_BEFORE: [*numbers]}
        self.case.show(company=form.model_dump(mode="json"), **opened)

    async def weigh(self, report: Report[Any]) -> dict[str, JsonValue]:
        """For `weighed`: a form that came together with the other number's is the same (TCM-MCH-10)."""
        event = report.event
        number = Number.WALLET if event.event == "wallet_form_submitted" else Number.B2B
        differs: tuple[str, ...] = ()
        compared: Sealed | None = None
        while self._is_used(number) and isinstance(event.company, Sealed) and compared is not self.form:
            compared = self.form
            assert compared is not None
            two = TwoCompanies(case_id=self.account.opening.case_id, first=compared, second=event.company)
            differs = (await call(MerchantAccounts.compare, two, RECORD, summary=number)).fields
        self._differs[number] = [*differs]
        return {"differs": [*differs]} if differs else {}

    def takes(self, lane: Lane, company: Sealed | None) -> bool:
        """Whether the form that was weighed may be used. Its number stays where it is otherwise."""
        number = Number(lane.name)
        differs = self._differs.pop(number, [])
        refused = bool(differs) and self._is_bound(number)
        lane.show(differs=differs if refused else [])
        if refused:
            return False
        if differs:
            used = {other for other, stage in self._stages.items() if stage in BEGINS_AGAIN}
            self._mended |= {Number(other) for other in used if other != number}
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
        if lane is None or lane.stage != AWAITING_FORM:
            return f"no form of {saved.number} is owed"
        return "too many drafts were saved: submit the form" if self.is_long else None

    @property
    def is_long(self) -> bool:
        """Nothing is taken any more that only replaces what is there: whatever else comes has to fit."""
        info, most = workflow.info(), self.account.terms.events_replaced
        return info.get_current_history_length() > most or info.get_current_history_size() > MOST_BYTES

    # --- giving a number up

    def give_up(self, number: Number | None, how: Ended) -> None:
        """The number, or every one. For what is open it comes too late."""
        for each in self.lanes:
            if number in (None, each):
                self._given_up.setdefault(each, how)

    def is_given_up(self, lane: Lane) -> bool:
        return Number(lane.name) in self._given_up

    def stop_if_given_up(self, lane: Lane) -> None:
        if (ended := self._given_up.get(Number(lane.name))) is not None:
            raise NumberGivenUp(ended)

    async def wait_for(
        self, lane: Lane, kind: TaskKind, *, done_when: Callable[[], bool] = lambda: False, **how: Any
    ) -> Event | None:
        """As a lane waits. Raises NumberGivenUp when its number was, CompanyMended when its form is another
        now; what was accepted before counts."""

        def is_over() -> bool:
            return self.is_given_up(lane) or Number(lane.name) in self._mended or done_when()

        event = await lane.wait_for(kind, done_when=is_over, **how)
        if event is None:
            self.stop_if_given_up(lane)
            self._stop_if_mended(lane)
        return event

    async def meanwhile(self, lane: Lane, kind: TaskKind, work: Coroutine[Any, Any, T]) -> T | Event:
        """Do something outside with a task open: its result, or the event that made it needless."""
        working = asyncio.create_task(work)
        try:
            event = await self.wait_for(lane, kind, done_when=working.done)
            return event or working.result()
        finally:
            working.cancel()

    def _stop_if_mended(self, lane: Lane) -> None:
        if (number := Number(lane.name)) in self._mended:
            self._mended.discard(number)
            raise CompanyMended

    def _is_used(self, number: Number) -> bool:
        return self.form is not None and is_bound(number, self._stages, turned_down=False)

    def _is_bound(self, number: Number) -> bool:
        facts = self.case.view.data.get(number)
        turned_down = isinstance(facts, dict) and bool(facts.get("reasons"))
        return is_bound(number, self._stages, turned_down=turned_down)

    @property
    def _stages(self) -> dict[str, str | None]:
        return {**{str(each): lane.stage for each, lane in self.lanes.items()}, **self._open_before}
