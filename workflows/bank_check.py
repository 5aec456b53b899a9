"""The check that a bank account is its provider's, in whatever case needs it (TCM-TEN-08..17, TCM-WX-03..07).

checking ──data in order──▶ paying in ──▶ amounts ──right──▶ proven
                              ▲             │ used up, lapsed
                              └─ cooling ◀──┘
checking ──data in order──▶ instructing ──▶ remittance ──in time──▶ proven
                              ▲                │ deadline
                              └── asking ◀─────┘
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from pydantic import JsonValue
from temporalio import workflow

from activities.bank_accounts import BankAccounts
from activities.bank_checks import BankChecks
from models.bank import (
    LAPSED,
    AccountCheck,
    AskedAccount,
    BankCheckTerms,
    CheckRef,
    Compared,
    Direction,
    Issue,
    Issued,
    IssueRound,
    NotIssued,
    SealedGuess,
    VoidCheck,
    WhyNotIssued,
)
from models.bank_account_tasks import BankCheckTasks
from models.bank_accounts import (
    AmountsEntered,
    AskedRemittance,
    DecidedToGrantRound,
    FoundRemittance,
    PaymentReturned,
    RemittanceMatched,
)
from models.cases import Event, Report
from models.clocks import Clock
from models.private import Sealed
from models.tasks import TaskKind
from workflows.calls import OUTSIDE, RECORD, call
from workflows.case import Case
from workflows.errands import Errands
from workflows.tasks import Countdown

T = TypeVar("T")
HEARD: tuple[type[Event], ...] = (RemittanceMatched, PaymentReturned)
"""What a case with a check takes as asides: it ends a wait only where it is about the account in question."""
NOT_RIGHT = "What was entered is not what was paid in."


class Proven(NamedTuple):
    """The account is the provider's: the bank's time where it told us, ours where the provider did."""

    round: int


class Unproven(NamedTuple):
    why: str
    may_have_another: bool = False
    """It was to remit, and there is nothing to guess in that: operators may grant one more round."""


Ended = Proven | Unproven | Event
"""How a check ends. An event is what the case's own moves interrupted it with."""


