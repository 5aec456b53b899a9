"""Who may move an onboarding, with what, from where to where: the table that everything is made from."""

from dataclasses import replace

from models.agreements import AgreementTerms
from models.cases import Event, Party
from models.checklists import Checklist, Requirement
from models.onboardings import (
    AgreementsAccepted,
    ApplicationSubmitted,
    DecidedToApprove,
    DecidedToCorrect,
    DecidedToReject,
    DecidedToWaive,
    IdentityGiven,
    Onboarding,
    OnboardingOutcome,
    OnboardingStage,
    OnboardingStep,
    OnboardingTerms,
    Withdrawn,
)
from models.payments import Paid
from models.rules.agreements import to_sign
from models.tasks import NEXT, Leads, Step, TaskKind
from models.telling import AccountChanged, DepositChanged

_WINDS_UP = OnboardingStage.WINDING_UP
_AT_ANY_TIME: dict[type[Event], Leads] = {
    Withdrawn: Leads(_WINDS_UP, OnboardingOutcome.WITHDRAWN),
    DecidedToReject: Leads(_WINDS_UP, OnboardingOutcome.REJECTED),
}
_OWED: dict[type[Event], Leads] = {**_AT_ANY_TIME, DecidedToWaive: Leads(NEXT)}


def _asked_of_provider(
    name: str,
    stage: OnboardingStage,
    moves: dict[type[Event], Leads],
    rules: dict[str, str],
    *,
    closes_first: OnboardingStage | None = None,
) -> TaskKind:
    """`closes_first` is where it goes before anything but the step's own events leads on."""
    others = {event: Leads(closes_first) if closes_first else leads for event, leads in _OWED.items()}
    return TaskKind(
        name=name,
        stage=stage,
        waiting_on=Party.PROVIDER,
        moves={**moves, **others},
        silence=Leads(closes_first or _WINDS_UP, OnboardingOutcome.LAPSED),
        within="lapse_within",
        even_paused=(*moves, *others),
        rules=rules,
    )


IDENTITY = _asked_of_provider(
    "identity",
    OnboardingStage.IDENTIFYING,
    {IdentityGiven: Leads(OnboardingStage.CHECKING_IDENTITY)},
    {"identity_given": "ALI-ONB-04"},
)
IDENTITY_CHECK = TaskKind(
    name="identity_check",
    stage=OnboardingStage.CHECKING_IDENTITY,
    waiting_on=Party.REGISTRY,
    moves=_OWED,
    even_paused=(*_OWED,),
)
APPLICATION = _asked_of_provider(
    "application",
    OnboardingStage.PREPARING,
    {ApplicationSubmitted: Leads(OnboardingStage.CHECKING_APPLICATION)},
    {"application_submitted": "ALI-ONB-05"},
)
APPLICATION_CHECK = TaskKind(
    name="application_check",
    stage=OnboardingStage.CHECKING_APPLICATION,
    waiting_on=Party.REGISTRY,
    moves=_AT_ANY_TIME,
    even_paused=(*_AT_ANY_TIME,),
)
ESCALATED_REVIEW = TaskKind(
    name="escalated_review",
    stage=OnboardingStage.REVIEWING,
    waiting_on=Party.OPERATOR,
    moves={
        DecidedToApprove: Leads(NEXT),
        DecidedToCorrect: Leads(OnboardingStage.PREPARING),
        **_AT_ANY_TIME,
    },
    even_paused=(DecidedToApprove, DecidedToCorrect, *_AT_ANY_TIME),
    rules={"decided": "AMB-01"},
)
REVIEW = replace(
    ESCALATED_REVIEW, name="review", silence=Leads(OnboardingStage.REVIEWING), within="review_within"
)
AGREEMENTS = _asked_of_provider(
    "agreements",
    OnboardingStage.SIGNING,
    {AgreementsAccepted: Leads(NEXT)},
    {"agreements_accepted": "ALI-ONB-11"},
)
DEPOSIT = _asked_of_provider(
    "deposit",
    OnboardingStage.DEPOSITING,
    {DepositChanged: Leads(NEXT)},
    {"deposit_changed": "ALI-ONB-08"},
)
BANK_ACCOUNT = _asked_of_provider(
    "bank_account",
    OnboardingStage.PROVING_ACCOUNT,
    {AccountChanged: Leads(NEXT)},
    {"account_changed": "TCM-TEN-13"},
)
CERTIFICATION_FEE = _asked_of_provider(
    "certification_fee",
    OnboardingStage.PAYING_FEE,
    {Paid: Leads(NEXT)},
    {"paid": "TCM-ONB-21"},
    closes_first=OnboardingStage.CLOSING_PAYMENT,
)

