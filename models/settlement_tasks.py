"""Who may move a settlement account and its two paths, with what, from where to where (ALI-SET)."""

from dataclasses import replace
from enum import StrEnum

from models.cases import Event, Party
from models.settlement_accounts import (
    AlipayStage,
    MybankStage,
    SettlementOutcome,
    SettlementStage,
)
from models.settlement_events import (
    AlipayAccountGiven,
    DecidedToApprove,
    DecidedToCorrect,
    DecidedToEnd,
    DecidedToReject,
    DeductionAuthorised,
    DeductionRevoked,
    EnterpriseAuthorised,
    MybankDetailsGiven,
    PathChosen,
    PayoutAgreementSigned,
    RecoveryAsked,
)
from models.settlement_terms import Path
from models.tasks import Leads, Step, TaskKind
from models.telling import CooperationEnded

# --- the case

_WINDS_UP = SettlementStage.WINDING_UP
_ENDED: dict[type[Event], Leads] = {
    CooperationEnded: Leads(_WINDS_UP, SettlementOutcome.COOPERATION_ENDED),
    DecidedToEnd: Leads(_WINDS_UP, SettlementOutcome.ENDED),
}


def _of_case(
    name: str,
    stage: SettlementStage,
    waiting_on: Party,
    moves: dict[type[Event], SettlementStage],
    rules: dict[str, str],
) -> TaskKind:
    every = {event: Leads(stage) for event, stage in moves.items()} | _ENDED
    return TaskKind(name, stage, waiting_on, every, even_paused=(*every,), rules=rules)


LATE_PATH = _of_case(
    "late_path",
    SettlementStage.OPENING,
    Party.PROVIDER,
    {PathChosen: SettlementStage.OPENING},
    {"path_chosen": "ALI-SET-02"},
)
PATH = replace(
    LATE_PATH,
    name="path",
    silence=Leads(SettlementStage.OPENING),
    within="window_until",
    rules={"path_chosen": "ALI-SET-02", "silence": "ALI-SET-05"},
    held=True,  # the market's day is no operator's to move
)
STANDING = _of_case(
    "standing",
    SettlementStage.ACTIVE,
    Party.OFFICE,
    {
        PathChosen: SettlementStage.ACTIVE,
        DeductionRevoked: SettlementStage.SUSPENDED,
        RecoveryAsked: SettlementStage.ACTIVE,
    },
    {"path_chosen": "AMB-25", "deduction_revoked": "ALI-SET-23", "recovery_asked": "ALI-SET-20"},
)
REAUTHORISATION = _of_case(
    "reauthorisation",
    SettlementStage.SUSPENDED,
    Party.SIGNATORY,
    {
        PathChosen: SettlementStage.SUSPENDED,
        DeductionAuthorised: SettlementStage.ACTIVE,
        RecoveryAsked: SettlementStage.SUSPENDED,
    },
    {"path_chosen": "AMB-25", "deduction_authorised": "ALI-SET-13", "recovery_asked": "ALI-SET-21"},
)

# --- its paths


def _of_path(
    path: Path,
    name: str,
    stage: StrEnum,
    waiting_on: Party,
    moves: dict[type[Event], StrEnum],
    rule: str,
) -> TaskKind:
    every: dict[type[Event], Leads] = {event: Leads(stage) for event, stage in moves.items()}
    rules = {event.tag(): rule for event in every}
    return TaskKind(name, stage, waiting_on, every, even_paused=(*every,), rules=rules, lane=path)


def _shared(path: Path, stage: StrEnum, opened: StrEnum) -> Step:
    """The right to deduct was given already, or for the other path at the same moment."""
    return Step("deduction_shared", stage, Leads(opened), "ALI-SET-19", path)


