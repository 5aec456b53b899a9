"""What a provider proves with papers: who it is, what it offers, what it signs."""

from pydantic import JsonValue

from activities.identity import Identities
from models.agreements import Acceptance, AgreementTerms, Audience
from models.categories import CategoryKey
from models.checklists import Reason
from models.identity import AskedFacts, AskedIdentity, ComparedFacts, Contradiction, VerifiedIdentity
from models.onboarding_tasks import (
    AGREEMENTS,
    APPLICATION,
    APPLICATION_CHECK,
    ESCALATED_REVIEW,
    IDENTITY,
    IDENTITY_CHECK,
    REVIEW,
)
from models.onboardings import (
    AgreementsAccepted,
    ApplicationSubmitted,
    DecidedToApprove,
    DecidedToCorrect,
    IdentityGiven,
    Onboarding,
    OnboardingOutcome,
    OnboardingStage,
    OnboardingStep,
)
from models.private import Sealed
from models.rules.agreements import effective_on, to_sign
from models.rules.eligibility import CompanyFacts
from models.tasks import TaskKind
from workflows.calls import OUTSIDE, call
from workflows.desk import desk_time
from workflows.onboarding_progress import Progress, outcome_of


class Papers:
    def __init__(self, progress: Progress, onboarding: Onboarding) -> None:
        self.progress, self.case = progress, progress.case
        self.terms, self.onboarding = onboarding.terms, onboarding
        self.identified = self.corrected = self.compared = 0
        self.facts: CompanyFacts | None = None
        self.categories: tuple[CategoryKey, ...] = ()
        self.papers: dict[str, str] = {}
        self.accepted: dict[str, Acceptance] = {}

    async def identity(self) -> OnboardingOutcome | None:
        """The company, as the registers know it, and its legal representative (ALI-ONB-04, TCM-ONB-12)."""
        left = self.terms.identity_attempts - self.identified
        given = await self.progress.of_provider(
            IDENTITY, attempts_left=left, closed_to=() if left > 0 else (IdentityGiven,)
        )
        if not (isinstance(given, IdentityGiven) and isinstance(given.identity, Sealed)):
            return outcome_of(given)
        self.identified += 1
        self.progress.now(self.progress.checklist.given("identity"))
        asked = AskedIdentity(
            market=self.onboarding.opening.market,
            case_id=self.onboarding.opening.case_id,
            round=self.identified,
            identity=given.identity,
            licence_number=self.onboarding.company.licence_number,
        )
        verified = await self.progress.looked_up(
            IDENTITY_CHECK,
            "identity",
            lambda: call(Identities.verify, asked, OUTSIDE, summary=asked.licence_number),
        )
        if not isinstance(verified, VerifiedIdentity):
            return outcome_of(verified)
        if verified.matched:
            facts = verified.model_dump(mode="json", include={"founded_on", "registered_capital_fen"})
            self.case.show(company_name=verified.company_name, **facts)
            self.progress.now(self.progress.checklist.accepted("identity"))
            self.progress.found(IDENTITY_CHECK, "identity_verified")
        else:
            self._contradicted(IDENTITY_CHECK, OnboardingStep.IDENTITY, verified.contradictions)
        return None

    async def application(self) -> OnboardingOutcome | None:
        """The form and its documents, reviewed by operators as often as they send it back (AMB-01)."""
        if self.progress.checklist.owed(OnboardingStep.APPLICATION):
            left = self.terms.identity_attempts - self.compared
            submitted = await self.progress.of_provider(
                APPLICATION, attempts_left=left, closed_to=() if left > 0 else (ApplicationSubmitted,)
            )
            if not isinstance(submitted, ApplicationSubmitted):
                return outcome_of(submitted)
            self._take(submitted)
        self.case.enter(OnboardingStage.CHECKING_APPLICATION)
        if (facts := self.facts) is not None and not self.progress.is_met("application"):
            asked = AskedFacts(
                market=self.onboarding.opening.market,
                licence_number=self.onboarding.company.licence_number,
                founded_on=facts.founded_on,
                registered_capital_fen=facts.registered_capital_fen,
            )
            compared = await self.progress.looked_up(
                APPLICATION_CHECK,
                "application",
                lambda: call(Identities.compare, asked, OUTSIDE, summary=asked.licence_number),
            )
            if not isinstance(compared, ComparedFacts):
                return outcome_of(compared)
            if compared.contradictions:
                self.compared += 1
                found = tuple(map(_in_the_form, compared.contradictions))
                self._contradicted(APPLICATION_CHECK, OnboardingStep.APPLICATION, found)
                return None
        self.progress.now(self.progress.checklist.put_in_review(OnboardingStep.APPLICATION))
        self.progress.found(APPLICATION_CHECK, "application_checked")
        return await self._reviewed()

    async def agreements(self) -> OnboardingOutcome | None:
        """Texts accepted in the company's name, one by one or together (ALI-ONB-11, TCM-ONB-06)."""
        signed = await self.progress.of_provider(AGREEMENTS)
        if not isinstance(signed, AgreementsAccepted):
            return outcome_of(signed)
        asked = {(each.name, each.version): each for each in self._to_sign()}
        new = [
            asked[each.name, each.version] for each in signed.agreements if (each.name, each.version) in asked
        ]
        self.accepted |= {terms.name: self._acceptance(terms) for terms in new}
        self.case.show(agreements=[each.model_dump(mode="json") for each in self.accepted.values()])
        names = [terms.name for terms in new]
        self.progress.now(self.progress.checklist.given(*names).accepted(*names))
        return None

    @property
    def is_partner(self) -> bool:
        """Whether it was a partner of the market's cloud before, or became one by signing (ALI-ONB-10)."""
        joined = {each.name for each in self.terms.agreements if each.audience is Audience.NOT_YET_PARTNERS}
        return self.onboarding.is_partner or bool(joined and joined <= {*self.accepted})

    async def _reviewed(self) -> OnboardingOutcome | None:
        review = self.terms.review
        closed_to = (DecidedToCorrect,) if self.corrected >= review.corrections else ()
        async with desk_time(self.case, REVIEW.name, review.review_within, review.replan_every) as clock:
            decided = await self.case.wait_for(REVIEW, clock=clock, closed_to=closed_to)
        decided = decided or await self.case.wait_for(ESCALATED_REVIEW, closed_to=closed_to)
        checklist = self.progress.checklist
        match decided:
            case DecidedToApprove():
                self.progress.now(checklist.approved(OnboardingStep.APPLICATION))
            case DecidedToCorrect(corrections=corrections):
                self.corrected += 1
                reasons = [(each.requirement, each.reason) for each in corrections]
                self.progress.now(checklist.rejected(reasons, OnboardingStep.APPLICATION))
        return outcome_of(decided)

    def _take(self, submitted: ApplicationSubmitted) -> None:
        """What is new replaces what was there; what was not turned down may be left out."""
        self.facts = submitted.facts or self.facts
        self.papers |= {paper.kind: paper.document_id for paper in submitted.papers}
        shown: dict[str, JsonValue] = submitted.model_dump(
            mode="json", include={"contact", "facts", "scope"}, exclude_none=True
        )
        if submitted.categories:
            self.categories = submitted.categories
            shown["categories"] = list(submitted.categories)
        self.case.show(**shown, papers=dict(self.papers))
        owed = {each.name for each in self.progress.checklist.owed(OnboardingStep.APPLICATION)}
        self.progress.now(self.progress.checklist.given(*owed & {"application", *self.papers}))

    def _contradicted(self, kind: TaskKind, step: OnboardingStep, found: tuple[Contradiction, ...]) -> None:
        reasons = [(str(step), Reason(field=each.field, code=each.code)) for each in found]
        self.progress.now(self.progress.checklist.rejected(reasons, step))
        told: list[JsonValue] = [each.model_dump(mode="json") for each in found]
        self.progress.found(kind, f"{step}_contradicted", {"reasons": told})

    def _to_sign(self) -> list[AgreementTerms]:
        owed = {each.name for each in self.progress.checklist.owed(OnboardingStep.AGREEMENTS)}
        asked = to_sign(self.terms.agreements, self.onboarding.is_partner)
        return [each for each in asked if each.name in owed]

    def _acceptance(self, terms: AgreementTerms) -> Acceptance:
        return Acceptance(
            **terms.model_dump(include={"name", "version", "sha256", "valid_until"}),
            rule_set=self.terms.rule_set,
            effective_on=effective_on(self.case.since),
        )


def _in_the_form(found: Contradiction) -> Contradiction:
    """Where the form says it: a form that was contradicted there has to say it again."""
    of_facts = found.field in CompanyFacts.model_fields
    return found.model_copy(update={"field": f"facts.{found.field}"}) if of_facts else found