class BankCheck:
    """The rounds of one account after another."""

    def __init__(
        self, case: Case, terms: BankCheckTerms, tasks: BankCheckTasks, company_name: Callable[[], str]
    ) -> None:
        self.case, self.terms, self.tasks = case, terms, tasks
        self.voids = Errands()
        self.checking_data = False
        self.first_round, self.round = 1, 0
        self._heard: Event | None = None
        self._company_name = company_name
        self._opening = case.view
        self._compared: Compared | None = None

    # --- what the bank tells of

    @property
    def was_heard(self) -> bool:
        return self._heard is not None

    def take_heard(self) -> Event | None:
        heard, self._heard = self._heard, None
        return heard

    def hear(self, event: Event) -> None:
        self._heard = event

    def against(self, event: RemittanceMatched | PaymentReturned) -> str | None:
        """Why the bank does not mean the account that is being checked, or that was proven."""
        if self.was_heard:
            return "the bank has told of this account a moment ago"
        ours = self.first_round <= event.round <= self.round
        return None if ours else "another account was given since"

    # --- the check

    def begin(self) -> None:
        """Another account: no earlier round proves anything of it."""
        self._heard, self.first_round = None, self.round + 1

    def void(self, why: str) -> None:
        """What was issued for the account proves nothing any more. Nobody waits for that."""
        if self.round >= self.first_round:
            told = VoidCheck(ref=self._ref(self.round), why=why, at=workflow.now())
            self.voids.add(lambda: call(BankChecks.void, told, RECORD, summary=why))

    async def of(self, account: Sealed) -> Ended:
        """From the bank form to its end: the data first, then rounds as long as there are any."""
        data = await self._meanwhile(self.tasks.data_check, self._data_check(account))
        if isinstance(data, Event):
            return data
        if not data.ok:
            self.case.enter(self.tasks.stages.given_up, "data_refused", why=data.code)
            return Unproven(data.code or "data_refused")
        at = self.tasks.stages
        self.case.enter(at.paying_in if self._pays else at.instructing, "data_in_order")
        return await self.rounds(account)

    async def rounds(self, account: Sealed, *, granted: bool = False) -> Ended:
        """Round after round, until one proves the account or none is left."""
        at, case = self.tasks.stages, self.case
        while True:
            asked_at = workflow.now()
            issued = await self._issued(account, granted)
            granted = False
            if isinstance(issued, Event):
                return self._ended(issued)
            if isinstance(issued, NotIssued) and issued.until is None:
                used_up = issued.reason is WhyNotIssued.ROUNDS_USED_UP
                case.enter(at.given_up, "not_issued", why=issued.reason)
                return Unproven(issued.reason, may_have_another=used_up and not self._pays)
            until: datetime | None
            if isinstance(issued, NotIssued):
                until = issued.until
                case.enter(at.cooling_down, "must_cool_down")
            else:
                proof = self._by_amounts(issued) if self._pays else self._by_remittance(issued, asked_at)
                if ended := await proof:
                    return ended
                if issued.rounds_left == 0:
                    return self._used_up()
                until = self._cool_until()
            if until is not None:
                event = await self._unless_heard(self.tasks.cooling_down, until=until)
                if event is not None and not isinstance(event, DecidedToGrantRound):
                    return self._ended(event)
                granted = event is not None
            else:
                case.enter(at.instructing, "lapsed")

    async def _by_amounts(self, issued: Issued) -> Ended | None:
        """The provider types in what it received (TCM-TEN-13): one sentence for all that is not right.

        None where the round proved nothing."""
        clock, left = Countdown(Clock(deadline_at=issued.expires_at)), issued.attempts_left
        self.case.enter(self.tasks.stages.amounts, "paid_in", round=self.round, answer=None)
        while left:
            event = await self._unless_heard(
                self.tasks.amounts, clock=clock, attempts_left=left, weighed=self._weigh
            )
            if not isinstance(event, AmountsEntered):
                return self._ended(event) if event is not None else None
            assert self._compared is not None
            if self._compared.right:
                self.case.show(answer=None)
                return Proven(self.round)
            left = 0 if self._compared.expired else self._compared.attempts_left
            self.case.show(answer=NOT_RIGHT)
        return None

    async def _by_remittance(self, issued: Issued, since: datetime) -> Ended | None:
        """The provider remits (TCM-WX-05). Before a round is given up, the bank is asked what it received."""
        case, at = self.case, self.tasks.stages
        case.enter(at.remittance, "instructed", round=self.round)
        event = await self._unless_heard(self.tasks.remittance, until=issued.expires_at)
        if event is not None:
            return self._ended(event)
        asked = AskedRemittance(ref=self._ref(self.round), since=since)
        found = await self._meanwhile(self.tasks.asking, self._ask(asked))
        if isinstance(found, Event):
            return self._ended(found)
        if found.at is not None:
            case.enter(at.proven, "remittance_found", at=found.at)
            return Proven(self.round)
        self.void(LAPSED)
        return None

    def _used_up(self) -> Unproven:
        """Back to the bank form (AMB-36)."""
        if not self._pays:
            self.case.enter(self.tasks.stages.given_up, "lapsed")
        self.case.show(why=WhyNotIssued.ROUNDS_USED_UP, answer=None)
        return Unproven(WhyNotIssued.ROUNDS_USED_UP, may_have_another=not self._pays)

    def _cool_until(self) -> datetime | None:
        """Nothing could be guessed where the provider had to remit."""
        return self.case.since + self.terms.cool_down if self._pays else None

    def _ended(self, event: Event) -> Ended:
        match event:
            case RemittanceMatched(round=round):
                return Proven(round)
            case PaymentReturned():
                return Unproven(event.event)
        return event

    # --- calls

    @property
    def _pays(self) -> bool:
        """The platform does, and not the provider."""
        return self.terms.direction is Direction.PLATFORM_PAYS

    async def _issued(self, account: Sealed, granted: bool) -> Issue | Event:
        """What takes but a moment of our own database has no task."""
        issuing = self._issue(account, granted)
        return await self._meanwhile(self.tasks.paying_in, issuing) if self._pays else await issuing

    async def _data_check(self, account: Sealed) -> AccountCheck:
        asked = AskedAccount(
            ref=self._ref(self.round + 1), account=account, company_name=self._company_name()
        )
        self.checking_data = True
        try:
            return await self.case.insist(lambda: call(BankChecks.data_check, asked, OUTSIDE))
        finally:
            self.checking_data = False

    async def _issue(self, account: Sealed, granted: bool) -> Issue:
        """Issue a round and, where the platform pays, pay. Its number is never another round's."""
        assert self._opening.provider_id is not None
        await self.voids.finished()
        self.round += 1
        asked = IssueRound(
            ref=self._ref(self.round),
            provider_id=self._opening.provider_id,
            account=account,
            terms=self.terms,
            at=workflow.now(),
            granted=granted,
        )
        issued = await self.case.insist(lambda: call(BankChecks.issue, asked, RECORD))
        if isinstance(issued, Issued) and self._pays:
            await self.case.insist(lambda: call(BankChecks.pay, asked.ref, OUTSIDE))
        return issued

    async def _ask(self, asked: AskedRemittance) -> FoundRemittance:
        return await self.case.insist(lambda: call(BankAccounts.ask, asked, OUTSIDE))

    async def _weigh(self, report: Report[Any]) -> dict[str, JsonValue]:
        """Compare before the guess goes on record: its answer says what came of it."""
        event = report.event
        if not isinstance(event, AmountsEntered):
            return {}
        assert isinstance(event.guess, Sealed)
        guess = SealedGuess(
            ref=self._ref(self.round),
            key=report.key,
            guess=event.guess,
            terms=self.terms,
            at=report.occurred_at,
        )
        self._compared = await call(BankChecks.compare, guess, RECORD)
        return {"right": self._compared.right, "attempts_left": self._compared.attempts_left}

    def _ref(self, round: int) -> CheckRef:
        return CheckRef(market=self._opening.market, case_id=self._opening.case_id, round=round)

    # --- waiting

    async def _unless_heard(self, kind: TaskKind, **how: Any) -> Event | None:
        event = await self.case.wait_for(kind, done_when=lambda: self.was_heard, **how)
        return event or self.take_heard()  # what somebody was answered for is never forgotten

    async def _meanwhile(self, kind: TaskKind, work: Coroutine[Any, Any, T]) -> T | Event:
        """Do something outside with a task open: its result, or the event that made it needless."""
        working = asyncio.create_task(work)
        event = await self.case.wait_for(kind, done_when=lambda: working.done() or self.was_heard)
        if (ended := event or self.take_heard()) is None:
            return working.result()
        working.cancel()
        return ended
