"""How the corporate number is opened: flow 2 registers it, flow 3 activates it (TCM-TEN, AMB-32).

awaiting form ──▶ awaiting scan ──the administrator's──▶ reviewing ──approved──▶ proving account
     ▲                                                       │ rejected              │ ▲
     └───────────────────────────────────────────────────────┘                proven │ │ unproven
              open ◀──started── ready ◀──the applicant's── awaiting signature ◀──────┘ │
                                  └────────────────────────────┴───────────────────────┘
from anywhere but open: withdrawn, rejected by operators, left alone for too long ──▶ given up
"""

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import workflow

from models.b2b_numbers import (
    AdministratorScanned,
    AgreementSigned,
    B2BFormSubmitted,
    B2BStage,
    B2BTerms,
    CollectionStarted,
    Part,
    RegistrationApproved,
    RegistrationRejected,
)
from models.b2b_tasks import ACCOUNT, ESCALATED_REVIEW, FORM, REVIEW, SCAN, SIGNATURE, START
from models.cases import Event
from models.tasks import TaskKind
from models.telling import AccountChanged
from workflows.b2b_form import B2BForm
from workflows.lane import Lane
from workflows.merchant_company import Company, CompanyMended, Ended, NumberGivenUp
from workflows.withdrawal_account import WithdrawalAccount

LAPSED = B2BStage.GIVEN_UP
"""Where a step leads that was left alone for too long."""


class B2BNumber:
    def __init__(self, lane: Lane, company: Company, terms: B2BTerms) -> None:
        self.lane, self.company, self.terms = lane, company, terms
        self.form = B2BForm(lane, company, terms)
        self.bank_account = WithdrawalAccount(lane, company.account)
        self.number = ""

    async def open(self) -> Ended:
        self.lane.show(part=Part.REGISTRATION, reasons=[], signed=False)
        steps: dict[B2BStage, Callable[[], Awaitable[B2BStage]]] = {
            B2BStage.AWAITING_FORM: self._form,
            B2BStage.AWAITING_SCAN: self._scan,
            B2BStage.REVIEWING: self._review,
            B2BStage.PROVING_ACCOUNT: self._proof,
            B2BStage.AWAITING_SIGNATURE: self._signature,
            B2BStage.READY: self._start,
        }
        stage = B2BStage.AWAITING_FORM
        try:
            while stage in steps:
                try:
                    stage = await steps[stage]()
                except CompanyMended:
                    stage = self._begun_again()
        except NumberGivenUp as given_up:
            self.lane.enter(B2BStage.GIVEN_UP, "given_up", why=given_up.ended)
            return given_up.ended
        finally:
            self.bank_account.let_go()
        if stage is LAPSED:
            self.lane.enter(stage, why=Ended.LAPSED)
            return Ended.LAPSED
        self.lane.enter(stage, number=self.number, opened_at=self.lane.since.isoformat())
        return Ended.OPENED

    def account_changed(self, told: AccountChanged) -> None:
        self.bank_account.hear(told)

    # --- flow 2: the collection function is registered

    async def _form(self) -> B2BStage:
        sent = await self._owed(FORM, weighed=self.form.weigh)
        if not isinstance(sent, B2BFormSubmitted):
            return LAPSED
        return B2BStage.AWAITING_SCAN if self.form.takes(sent) else B2BStage.AWAITING_FORM

    async def _scan(self) -> B2BStage:
        """The super administrator's phone (TCM-TEN-04). Until then the form may be mended."""
        closed_to = (B2BFormSubmitted,) if self.company.is_long else ()
        match await self._owed(SCAN, weighed=self.form.weigh, closed_to=closed_to):
            case B2BFormSubmitted() as again:
                self.form.takes(again)
                return B2BStage.AWAITING_SCAN
            case AdministratorScanned(application_number=number):
                self.lane.show(application_number=number)
                return B2BStage.REVIEWING
        return LAPSED

    async def _review(self) -> B2BStage:
        """The payment company's. Where it is late, operators may say what it never said (TCM-TEN-06)."""
        decided = await self._wait_for(REVIEW, within=self.terms.review_within)
        match decided or await self._wait_for(ESCALATED_REVIEW):
            case RegistrationRejected(reasons=reasons):
                self.lane.show(reasons=[each.model_dump(mode="json") for each in reasons])
                return B2BStage.AWAITING_FORM
            case RegistrationApproved(registration_number=number):
                self.number = number
                self.lane.show(registration_number=number, part=Part.ACTIVATION)
        return B2BStage.PROVING_ACCOUNT

    # --- flow 3: it is activated

    async def _proof(self) -> B2BStage:
        """The account is the company's own (TCM-TEN-10..13). What was proven before counts."""
        self.bank_account.follow()
        self.lane.show(signed=False)
        known = "account_proven" if self.bank_account.proven else None
        await self._owed(ACCOUNT, done_when=lambda: self.bank_account.proven)
        if not self.bank_account.proven:
            return LAPSED
        self.lane.enter(B2BStage.AWAITING_SIGNATURE, known, at=workflow.now())  # its time begins here
        return B2BStage.AWAITING_SIGNATURE

    async def _signature(self) -> B2BStage:
        """The applicant's, and only for an account that was checked (TCM-TEN-14, -16)."""
        signed = await self._while_proven(SIGNATURE)
        if not isinstance(signed, AgreementSigned):
            return self._nothing_came()
        self.lane.show(signed=True)
        return B2BStage.READY

    async def _start(self) -> B2BStage:
        """All three parts are there: the provider starts to collect (TCM-TEN-15)."""
        started = await self._while_proven(START)
        return B2BStage.OPEN if isinstance(started, CollectionStarted) else self._nothing_came()

    def _begun_again(self) -> B2BStage:
        """The wallet turned the company's data down: they were mended, and are sent again (TCM-MCH-10)."""
        self.lane.show(signed=False, part=Part.REGISTRATION)
        self.lane.enter(B2BStage.AWAITING_FORM, "company_mended", at=workflow.now())
        return B2BStage.AWAITING_FORM

    # --- waiting

    async def _wait_for(self, kind: TaskKind, **how: Any) -> Event | None:
        return await self.company.wait_for(self.lane, kind, **how)

    async def _owed(self, kind: TaskKind, **how: Any) -> Event | None:
        return await self._wait_for(kind, within=self.company.account.terms.lapse_within, **how)

    async def _while_proven(self, kind: TaskKind) -> Event | None:
        account = self.bank_account
        return await self._owed(kind, closed_to=account.keeps_back, done_when=lambda: not account.proven)

    def _nothing_came(self) -> B2BStage:
        """For too long; or the account is unproven again, and then it is proven and signed for anew."""
        if self.bank_account.proven:
            return LAPSED
        self.lane.enter(B2BStage.PROVING_ACCOUNT, "account_unproven", at=workflow.now())
        return B2BStage.PROVING_ACCOUNT
