"""Who may move a corporate merchant number, with what, from where to where."""

from dataclasses import replace

from models.b2b_numbers import (
    AdministratorScanned,
    AgreementSigned,
    B2BFormSubmitted,
    B2BStage,
    CollectionStarted,
    RegistrationApproved,
    RegistrationRejected,
)
from models.cases import Event, Party
from models.rules.merchant_company import BEGINS_AGAIN
from models.tasks import Leads, Step, TaskKind
from models.telling import AccountChanged

B2B = "b2b"
"""The lane of the corporate number."""


def _owed(
    name: str, stage: B2BStage, by: Party, moves: dict[type[Event], Leads], rules: dict[str, str]
) -> TaskKind:
    """What somebody else has to do next; left alone for too long, the number is given up."""
    return TaskKind(
        name=name,
        stage=stage,
        waiting_on=by,
        moves=moves,
        silence=Leads(B2BStage.GIVEN_UP),
        within="lapse_within",
        even_paused=(*moves,),
        rules=rules,
        lane=B2B,
    )


FORM = _owed(
    "b2b_form",
    B2BStage.AWAITING_FORM,
    Party.PROVIDER,
    {B2BFormSubmitted: Leads(B2BStage.AWAITING_SCAN)},
    {"b2b_form_submitted": "TCM-TEN-03"},
)
SCAN = _owed(
    "administrator_scan",
    B2BStage.AWAITING_SCAN,
    Party.SIGNATORY,
    {
        AdministratorScanned: Leads(B2BStage.REVIEWING),
        B2BFormSubmitted: Leads(B2BStage.AWAITING_SCAN),  # nobody has confirmed it yet
    },
    {"administrator_scanned": "TCM-TEN-04"},
)
_DECIDED: dict[type[Event], Leads] = {
    RegistrationApproved: Leads(B2BStage.PROVING_ACCOUNT),
    RegistrationRejected: Leads(B2BStage.AWAITING_FORM),
}
ESCALATED_REVIEW = TaskKind(
    name="escalated_registration",
    stage=B2BStage.REVIEWING,
    waiting_on=Party.OPERATOR,
    moves=_DECIDED,
    even_paused=(*_DECIDED,),
    rules={"registration_approved": "TCM-TEN-07"},
    lane=B2B,
)
REVIEW = replace(
    ESCALATED_REVIEW,
    name="registration_review",
    waiting_on=Party.REVIEW,
    silence=Leads(B2BStage.REVIEWING),
    within="review_within",
    rules={"registration_approved": "TCM-TEN-07", "silence": "TCM-TEN-06"},
)
ACCOUNT = _owed(
    "withdrawal_account",
    B2BStage.PROVING_ACCOUNT,
    Party.PROVIDER,
    {AccountChanged: Leads(B2BStage.AWAITING_SIGNATURE)},
    {"account_changed": "TCM-TEN-10"},
)
SIGNATURE = _owed(
    "service_agreement",
    B2BStage.AWAITING_SIGNATURE,
    Party.SIGNATORY,
    {AgreementSigned: Leads(B2BStage.READY)},
    {"agreement_signed": "TCM-TEN-14"},
)
START = _owed(
    "collection_start",
    B2BStage.READY,
    Party.PROVIDER,
    {CollectionStarted: Leads(B2BStage.OPEN)},
    {"collection_started": "TCM-TEN-15"},
)


def _step(event: str, stage: B2BStage, then: B2BStage, rule: str) -> Step:
    return Step(event, stage, Leads(then), rule, B2B)


B2B_TASKS = (FORM, SCAN, REVIEW, ESCALATED_REVIEW, ACCOUNT, SIGNATURE, START)
B2B_STEPS = (
    _step(B2BFormSubmitted.tag(), B2BStage.AWAITING_FORM, B2BStage.AWAITING_FORM, "TCM-MCH-10"),
    _step("case_opened", B2BStage.PROVING_ACCOUNT, B2BStage.PROVING_ACCOUNT, "TCM-TEN-10"),
    _step("account_proven", B2BStage.PROVING_ACCOUNT, B2BStage.AWAITING_SIGNATURE, "TCM-TEN-10"),
    _step("account_unproven", B2BStage.AWAITING_SIGNATURE, B2BStage.PROVING_ACCOUNT, "TCM-TEN-16"),
    _step("account_unproven", B2BStage.READY, B2BStage.PROVING_ACCOUNT, "TCM-TEN-16"),
    *(
        _step("company_mended", B2BStage(stage), B2BStage.AWAITING_FORM, "TCM-MCH-10")
        for stage in BEGINS_AGAIN
    ),
    *(
        _step("given_up", stage, B2BStage.GIVEN_UP, "TCM-MCH-30")
        for stage in B2BStage
        if stage not in (B2BStage.OPEN, B2BStage.GIVEN_UP)
    ),
)
