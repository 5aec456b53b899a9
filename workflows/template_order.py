"""The life of one template order.

unpaid ──paid──▶ implementing ──version approved──▶ confirming ──accepted, or 7 days──▶ closed
  │ cancelled,     │  ▲      ▲                        │  │  │
  │ 3 days         │  │      └────rework requested────┘  │  │
  ▼                │  └─resume, give days─┐              │  │ appealed
closing payment    │ appealed             │              │  │
  │                ├──────────────▶ appealing ◀──────────┼──┘
  │                │ declined,            │ refund,      │ refund requested
  │                ▼ 30 days              ▼ accept       ▼
  │              refunding ──▶ closed   refunding, or closed
  │ paid in time after all ──▶ implementing
  ▼
closed: a cancelled order stays cancelled, and its money finds its own way back
"""

from collections import Counter

from temporalio import workflow

from models.appeals import (
    AppealTerms,
    BuyerAppealed,
    BuyerStated,
    DecidedToGiveDays,
    DecidedToResume,
    ProviderAppealed,
    ProviderStated,
)
from models.cases import Answer, CaseView, Event, Report
from models.order_tasks import (
    CERTIFICATION,
    CONFIRMATION,
    HEARINGS,
    IMPLEMENTATION,
    VERSION_REVIEW,
)
from models.orders import (
    COMPLETES,
    ENDINGS,
    BusinessCertified,
    Cancelled,
    OrderEvent,
    OrderOutcome,
    PlacedOrder,
    ReworkRequested,
    TermsChanged,
    VersionApproved,
    VersionRejected,
    VersionSubmitted,
)
from models.periods import local_date
from models.rules.appeals import FROM_THE_IDLE, closed_to, reworks_left
from models.rules.approvals import needs_second_operator
from models.rules.services import period_of
from models.rules.terms import longer, too_late
from models.tasks import Leads, TaskKind
from workflows.appeal import heard
from workflows.case import Case
from workflows.inbox import Aside
from workflows.order_money import OrderMoney
from workflows.tasks import Countdown


