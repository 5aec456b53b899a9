"""What a case asks of the wallet. Only facts go back in clear: what to remit and where to sign is sealed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from pydantic import BaseModel
from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.clock import now
from activities.effects import once
from activities.gateways.refusals import refusals, refused
from activities.gateways.wallet import Wallet
from models.applyments import (
    NOT_SENT,
    AccountValidation,
    Application,
    Applyment,
    ApplymentFacts,
    ApplymentState,
    AskedApplyment,
    Picture,
    SeenApplyment,
    Signing,
    SubmitApplyment,
    applyment_key,
)
from models.bank import BankDetails, Instruction
from models.documents import DocumentRef
from models.merchant_forms import CompanyForm
from models.private import Sealed
from models.rules.applyments import is_news
from models.rules.bank import is_late
from models.tables.documents.store import DocumentStore
from models.tables.privacy import Vault

M = TypeVar("M", bound=BaseModel)
ENDED = (ApplymentState.REJECTED, ApplymentState.CANCELED)


@dataclass(frozen=True, slots=True)
class Applyments:
    engine: Engine
    wallet: Wallet
    documents: DocumentStore
    vault: Vault
    now: Callable[[], datetime] = now

    @activity.defn(name="submit_applyment")
    def submit(self, told: SubmitApplyment) -> SeenApplyment:
        """Apply for a merchant number, once for a submission (TCM-WX-01). A repeat answers as before."""
        application = self._application(told)
        hidden = {  # the request is kept, and tells nothing
            "company": self.vault.digest(application.company),
            "account": self.vault.digest(application.account),
            "papers": sorted(paper.document_id for paper in told.papers),
        }
        key = applyment_key(told.case_id, told.submission)
        made = once(self.engine, key, hidden, partial(self._submitted, told, application))
        return SeenApplyment.model_validate(made)

    @activity.defn(name="look_at_applyment")
    def look(self, asked: AskedApplyment) -> SeenApplyment:
        """What has become of an application. `NotConfirmed` where the wallet knows none: asked again."""
        with refusals():
            found = self.wallet.look_up(asked.market, asked.reference)
        if found is None:
            raise ApplicationError(f"{asked.reference} is not confirmed", type="NotConfirmed")
        account = self._open(asked.account, asked.case_id, BankDetails) if asked.account else None
        submission = asked.known.submission if asked.known else 1
        return self._seen(found, submission, asked.case_id, account)

    @activity.defn(name="await_applyment")
    def wait(self, asked: AskedApplyment) -> SeenApplyment:
        """The same, as soon as there is news. `Unchanged` until then: asked as patiently as its caller is."""
        seen = self.look(asked)
        if not is_news(asked, seen.facts, self.now()):
            detail, no_failure = f"{asked.reference} is unchanged", ApplicationErrorCategory.BENIGN
            raise ApplicationError(detail, type="Unchanged", category=no_failure)
        return seen

    def _application(self, told: SubmitApplyment) -> Application:
        return Application(
            market=told.market,
            reference=told.reference,
            submission=told.submission,
            company=self._open(told.company, told.case_id, CompanyForm),
            account=self._open(told.account, told.case_id, BankDetails),
            pictures={paper.kind: self._picture(told, paper) for paper in told.papers},
        )

    def _picture(self, told: SubmitApplyment, paper: DocumentRef) -> Picture:
        kept = self.documents.read(told.market, told.provider_id, paper.kind, paper.document_id)
        if kept is None:
            raise refused(f"there is no {paper.kind} of this provider")
        document, content = kept
        return Picture(content=content, content_type=document.content_type)

    def _submitted(self, told: SubmitApplyment, application: Application) -> dict[str, Any]:
        with refusals():
            found = self.wallet.submit(application)
        begun = self._begun(found)
        seen = self._seen(begun, told.submission, told.case_id, application.account)
        return seen.model_dump(mode="json")

    def _begun(self, found: Applyment) -> Applyment:
        """What ended already is the submission before: of this one no more is known than that it was made."""
        asked, is_new = found.validation, found.applyment_id == NOT_SENT
        if is_new or (found.state not in ENDED and not (asked and is_late(self.now(), asked.until))):
            return found
        return Applyment(
            reference=found.reference,
            applyment_id=found.applyment_id,
            state=ApplymentState.CHECKING,
            review_passed=False,
            account_verified=False,
            signed=False,
        )

    def _seen(
        self, found: Applyment, submission: int, case_id: str, account: BankDetails | None
    ) -> SeenApplyment:
        asked, link = found.validation, found.sign_url
        facts = ApplymentFacts(
            submission=submission,
            state=found.state,
            review_passed=found.review_passed,
            account_verified=found.account_verified,
            signed=found.signed,
            reasons=found.audit_details,
            number=found.number,
            remit_by=asked.until if asked else None,
            can_sign=link is not None,
        )
        return SeenApplyment(
            facts=facts,
            instruction=self.vault.seal(_instruction(asked, account), case_id) if asked else None,
            signing=self.vault.seal(Signing(sign_url=link), case_id) if link else None,
        )

    def _open(self, sealed: Sealed, case_id: str, model: type[M]) -> M:
        try:
            return self.vault.open(sealed, case_id, model)
        except (InvalidTag, ValueError):
            raise refused(f"not a sealed {model.__name__} of this case") from None


def _instruction(asked: AccountValidation, account: BankDetails | None) -> Instruction:
    """What the provider is shown (TCM-WX-05, -06). The account that was sent pays, unless one is named."""
    sent = account.number if account else ""
    said = asked.model_dump(exclude={"payer_number", "payee"})
    return Instruction(**said, payer_number=asked.payer_number or sent, payee=asked.payee)