ONBOARDING_TASKS = (
    IDENTITY,
    IDENTITY_CHECK,
    APPLICATION,
    APPLICATION_CHECK,
    REVIEW,
    ESCALATED_REVIEW,
    AGREEMENTS,
    DEPOSIT,
    BANK_ACCOUNT,
    CERTIFICATION_FEE,
)
ONBOARDING_STEPS = (
    Step("identity_verified", OnboardingStage.CHECKING_IDENTITY, Leads(NEXT), "TCM-ONB-12"),
    Step(
        "identity_contradicted",
        OnboardingStage.CHECKING_IDENTITY,
        Leads(OnboardingStage.IDENTIFYING),
        "AMB-01",
    ),
    Step(
        "application_checked",
        OnboardingStage.CHECKING_APPLICATION,
        Leads(OnboardingStage.REVIEWING),
        "TCM-ONB-16",
    ),
    Step(
        "application_contradicted",
        OnboardingStage.CHECKING_APPLICATION,
        Leads(OnboardingStage.PREPARING),
        "AMB-01",
    ),
    Step("permission_opened", OnboardingStage.PERMITTING, Leads(NEXT), "TCM-ONB-02"),
    *(
        Step("case_opened", stage, Leads(stage), "ALI-ONB-07")
        for stage in (OnboardingStage.DEPOSITING, OnboardingStage.PROVING_ACCOUNT)
    ),
    Step("payment_opened", OnboardingStage.PAYING_FEE, Leads(OnboardingStage.PAYING_FEE), "TCM-ONB-21"),
    Step("payment_closed", OnboardingStage.CLOSING_PAYMENT, Leads(NEXT), "TCM-ONB-21"),
    Step("payment_found", OnboardingStage.CLOSING_PAYMENT, Leads(NEXT), "TCM-ONB-21"),
    *(
        Step("wound_up", _WINDS_UP, Leads(OnboardingStage.CLOSED, outcome))
        for outcome in OnboardingOutcome
        if outcome is not OnboardingOutcome.ONBOARDED
    ),
)


STAGES_OF = {
    OnboardingStep.IDENTITY: (OnboardingStage.IDENTIFYING, OnboardingStage.CHECKING_IDENTITY),
    OnboardingStep.APPLICATION: (
        OnboardingStage.PREPARING,
        OnboardingStage.CHECKING_APPLICATION,
        OnboardingStage.REVIEWING,
    ),
    OnboardingStep.AGREEMENTS: (OnboardingStage.SIGNING,),
    OnboardingStep.PERMISSION: (OnboardingStage.PERMITTING,),
    OnboardingStep.DEPOSIT: (OnboardingStage.DEPOSITING,),
    OnboardingStep.BANK_ACCOUNT: (OnboardingStage.PROVING_ACCOUNT,),
    OnboardingStep.CERTIFICATION_FEE: (OnboardingStage.PAYING_FEE, OnboardingStage.CLOSING_PAYMENT),
}
"""The stages of each step, the first of them first."""


def route(terms: OnboardingTerms) -> dict[str, Leads]:
    """Where each stage's step leads on to, in the order of these terms."""
    firsts = [Leads(STAGES_OF[step][0]) for step in terms.steps[1:]]
    after = [*firsts, Leads(OnboardingStage.CLOSED, OnboardingOutcome.ONBOARDED)]
    return {stage: then for step, then in zip(terms.steps, after, strict=True) for stage in STAGES_OF[step]}


def step_at(stage: str) -> OnboardingStep | None:
    """The step that a case in this stage is at."""
    return next((step for step, stages in STAGES_OF.items() if stage in stages), None)


def checklist_of(onboarding: Onboarding) -> Checklist:
    """Everything that this company has to bring, in the order of the policy's steps."""
    terms = onboarding.terms
    signed = to_sign(terms.agreements, onboarding.is_partner)
    asked: dict[OnboardingStep, tuple[Requirement, ...]] = {
        OnboardingStep.IDENTITY: (_by_provider("identity", OnboardingStep.IDENTITY, "ALI-ONB-04"),),
        OnboardingStep.APPLICATION: tuple(
            _by_provider(name, OnboardingStep.APPLICATION, rule)
            for name, rule in (
                ("application", "ALI-ONB-05"),
                *((kind, "TCM-ONB-14") for kind in terms.papers),
            )
        ),
        OnboardingStep.AGREEMENTS: tuple(map(_to_be_signed, signed)),
        OnboardingStep.PERMISSION: (
            Requirement(
                name="permission", step=OnboardingStep.PERMISSION, owed_by=Party.OFFICE, rule="TCM-ONB-02"
            ),
        ),
        OnboardingStep.DEPOSIT: (_by_provider("deposit", OnboardingStep.DEPOSIT, "ALI-ONB-07"),),
        OnboardingStep.BANK_ACCOUNT: (
            _by_provider("bank_account", OnboardingStep.BANK_ACCOUNT, "TCM-TEN-15"),
        ),
        OnboardingStep.CERTIFICATION_FEE: (
            _by_provider("certification_fee", OnboardingStep.CERTIFICATION_FEE, "TCM-ONB-21"),
        ),
    }
    return Checklist(requirements=tuple(each for step in terms.steps for each in asked[step]))


def _by_provider(name: str, step: OnboardingStep, rule: str) -> Requirement:
    return Requirement(name=name, step=step, owed_by=Party.PROVIDER, rule=rule)


def _to_be_signed(agreement: AgreementTerms) -> Requirement:
    return _by_provider(agreement.name, OnboardingStep.AGREEMENTS, agreement.rule)
