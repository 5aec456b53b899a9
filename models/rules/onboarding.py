"""Whether a company may apply, and what stands against each thing it hands in. Everything is told at once."""

from collections.abc import Iterator, Sequence

from models.admitting import Checked
from models.cases import Event
from models.checklists import Checklist, Requirement, RequirementState
from models.identity import CompanyIdentity
from models.onboardings import (
    AgreementsAccepted,
    ApplicationSubmitted,
    ApplyForOnboarding,
    DecidedToApprove,
    DecidedToCorrect,
    DecidedToWaive,
    IdentityGiven,
    Onboarding,
    OnboardingStep,
    OnboardingTerms,
)
from models.periods import local_date
from models.placing import Contact
from models.rules.agreements import acceptance_findings, to_sign
from models.rules.categories import category_findings, confirmations
from models.rules.eligibility import ineligibilities
from models.rules.findings import Finding
from models.rules.identity.licences import licence_findings, subject_findings
from models.rules.identity.persons import document_findings
from models.rules.identity.phones import phone_finding
from models.rules.verification import normalised


def findings(asked: ApplyForOnboarding, terms: OnboardingTerms) -> list[Finding]:
    """What stands against an application before it begins (TCM-ONB-09)."""
    found = licence_findings(asked.company.licence_number, "company.licence_number")
    if terms.general_agreement and not asked.general_agreement_signed:
        found.append(
            Finding(
                field="general_agreement_signed",
                code="general-agreement-missing",
                rule="TCM-ONB-09",
                detail="the cloud's general agreement comes before any application",
                next="have the company sign it for its cloud account, and apply again",
            )
        )
    return found


def against(event: Event, checked: Checked) -> Sequence[Finding]:
    """What stands against an event of an onboarding, given the case on record."""
    onboarding = Onboarding.model_validate(checked.input)
    checklist = Checklist.model_validate({"requirements": checked.view.data["checklist"]})
    match event:
        case IdentityGiven(identity=CompanyIdentity() as identity):
            return [*_identity(identity, onboarding, checked)]
        case ApplicationSubmitted():
            return [*_application(event, onboarding, checklist, checked)]
        case AgreementsAccepted():
            return [*_agreements(event, onboarding, checklist)]
        case DecidedToApprove():
            return [*_confirmed(event, checked)]
        case DecidedToCorrect():
            return [*_corrections(event, checklist)]
        case DecidedToWaive():
            return [*_waived(event, checklist)]
    return ()


def _identity(identity: CompanyIdentity, onboarding: Onboarding, checked: Checked) -> Iterator[Finding]:
    if identity.licence_number != onboarding.company.licence_number:
        yield Finding(
            field="identity.licence_number",
            code="other-company",
            rule="TCM-ONB-13",
            detail="is not the company that applied",
            next="send the licence number of the application, or apply for the other company",
        )
    admitted = onboarding.terms.subjects
    yield from subject_findings(identity.licence_number, "identity.licence_number", admitted, "ALI-ONB-04")
    yield from document_findings(
        identity.legal_representative.document,
        "identity.legal_representative.document",
        local_date(checked.at),
    )


def _application(
    sent: ApplicationSubmitted, onboarding: Onboarding, checklist: Checklist, checked: Checked
) -> Iterator[Finding]:
    owed = {each.name: each for each in checklist.owed(OnboardingStep.APPLICATION)}
    yield from _verified_stays(sent, checked)
    if "application" in owed:
        yield from _form(sent, onboarding.terms, owed["application"], checked)
    today = local_date(checked.at)
    if sent.categories:
        yield from category_findings(sent.categories, checked.market.categories, today)
    if isinstance(sent.contact, Contact):
        yield from _contact(sent.contact)
    if sent.facts and onboarding.terms.eligibility:
        yield from ineligibilities(sent.facts, onboarding.terms.eligibility, today, "facts.")
    yield from _papers(sent, onboarding.terms, owed)


def _verified_stays(sent: ApplicationSubmitted, checked: Checked) -> Iterator[Finding]:
    """What the registers confirmed is changed there, and not in the form (TCM-ONB-13)."""
    for name in ("company_name", "licence_number"):
        said = getattr(sent, name)
        if said is not None and normalised(said) != normalised(str(checked.view.data[name])):
            yield Finding(
                field=name,
                code="verified-already",
                rule="TCM-ONB-13",
                detail="was verified, and is not changed in this form",
                next="change the company's real-name verification, or leave it out",
            )


