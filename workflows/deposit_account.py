"""The life of one deposit account. It has no end of its own: what comes in, and the tariff, move it on.

unpaid ──paid in part──▶ short ──paid──▶ held ──tariff raised, category joined, forfeited──▶ short, or unpaid
  │ paid                                  ▲ │ more than is required: an excess, which may go back
  └───────────────────────────────────────┘ │
released, the provider leaves, or its onboarding came to nothing
  ▼
releasing ──no hold, no violation undecided, no order open──▶ closed: released, or forfeited
"""

import asyncio
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.deposits import Deposits
from models.cases import Answer, CaseView, Event, Report
from models.clocks import Clock
from models.deposit_tasks import ARRIVED, OPEN_ORDERS, RELEASE_DECISION, task_of
from models.deposits import (
    AskedOrders,
    AskedTariff,
    DecidedOnCategories,
    DecidedToForfeit,
    DecidedToHold,
    DecidedToLift,
    DecidedToRelease,
    DecidedToReturnExcess,
    DepositAccount,
    DepositEvent,
    DepositOutcome,
    DepositStage,
    PaymentRequested,
    ReleaseRequested,
    TariffInForce,
)
from models.interventions import SECOND_APPROVAL, InStead
from models.payments import Paid
from models.rules import deposits as rules
from models.tasks import Leads
from models.telling import CooperationEnded, TariffChanged
from workflows.calls import RECORD, call
from workflows.case import Case, Rest
from workflows.deposit_money import DepositMoney
from workflows.deposit_telling import DepositTelling
from workflows.inbox import Aside
from workflows.record import cause_of
from workflows.tasks import Countdown


