"""Who may move a merchant account, and the wallet's number in it: the table that everything is made from."""

from dataclasses import replace
from enum import StrEnum

from models.b2b_numbers import B2BStage
from models.b2b_tasks import B2B_STEPS, B2B_TASKS
from models.cases import Event, Party
from models.merchant_accounts import (
    ApplymentChanged,
    DecidedToCorrect,
    DecidedToReject,
    DraftSaved,
    MerchantAccountOutcome,
    MerchantAccountStage,
    Number,
    WalletFormSubmitted,
    WalletStage,
    Withdrawn,
)
from models.tasks import Leads, Step, TaskKind

LANES: dict[str, type[StrEnum]] = {Number.WALLET: WalletStage, Number.B2B: B2BStage}
LANE = str(Number.WALLET)
_OPENING = Leads(MerchantAccountStage.OPENING)
_AT_ANY_TIME: dict[type[Event], Leads] = {
    DraftSaved: _OPENING,
    Withdrawn: _OPENING,
    DecidedToReject: _OPENING,
}

NUMBERS = TaskKind(
    name="numbers",
    stage=MerchantAccountStage.OPENING,
    waiting_on=Party.OFFICE,
    moves=_AT_ANY_TIME,
    even_paused=(*_AT_ANY_TIME,),
    rules={"draft_saved": "TCM-MCH-09"},
)
"""What the provider and operators may do whatever each number waits for."""

WALLET_FORM = TaskKind(
    name="wallet_form",
    stage=WalletStage.AWAITING_FORM,
    waiting_on=Party.PROVIDER,
    moves={WalletFormSubmitted: Leads(WalletStage.SUBMITTING)},
    silence=Leads(WalletStage.GIVEN_UP),
    within="lapse_within",
    even_paused=(WalletFormSubmitted,),
    rules={"wallet_form_submitted": "TCM-MCH-27"},
    lane=LANE,
)
WALLET_SUBMISSION = TaskKind(
    name="wallet_submission",
    stage=WalletStage.SUBMITTING,
    waiting_on=Party.WALLET,
    moves={DecidedToCorrect: Leads(WalletStage.AWAITING_FORM)},
    even_paused=(DecidedToCorrect,),
    rules={"decided": "AMB-33"},
    lane=LANE,
)
_SAID: dict[type[Event], Leads] = {ApplymentChanged: Leads(WalletStage.UNDER_REVIEW)}
WALLET_REVIEW = TaskKind(
    name="wallet_review",
    stage=WalletStage.UNDER_REVIEW,
    waiting_on=Party.WALLET,
    moves=_SAID,
    even_paused=(*_SAID,),
    rules={"applyment_changed": "TCM-WX-01"},
    lane=LANE,
)
ESCALATED_DATA_CHECK = replace(
    WALLET_REVIEW,
    name="escalated_data_check",
    waiting_on=Party.OPERATOR,
    rules={"applyment_changed": "TCM-WX-12"},
)
WALLET_DATA_CHECK = replace(
    WALLET_REVIEW,
    name="wallet_data_check",
    silence=Leads(WalletStage.UNDER_REVIEW),
    within="checked_within",
    rules={"applyment_changed": "TCM-WX-12", "silence": "TCM-WX-12"},
)
REMITTANCE = replace(
    WALLET_REVIEW,
    name="remittance",
    waiting_on=Party.PROVIDER,
    silence=Leads(WalletStage.UNDER_REVIEW),
    within="remit_within",
    rules={"applyment_changed": "TCM-WX-05", "silence": "TCM-WX-04"},
    held=True,  # the deadline is the wallet's
)
SIGNATURE = replace(
    WALLET_REVIEW,
    name="signature",
    waiting_on=Party.SIGNATORY,
    silence=Leads(WalletStage.GIVEN_UP),
    within="lapse_within",
    rules={"applyment_changed": "TCM-WX-08", "silence": "AMB-33"},
)
THAW = TaskKind(
    name="thaw",
    stage=WalletStage.FROZEN,
    waiting_on=Party.OPERATOR,
    moves={ApplymentChanged: Leads(WalletStage.FROZEN)},
    even_paused=(ApplymentChanged,),
    rules={"applyment_changed": "TCM-MCH-30"},
    lane=LANE,
)
WALLET_TASKS = (
    WALLET_FORM,
    WALLET_SUBMISSION,
    WALLET_DATA_CHECK,
    ESCALATED_DATA_CHECK,
    WALLET_REVIEW,
    REMITTANCE,
    SIGNATURE,
    THAW,
)


def _step(event: str, stage: WalletStage, then: WalletStage, rule: str) -> Step:
    return Step(event, stage, Leads(then), rule, LANE)


WALLET_STEPS = (
    _step(WalletFormSubmitted.tag(), WalletStage.AWAITING_FORM, WalletStage.AWAITING_FORM, "TCM-MCH-10"),
    _step("submitted", WalletStage.SUBMITTING, WalletStage.UNDER_REVIEW, "TCM-WX-01"),
    _step("number_opened", WalletStage.UNDER_REVIEW, WalletStage.OPEN, "TCM-WX-11"),
    _step("applyment_rejected", WalletStage.UNDER_REVIEW, WalletStage.AWAITING_FORM, "AMB-33"),
    _step("applyment_canceled", WalletStage.UNDER_REVIEW, WalletStage.AWAITING_FORM, "AMB-33"),
    _step("instruction_lapsed", WalletStage.UNDER_REVIEW, WalletStage.SUBMITTING, "AMB-34"),
    _step("instructions_used_up", WalletStage.UNDER_REVIEW, WalletStage.AWAITING_FORM, "AMB-34"),
    _step("applyment_frozen", WalletStage.UNDER_REVIEW, WalletStage.FROZEN, "TCM-MCH-30"),
    _step("applyment_thawed", WalletStage.FROZEN, WalletStage.UNDER_REVIEW, "TCM-MCH-30"),
)

MERCHANT_ACCOUNT_TASKS = (NUMBERS, *WALLET_TASKS, *B2B_TASKS)
MERCHANT_ACCOUNT_STEPS = (
    Step(
        "no_onboarding",
        MerchantAccountStage.OPENING,
        Leads(MerchantAccountStage.CLOSED, MerchantAccountOutcome.NO_ONBOARDING),
        "TCM-MCH-09",
    ),
    *(
        Step(
            "numbers_settled",
            MerchantAccountStage.OPENING,
            Leads(MerchantAccountStage.CLOSED, outcome),
            "TCM-MCH-05",
        )
        for outcome in MerchantAccountOutcome
        if outcome is not MerchantAccountOutcome.NO_ONBOARDING
    ),
    *WALLET_STEPS,
    *B2B_STEPS,
    *(
        Step("given_up", stage, Leads(stages("given_up")), "TCM-MCH-30", lane)
        for lane, stages in LANES.items()
        for stage in stages
        if stage not in ("open", "given_up")
    ),
)