def _form(
    sent: ApplicationSubmitted, terms: OnboardingTerms, owed: Requirement, checked: Checked
) -> Iterator[Finding]:
    """What the form must hold; once sent, only what was turned down has to be there again."""
    known = checked.view.data
    missing = {
        "contact": sent.contact is None and "contact" not in known,
        "categories": not sent.categories and "categories" not in known,
        "facts": terms.eligibility is not None and sent.facts is None and "facts" not in known,
        "scope": False,
    }
    again = {reason.field.partition(".")[0] for reason in owed.reasons}
    for name, is_missing in missing.items():
        if is_missing or (name in again and not getattr(sent, name)):
            yield Finding(
                field=name,
                code="missing",
                rule="ALI-ONB-15" if name == "categories" else "TCM-ONB-14",
                detail="the application needs it",
                next=f"send {name}",
            )


def _contact(contact: Contact) -> Iterator[Finding]:
    if not (contact.phone or contact.email):
        yield Finding(
            field="contact.phone",
            code="contact-missing",
            rule="TCM-ONB-14",
            detail="operators need a way to reach the company",
            next="send a phone or an e-mail address",
        )
    elif contact.phone and (wrong := phone_finding(contact.phone, "contact.phone", "TCM-ONB-14")):
        yield wrong


def _papers(
    sent: ApplicationSubmitted, terms: OnboardingTerms, owed: dict[str, Requirement]
) -> Iterator[Finding]:
    kinds = [paper.kind for paper in sent.papers]
    for place, kind in enumerate(kinds):
        if kind not in terms.papers or kind in kinds[:place]:
            yield Finding(
                field=f"papers.{place}.kind",
                code="unknown-paper" if kind not in terms.papers else "paper-twice",
                rule="TCM-ONB-14",
                detail=f"an application takes {', '.join(terms.papers) or 'no papers'}, each once",
                next="leave it out",
            )
    for kind in terms.papers:
        if kind in owed and kind not in kinds:
            yield Finding(
                field="papers",
                code="paper-missing",
                rule="TCM-ONB-14",
                detail=f"{kind} is missing",
                next="hand it in with POST /v1/documents, and name it here",
            )


def _agreements(sent: AgreementsAccepted, onboarding: Onboarding, checklist: Checklist) -> Iterator[Finding]:
    terms = onboarding.terms
    owed = {each.name for each in checklist.owed(OnboardingStep.AGREEMENTS)}
    still = [each for each in to_sign(terms.agreements, onboarding.is_partner) if each.name in owed]
    yield from acceptance_findings(sent.agreements, still, together=terms.agreements_together)
    if not sent.authority_declared:
        yield Finding(
            field="authority_declared",
            code="authority-not-declared",
            rule="TCM-ONB-07",
            detail="whoever accepts must be authorised to bind the company",
            next="show the declaration and send its acceptance",
        )


def _confirmed(decided: DecidedToApprove, checked: Checked) -> Iterator[Finding]:
    """What has to be checked elsewhere before these categories are granted (AMB-06)."""
    chosen = checked.view.data.get("categories")
    asked = confirmations(chosen if isinstance(chosen, list) else [], checked.market.categories)  # type: ignore[arg-type]
    for each in sorted(asked - {*decided.confirmed}):
        yield Finding(
            field="confirmed",
            code="not-confirmed",
            rule="AMB-06",
            detail=f"{each} must have been checked",
            next=f"check it, and name {each} in confirmed",
        )


def _corrections(decided: DecidedToCorrect, checklist: Checklist) -> Iterator[Finding]:
    asked = [each for each in checklist.requirements if each.step == OnboardingStep.APPLICATION]
    names = [each.name for each in asked if each.state is not RequirementState.WAIVED]
    for place, correction in enumerate(decided.corrections):
        if correction.requirement not in names:
            yield _unknown(f"corrections.{place}.requirement", names)


def _waived(decided: DecidedToWaive, checklist: Checklist) -> Iterator[Finding]:
    names = [each.name for each in checklist.requirements if not each.state.is_met]
    if decided.requirement not in names:
        yield _unknown("requirement", names)


def _unknown(field: str, names: list[str]) -> Finding:
    return Finding(
        field=field,
        code="unknown-requirement",
        rule="AMB-01",
        detail=f"is none of {', '.join(names)}",
        next="name one of the checklist",
    )