@workflow.defn
class TemplateOrder:
    @workflow.init
    def __init__(self, order: PlacedOrder) -> None:
        self.order, self.terms = order, order.terms
        self.case = Case(
            order.opening,
            remind_before=lambda: self.terms.remind_before,
            needs_approval=self._needs_approval,
            worry_after=lambda: self.terms.worry_after,
            asides={
                TermsChanged: Aside(self._change_terms, self._against_terms, needs_task=False),
                BuyerStated: Aside(self._count, self._against_statement),
                ProviderStated: Aside(self._count, self._against_statement),
            },
        )
        self.money = OrderMoney(self.case, order)
        self.reworks = self.appeals = 0
        self.hearing: AppealTerms | None = None
        self.statements: Counter[str] = Counter()

    @workflow.run
    async def run(self, order: PlacedOrder) -> str:
        self.case.show(**order.facts())
        return await self.case.tell(self.story(order))

    async def story(self, order: PlacedOrder) -> OrderOutcome:
        if order.amount_fen > 0:
            match await self.money.awaited(self.terms.pay_within):
                case Cancelled():
                    return self._given_up(OrderOutcome.CANCELLED)
                case None:
                    return self._given_up(OrderOutcome.UNPAID)
        outcome = await self._delivery()
        return self._completed(outcome) if outcome in COMPLETES else await self._give_back(outcome)

    async def _delivery(self) -> OrderOutcome:
        """Built, reviewed and confirmed, and sent back for rework as often as the terms allow."""
        work = self.case.countdown(self.terms.implement_within)
        while True:
            match await self._implementation(work):
                case None:
                    return OrderOutcome.NOT_IMPLEMENTED
                case VersionApproved():
                    unused = work.clock.left_at(self.case.since)
                case ended:
                    return ENDINGS[type(ended)]
            offered = self.terms  # what is open keeps its terms until it opens anew
            match await self._confirmation():
                case None:
                    return OrderOutcome.ACCEPTED_BY_SILENCE
                case ReworkRequested():
                    self.reworks += 1
                    self.case.show(reworks=self.reworks)
                    least = max(offered.least_rework, self.terms.least_rework)
                    work = self.case.countdown(max(unused, least))
                case ended:
                    return ENDINGS[type(ended)]

    @workflow.update
    async def report(self, report: Report[OrderEvent]) -> Answer:
        return await self.case.take(report)

    @report.validator
    def _in_turn(self, report: Report[OrderEvent]) -> None:
        self.case.refuse_out_of_turn(report)

    @workflow.query
    def view(self) -> CaseView:
        return self.case.view

    async def _implementation(self, clock: Countdown) -> Event | None:
        """One clock for building and review, whatever is rejected on the way (AMP-IMP-04, -08, -10)."""
        if self.order.certify_as_business and not self.reworks:
            certified = await self.case.wait_for(CERTIFICATION, clock=clock)
            if not isinstance(certified, BusinessCertified):
                return certified
        while True:
            built = await self._unless_appealed(IMPLEMENTATION, clock)
            if not isinstance(built, VersionSubmitted):
                return built
            self.case.show(version_submitted=True)
            reviewed = await self.case.wait_for(VERSION_REVIEW, clock=clock)
            if not isinstance(reviewed, VersionRejected):
                return reviewed

    async def _confirmation(self) -> Event | None:
        """Each approval opens days of its own to confirm in (AMP-CONF-01)."""
        left = reworks_left(self.terms, self.reworks) if self.terms.rework else None
        clock = self.case.countdown(self.terms.confirm_within)
        return await self._unless_appealed(CONFIRMATION, clock, attempts_left=left)

    async def _unless_appealed(
        self, kind: TaskKind, clock: Countdown, attempts_left: int | None = None
    ) -> Event | None:
        """Wait for a task; after an appeal that changes nothing it goes on with the time that was left."""
        while True:
            terms = self.terms.appeal
            gates = {FROM_THE_IDLE[kind.name]: self.case.countdown(terms.idle_for)} if terms else {}
            closed = closed_to(kind, self.terms, self.reworks, self.appeals)
            event = await self.case.wait_for(
                kind, clock=clock, attempts_left=attempts_left, closed_to=closed, gates=gates
            )
            if terms is None or not isinstance(event, BuyerAppealed | ProviderAppealed):
                return event
            self.appeals, self.hearing = self.appeals + 1, terms
            ended = await heard(self.case, HEARINGS[kind.name], clock, terms)
            if not isinstance(ended, DecidedToResume | DecidedToGiveDays):
                return ended

    async def _give_back(self, outcome: OrderOutcome) -> OrderOutcome:
        """A full refund, if anything was paid (AMP-IMP-05)."""
        await self.money.give_back(outcome)
        return self._given_up(outcome)

    def _completed(self, outcome: OrderOutcome) -> OrderOutcome:
        """The service begins, and the provider is owed its part."""
        service = period_of(local_date(self.case.since), self.order.service_for, self.order.running_until)
        self.case.show(service_since=service.since.isoformat(), service_until=service.until.isoformat())
        self.money.earned(self.terms.commission_rate)
        return outcome

    def _given_up(self, outcome: OrderOutcome) -> OrderOutcome:
        """Ordering gave an authorisation, and giving up calls for its end (AMP-ORD-18, AMB-55)."""
        self.case.show(authorisation="to_be_revoked")
        return outcome

    def _needs_approval(self, leads: Leads, _: Event) -> bool:
        return needs_second_operator(leads, self.order.amount_fen, self.terms.approval_above_fen)

    def _count(self, stated: Event) -> None:
        self.statements[stated.event] += 1

    def _against_statement(self, stated: Event) -> str | None:
        most = self.hearing.statements if self.hearing else 0
        return None if self.statements[stated.event] < most else f"{most} statements of a side are enough"

    def _against_terms(self, changed: TermsChanged) -> str | None:
        if self.case.policy_version != changed.before or changed.before == changed.policy_version:
            return f"the order runs by {self.case.policy_version}"
        by = longer(self.terms, changed.terms, reworking=self.reworks > 0)
        return too_late(self.case.retimed(by), workflow.now())

    def _change_terms(self, changed: TermsChanged) -> None:
        by = longer(self.terms, changed.terms, reworking=self.reworks > 0)
        self.terms = changed.terms
        self.case.retime(changed.policy_version, by)