@workflow.defn(name="DepositAccount")
class DepositAccounting:
    @workflow.init
    def __init__(self, account: DepositAccount) -> None:
        self.account, self.terms = account, account.terms
        self.case = Case(
            account.opening,
            account.carried,
            remind_before=lambda: self.terms.remind_before,
            needs_approval=self._needs_approval,
            # Who asks for a page changes no figures: what waits for a second operator goes on waiting.
            asides={PaymentRequested: Aside(self._asked, self._against_asking)},
            worry_after=lambda: self.terms.worry_after,
        )
        self.money = DepositMoney(self.case, account)
        self.telling = DepositTelling(account, self.money)
        self.stage = account.deposit.stage
        self.notice = self._carried_notice()
        self.in_force: TariffInForce | None = None
        self.asking_for_tariff = asyncio.Lock()
        self.orders_ended = False
        self.events = self.contests = 0

    @workflow.run
    async def run(self, _: DepositAccount) -> str:
        self.telling.begin()
        self.money.give_what_is_left()
        return await self.case.tell(self.story())

    async def story(self) -> DepositOutcome:
        while True:
            match await self._next():
                case Rest():
                    self._continue_as_new()
                case ReleaseRequested() | CooperationEnded() | DecidedToRelease() as leaving:
                    return await self._release(rules.still_decided(leaving, decided=False))
                case event:
                    self._apply(event)

    async def _next(self) -> Event | Rest | None:
        """What comes next to an open account, or None once a notice is over (AMB-04)."""
        deposit = self.money.deposit
        if (moved := ARRIVED.get((self.stage, deposit.stage))) is not None:
            self.case.enter(deposit.stage, moved)
        self.stage = deposit.stage
        self._keep_notice()
        self._show(self.stage)
        return await self.case.wait_or_rest(
            task_of(self.stage, noticed=self._noticed),
            clock=self.notice if self.notice and self._noticed else Countdown(Clock()),
            rest_when=self._may_rest,
            closed_to=rules.closed_to(deposit),
        )

    def _apply(self, event: Event | None) -> None:
        self.events += 1
        match event:
            case Paid():
                self.money.take(event)
            case PaymentRequested():
                self.money.ask(event)
            case TariffChanged() if self.in_force:
                self.money.change(tariff=self.in_force.tariff, tariff_version=self.in_force.version)
            case DecidedOnCategories() if self.in_force:
                # Whoever joins or leaves a category is measured by what the market asks for now.
                self.money.change(
                    categories=event.categories,
                    tariff=self.in_force.tariff,
                    tariff_version=self.in_force.version,
                )
            case DecidedToHold():
                self.money.change(on_hold=True, blemished=True)
            case DecidedToLift():
                self.money.change(on_hold=False)
            case DecidedToForfeit():
                self.money.forfeit(event.amount_fen)
            case DecidedToReturnExcess():
                self.money.give_back(event.amount_fen)

    # --- the end

    async def _release(self, decided: bool) -> DepositOutcome:
        """Everything goes back, once: never on hold, after a violation only as an operator decides, and never
        while an order of the provider is open (ALI-DEP-13, AMB-05, AMB-39)."""
        case, money = self.case, self.money
        self._show(DepositStage.RELEASING)
        event = await self._obstacle(decided)
        while event is not None or rules.needs_decision(money.deposit, decided=decided):
            decided = rules.still_decided(event, decided=decided)
            self._apply(event)
            self._show(DepositStage.RELEASING)
            event = await self._obstacle(decided)
        money.give_back(money.deposit.held_fen)
        self._show(DepositStage.RELEASING)  # what is on its way is no longer held, however long that takes
        case.note("no_open_orders", open_orders=0)
        await money.is_back()
        await self.telling.last()
        self._show(DepositStage.CLOSED)
        case.note("account_settled")
        return rules.outcome_of(money.deposit)

    async def _obstacle(self, decided: bool) -> Event | None:
        """What an operator did while something stood against the release; None once nothing does."""
        deposit = self.money.deposit
        closed_to = rules.closed_to(deposit)
        if rules.needs_decision(deposit, decided=decided):
            return await self.case.wait_for(RELEASE_DECISION, closed_to=closed_to)
        self.orders_ended = False
        watching = asyncio.create_task(self._watch_orders())
        try:
            return await self.case.wait_for(
                OPEN_ORDERS, closed_to=closed_to, done_when=lambda: self.orders_ended and not self._contested
            )
        finally:
            watching.cancel()

    async def _watch_orders(self) -> None:
        opening, seen = self.account.opening, 0
        asked = AskedOrders(market=opening.market, provider_id=self.account.provider_id)
        while found := (await call(Deposits.open_orders, asked, RECORD, summary=asked.provider_id)).orders:
            if found != seen:
                self.case.note("orders_open", open_orders=found)
            seen = found
            await workflow.sleep(self.terms.recheck_every, summary="until open orders are counted again")
        self.orders_ended = True

    # --- its events

    @workflow.update
    async def report(self, report: Report[DepositEvent]) -> Answer:
        if not isinstance(report.event, TariffChanged | DecidedOnCategories):
            self._refuse(report.event)  # again: the figures may be others than when the validator looked
            contests = isinstance(report.event, DecidedToForfeit)
            return await (self._contest(report) if contests else self.case.take(report))
        asked = AskedTariff(market=self.account.opening.market)
        async with self.asking_for_tariff:  # one at a time: each is measured by what was asked for it
            self.in_force = await self._tariff_in_force(asked)
            self._refuse(report.event, self.in_force)
            return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[DepositEvent]) -> None:
        self.case.refuse_out_of_turn(report)
        self._refuse(report.event)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    def _refuse(self, event: Any, in_force: TariffInForce | None = None) -> None:
        """Raise for what the figures do not allow, as they are at this moment."""
        act, deposit = event.act if isinstance(event, InStead) else event, self.money.deposit
        tariff = in_force.tariff if in_force else None
        found = rules.against(act, rules.Figures.of(self.terms, deposit), tariff)
        if in_force and isinstance(act, TariffChanged):
            found += rules.against_tariff(deposit, in_force)
        if found:
            raise self._refusal("; ".join(f"{each.field}: {each.detail}" for each in found))

    def _refusal(self, why: str) -> ApplicationError:
        return ApplicationError(why, self.case.view, type="OutOfTurn", non_retryable=True)

    async def _tariff_in_force(self, asked: AskedTariff) -> TariffInForce:
        try:
            return await call(Deposits.tariff, asked, RECORD, summary=asked.market)
        except ActivityError as error:
            if cause_of(error)[0] == "Refused":
                raise self._refusal("the market asks for no deposit now") from error
            raise

    async def _contest(self, report: Report[Any]) -> Answer:
        """From the decision on, and whatever a second operator says, nothing is released by itself."""
        self.contests += 1
        try:
            answer = await self.case.take(report)
            self.money.change(blemished=True)
            return answer
        finally:
            self.contests -= 1

    @property
    def _contested(self) -> bool:
        return bool(self.contests) or self._undecided

    @property
    def _undecided(self) -> bool:
        return any(task.name == SECOND_APPROVAL for task in self.case.view.tasks)

    def _asked(self, wanted: PaymentRequested) -> None:
        self._apply(wanted)

    def _against_asking(self, _: PaymentRequested) -> str | None:
        """A page that never comes keeps the account in its run, which takes but so many events."""
        full = self.events >= self.account.events_a_run and self.money.is_asking
        return "too many pages were asked for: wait until the last one is there" if full else None

    def _needs_approval(self, _: Leads, act: Event) -> bool:
        held, above = self.money.deposit.held_fen, self.terms.approval_above_fen
        return rules.needs_second_operator(act, held, above)

    # --- what is shown, and what is carried

    def _show(self, stage: DepositStage) -> None:
        deposit = self.money.deposit
        shown = rules.blocks(self.terms, deposit, stage, noticed=self._noticed)
        self.case.show(**rules.facts(self.terms, deposit, shown))

    @property
    def _noticed(self) -> bool:
        """A notice runs, or is paused."""
        return self.notice is not None and not self.notice.clock.is_late(workflow.now())

    def _keep_notice(self) -> None:
        """One notice for each time that what is held falls short, and only for who is onboarded (AMB-04)."""
        if self.stage is DepositStage.HELD:
            self.notice = None
            self.money.change(covered_once=True)
        elif self.notice is None and self.terms.top_up_within is not None and self._is_onboarded:
            self.notice = self.case.countdown(self.terms.top_up_within)

    @property
    def _is_onboarded(self) -> bool:
        return self.account.onboarding is None or self.money.deposit.covered_once

    def _carried_notice(self) -> Countdown | None:
        carried = self.account.carried
        clock = carried.clocks.get("notice") if carried else None
        return Countdown(clock, reminded_at=self.account.deposit.reminded_at) if clock else None

    def _may_rest(self) -> bool:
        long = workflow.info().is_continue_as_new_suggested() or self.events >= self.account.events_a_run
        return long and self.money.idle and self.telling.done and not self._undecided

    def _continue_as_new(self) -> None:
        clocks = {"notice": self.notice} if self.notice else {}
        if self.notice:
            self.money.change(reminded_at=self.notice.reminded_at)
        deposit, carried = self.money.deposit, self.case.carried(**clocks)
        workflow.continue_as_new(self.account.model_copy(update={"deposit": deposit, "carried": carried}))
