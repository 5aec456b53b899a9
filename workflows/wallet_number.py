"""How the wallet's number is opened: flow 1 (TCM-WX, AMB-32).

awaiting form ──form──▶ submitting ──▶ under review ──all three there──▶ open
   ▲    ▲                │     ▲            │  ▲│
   │    └──── corrected ─┘     └─ lapsed ───┤  │└── frozen ──▶ frozen
   └─── rejected, canceled, used up ────────┘  └──── thawed ─────┘
from anywhere but open: withdrawn, rejected by operators, left alone for too long ──▶ given up
"""

from collections.abc import Awaitable, Callable

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.applyments import Applyments
from models.applyments import SeenApplyment, SubmitApplyment
from models.documents import DocumentRef
from models.merchant_account_tasks import WALLET_FORM, WALLET_SUBMISSION
from models.merchant_accounts import (
    ApplymentChanged,
    DecidedToCorrect,
    WalletFormSubmitted,
    WalletStage,
    WalletTerms,
)
from models.private import Sealed
from workflows.calls import OUTSIDE, call
from workflows.lane import Lane
from workflows.merchant_company import Company, Ended, NumberGivenUp
from workflows.record import cause_of
from workflows.wallet_application import NOTHING_ASKED, WalletApplication
from workflows.wallet_review import WalletReview


class WalletNumber:
    def __init__(self, lane: Lane, company: Company, terms: WalletTerms) -> None:
        self.lane, self.company, self.account = lane, company, company.account
        self.application = WalletApplication(lane, company, terms)
        self.review = WalletReview(self.application)
        self.submission = 0
        self.papers: dict[str, str] = {}

    async def open(self) -> Ended:
        """From the form to the number, as often as it takes."""
        steps: dict[WalletStage, Callable[[], Awaitable[WalletStage]]] = {
            WalletStage.AWAITING_FORM: self._form,
            WalletStage.SUBMITTING: self._submit,
            WalletStage.UNDER_REVIEW: self.review.until_decided,
            WalletStage.FROZEN: self.review.until_thawed,
        }
        stage = WalletStage.AWAITING_FORM
        try:
            while stage in steps:
                stage = await steps[stage]()
        except NumberGivenUp as given_up:
            self.lane.enter(WalletStage.GIVEN_UP, "given_up", why=given_up.ended, **NOTHING_ASKED)
            return given_up.ended
        return Ended.OPENED if stage is WalletStage.OPEN else Ended.LAPSED

    def hear(self, told: ApplymentChanged) -> None:
        self.application.hear(told)

    def against(self, told: ApplymentChanged) -> str | None:
        return self.application.against(told)

    async def _form(self) -> WalletStage:
        """What was not turned down may be left out of the next form: it is here already."""
        within = self.account.terms.lapse_within
        sent = await self.company.wait_for(self.lane, WALLET_FORM, within=within, weighed=self.company.weigh)
        if not isinstance(sent, WalletFormSubmitted):
            self.lane.enter(WalletStage.GIVEN_UP, why=Ended.LAPSED)
            return WalletStage.GIVEN_UP
        assert sent.company is None or isinstance(sent.company, Sealed)
        if not self.company.takes(self.lane, sent.company):
            return WalletStage.AWAITING_FORM
        if isinstance(sent.account, Sealed):
            self.application.account = sent.account
            self.lane.show(account=sent.account.model_dump(mode="json"))
        self.papers |= {paper.kind: paper.document_id for paper in sent.papers}
        self.lane.show(papers=dict(self.papers), reference=self.application.reference)
        self.review.instructions = 0
        return WalletStage.SUBMITTING

    async def _submit(self) -> WalletStage:
        """For the first time or again, under the same reference. Operators send back what is refused."""
        self.submission += 1
        self.review.instructions += 1
        told = self._told()
        answered = await self.company.meanwhile(
            self.lane, WALLET_SUBMISSION, self.lane.insist(lambda: self._submitted(told))
        )
        if isinstance(answered, DecidedToCorrect):
            self.lane.show(reasons=[reason.model_dump(mode="json") for reason in answered.reasons])
            return WalletStage.AWAITING_FORM
        assert isinstance(answered, SeenApplyment)
        self.application.submitted(answered)
        self.lane.enter(
            WalletStage.UNDER_REVIEW,
            "submitted",
            at=workflow.now(),
            submission=answered.facts.submission,
            instructions_left=self.review.instructions_left,
        )
        return WalletStage.UNDER_REVIEW

    async def _submitted(self, told: SubmitApplyment) -> SeenApplyment:
        """An instruction needs no other one where its remittance was told of at the last moment."""
        try:
            return await call(Applyments.submit, told, OUTSIDE, summary=told.reference)
        except ActivityError as error:
            if cause_of(error)[0] != "Refused" or self.review.instructions == 1:
                raise
            seen = await self.application.looked_up()
            if not seen.facts.account_verified:
                raise
            return seen

    def _told(self) -> SubmitApplyment:
        application = self.application
        assert self.company.form is not None
        assert application.account is not None
        return SubmitApplyment(
            market=application.market,
            case_id=application.case_id,
            provider_id=self.account.provider_id,
            reference=application.reference,
            submission=self.submission,
            company=self.company.form,
            account=application.account,
            papers=tuple(DocumentRef(kind=kind, document_id=known) for kind, known in self.papers.items()),
        )