ALIPAY_ACCOUNT = _of_path(
    Path.ALIPAY,
    "alipay_account",
    AlipayStage.AWAITING_ACCOUNT,
    Party.PROVIDER,
    {AlipayAccountGiven: AlipayStage.MATCHING},
    "ALI-SET-10",
)
ALIPAY_MATCH = _of_path(Path.ALIPAY, "alipay_match", AlipayStage.MATCHING, Party.WALLET, {}, "ALI-SET-11")
ESCALATED_APPROVAL = _of_path(
    Path.ALIPAY,
    "escalated_approval",
    AlipayStage.APPROVING,
    Party.OPERATOR,
    {
        DecidedToApprove: AlipayStage.AWAITING_DEDUCTION,
        DecidedToCorrect: AlipayStage.AWAITING_ACCOUNT,
        DecidedToReject: AlipayStage.REJECTED,
    },
    "ALI-SET-12",
)
APPROVAL = replace(
    ESCALATED_APPROVAL,
    name="approval",
    silence=Leads(AlipayStage.APPROVING),
    within="approve_within",
    rules={"decided": "ALI-SET-12", "silence": "AMB-26"},
)
ALIPAY_DEDUCTION = _of_path(
    Path.ALIPAY,
    "alipay_deduction",
    AlipayStage.AWAITING_DEDUCTION,
    Party.SIGNATORY,
    {DeductionAuthorised: AlipayStage.OPEN},
    "ALI-SET-13",
)
MYBANK_AUTHORISATION = _of_path(
    Path.MYBANK,
    "mybank_authorisation",
    MybankStage.AWAITING_AUTHORISATION,
    Party.SIGNATORY,
    {EnterpriseAuthorised: MybankStage.AWAITING_DETAILS},
    "ALI-SET-15",
)
MYBANK_DETAILS = _of_path(
    Path.MYBANK,
    "mybank_details",
    MybankStage.AWAITING_DETAILS,
    Party.PROVIDER,
    {MybankDetailsGiven: MybankStage.MATCHING},
    "ALI-SET-16",
)
MYBANK_MATCH = _of_path(Path.MYBANK, "mybank_match", MybankStage.MATCHING, Party.WALLET, {}, "ALI-SET-11")
PAYOUT_AGREEMENT = _of_path(
    Path.MYBANK,
    "payout_agreement",
    MybankStage.AWAITING_AGREEMENT,
    Party.SIGNATORY,
    {PayoutAgreementSigned: MybankStage.AWAITING_DEDUCTION},
    "ALI-SET-17",
)
MYBANK_DEDUCTION = _of_path(
    Path.MYBANK,
    "mybank_deduction",
    MybankStage.AWAITING_DEDUCTION,
    Party.SIGNATORY,
    {DeductionAuthorised: MybankStage.OPEN},
    "ALI-SET-18",
)

SETTLEMENT_TASKS = (
    *(PATH, LATE_PATH, STANDING, REAUTHORISATION),
    *(ALIPAY_ACCOUNT, ALIPAY_MATCH, APPROVAL, ESCALATED_APPROVAL, ALIPAY_DEDUCTION),
    *(MYBANK_AUTHORISATION, MYBANK_DETAILS, MYBANK_MATCH, PAYOUT_AGREEMENT, MYBANK_DEDUCTION),
)
_RECOVERING = (SettlementStage.ACTIVE, SettlementStage.SUSPENDED, _WINDS_UP)
SETTLEMENT_STEPS = (
    Step(
        "no_onboarding",
        SettlementStage.OPENING,
        Leads(SettlementStage.CLOSED, SettlementOutcome.NO_ONBOARDING),
    ),
    Step("activated", SettlementStage.OPENING, Leads(SettlementStage.ACTIVE), "ALI-SET-04"),
    *(Step("recovered", stage, Leads(stage), "ALI-SET-20") for stage in _RECOVERING),
    *(Step("not_recovered", stage, Leads(stage), "AMB-26") for stage in _RECOVERING),
    *(
        Step("wound_up", _WINDS_UP, Leads(SettlementStage.CLOSED, outcome))
        for outcome in (SettlementOutcome.ENDED, SettlementOutcome.COOPERATION_ENDED)
    ),
    Step("account_matched", AlipayStage.MATCHING, Leads(AlipayStage.APPROVING), "ALI-SET-12", Path.ALIPAY),
    Step(
        "account_mismatched",
        AlipayStage.MATCHING,
        Leads(AlipayStage.AWAITING_ACCOUNT),
        "ALI-SET-11",
        Path.ALIPAY,
    ),
    Step("begun_again", AlipayStage.REJECTED, Leads(AlipayStage.AWAITING_ACCOUNT), "AMB-26", Path.ALIPAY),
    _shared(Path.ALIPAY, AlipayStage.AWAITING_DEDUCTION, AlipayStage.OPEN),
    Step(
        "account_matched",
        MybankStage.MATCHING,
        Leads(MybankStage.AWAITING_AGREEMENT),
        "ALI-SET-17",
        Path.MYBANK,
    ),
    Step(
        "account_mismatched",
        MybankStage.MATCHING,
        Leads(MybankStage.AWAITING_DETAILS),
        "ALI-SET-11",
        Path.MYBANK,
    ),
    _shared(Path.MYBANK, MybankStage.AWAITING_DEDUCTION, MybankStage.OPEN),
)
