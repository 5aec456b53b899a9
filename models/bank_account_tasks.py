"""Who may move a bank account, with what, from where to where. The check fits into other cases, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from models.bank_accounts import (
    AccountGiven,
    AmountsEntered,
    BankAccountOutcome,
    BankAccountStage,
    DecidedToEnd,
    DecidedToGrantRound,
    DecidedToVoid,
    PaymentReturned,
    RemittanceMatched,
)
from models.cases import Event, Party
from models.tasks import Leads, Step, TaskKind
from models.telling import CooperationEnded


@dataclass(frozen=True, slots=True)
class BankCheckStages:
    """The stages of a case in which it has an account checked, and where that leads."""

    checking: StrEnum
    paying_in: StrEnum
    amounts: StrEnum
    cooling_down: StrEnum
    instructing: StrEnum
    remittance: StrEnum
    asking: StrEnum
    proven: StrEnum
    given_up: StrEnum


@dataclass(frozen=True, slots=True)
class BankCheckTasks:
    """What a check waits for, in either direction."""

    stages: BankCheckStages
    data_check: TaskKind
    paying_in: TaskKind
    amounts: TaskKind
    cooling_down: TaskKind
    remittance: TaskKind
    asking: TaskKind

    @property
    def tasks(self) -> tuple[TaskKind, ...]:
        paid_in = (self.data_check, self.paying_in, self.amounts, self.cooling_down)
        return (*paid_in, self.remittance, self.asking)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What a check does by itself, and what becomes of an event that leads to several ends."""
        at = self.stages
        amounts = AmountsEntered.tag()
        again, back = Leads(at.paying_in), Leads(at.given_up)
        return (
            Step("data_refused", at.checking, back, "TCM-TEN-11"),
            Step("data_in_order", at.checking, again, "TCM-TEN-12"),
            Step("data_in_order", at.checking, Leads(at.instructing), "TCM-WX-03"),
            Step("paid_in", at.paying_in, Leads(at.amounts), "TCM-TEN-12"),
            Step("not_issued", at.paying_in, back, "AMB-36"),
            Step("must_cool_down", at.paying_in, Leads(at.cooling_down), "AMB-36"),
            Step(amounts, at.amounts, Leads(at.amounts), "TCM-TEN-13"),
            Step(amounts, at.amounts, Leads(at.cooling_down), "AMB-36"),
            Step(amounts, at.amounts, back, "AMB-36"),
            Step("amounts_overdue", at.amounts, back, "AMB-36"),
            Step("instructed", at.instructing, Leads(at.remittance), "TCM-WX-04"),
            Step("not_issued", at.instructing, back, "AMB-34"),
            Step("remittance_found", at.asking, Leads(at.proven), "TCM-WX-05"),
            Step("lapsed", at.asking, Leads(at.instructing), "AMB-34"),
            Step("lapsed", at.asking, back, "AMB-34"),
        )

    @classmethod
    def of(
        cls,
        stages: BankCheckStages,
        extra_moves: Mapping[type[Event], Leads],
        *,
        granted_by: type[Event] | None = None,
    ) -> Self:
        """The tasks in a case's own stages. `extra_moves` interrupt the check anywhere; `granted_by`
        ends a cool-down before its time."""
        at, extra = stages, dict(extra_moves)
        returned: dict[type[Event], Leads] = {PaymentReturned: Leads(at.given_up)}
        remitted: dict[type[Event], Leads] = {RemittanceMatched: Leads(at.proven)}
        granted: dict[type[Event], Leads] = {granted_by: Leads(at.paying_in)} if granted_by else {}

        def task(
            name: str,
            stage: StrEnum,
            waiting_on: Party,
            moves: dict[type[Event], Leads],
            *,
            then: StrEnum | None = None,
            within: str | None = None,
            held: bool = False,
            rules: dict[str, str] | None = None,
        ) -> TaskKind:
            every = {**moves, **extra}
            silence = Leads(then) if then else None
            return TaskKind(name, stage, waiting_on, every, silence, within, (*every,), rules, held)

        return cls(
            stages=at,
            data_check=task("data_check", at.checking, Party.BANK, {}),
            paying_in=task("paying_in", at.paying_in, Party.BANK, returned),
            amounts=task(
                "amounts",
                at.amounts,
                Party.PROVIDER,
                {AmountsEntered: Leads(at.proven), **returned},
                then=at.cooling_down,
                within="valid_for",
                held=True,  # how long a secret is good for is no operator's to say
                rules={"amounts_entered": "TCM-TEN-13", "silence": "AMB-36"},
            ),
            cooling_down=task(
                "cooling_down",
                at.cooling_down,
                Party.OFFICE,
                {**returned, **granted},
                then=at.paying_in,
                within="cool_down",
                rules={"silence": "AMB-36"},
            ),
            remittance=task(
                "remittance",
                at.remittance,
                Party.PROVIDER,
                remitted,
                then=at.asking,
                within="valid_for",
                held=True,
                rules={"remitted": "TCM-WX-05", "silence": "TCM-WX-04"},
            ),
            asking=task("asking_bank", at.asking, Party.BANK, remitted, rules={"remitted": "TCM-WX-05"}),
        )


_STAGES = BankCheckStages(
    checking=BankAccountStage.CHECKING_DETAILS,
    paying_in=BankAccountStage.PAYING_IN,
    amounts=BankAccountStage.AWAITING_AMOUNTS,
    cooling_down=BankAccountStage.COOLING_DOWN,
    instructing=BankAccountStage.INSTRUCTING,
    remittance=BankAccountStage.AWAITING_REMITTANCE,
    asking=BankAccountStage.ASKING_BANK,
    proven=BankAccountStage.VERIFIED,
    given_up=BankAccountStage.AWAITING_DETAILS,
)
_GIVEN: dict[type[Event], Leads] = {AccountGiven: Leads(BankAccountStage.CHECKING_DETAILS)}
_VOIDED: dict[type[Event], Leads] = {DecidedToVoid: Leads(BankAccountStage.AWAITING_DETAILS)}
_ENDED: dict[type[Event], Leads] = {
    CooperationEnded: Leads(BankAccountStage.CLOSED, BankAccountOutcome.COOPERATION_ENDED),
    DecidedToEnd: Leads(BankAccountStage.CLOSED, BankAccountOutcome.ENDED),
}
_RULES = {"account_given": "TCM-TEN-08"}

CHECK = BankCheckTasks.of(_STAGES, {**_GIVEN, **_VOIDED, **_ENDED}, granted_by=DecidedToGrantRound)
_FROM_DETAILS: dict[type[Event], Leads] = {
    **_GIVEN,
    DecidedToGrantRound: Leads(BankAccountStage.INSTRUCTING),  # what can be guessed is never asked once more
    **_ENDED,
}
DETAILS = TaskKind(
    name="bank_details",
    stage=BankAccountStage.AWAITING_DETAILS,
    waiting_on=Party.PROVIDER,
    moves=_FROM_DETAILS,
    even_paused=(*_FROM_DETAILS,),
    rules=_RULES,
)
_FROM_VERIFIED: dict[type[Event], Leads] = {
    **_GIVEN,
    PaymentReturned: Leads(BankAccountStage.AWAITING_DETAILS),
    **_VOIDED,
    **_ENDED,
}
STANDING = TaskKind(
    name="standing",
    stage=BankAccountStage.VERIFIED,
    waiting_on=Party.OFFICE,
    moves=_FROM_VERIFIED,
    even_paused=(*_FROM_VERIFIED,),
    rules={"account_given": "AMB-33"},
)
BANK_ACCOUNT_TASKS = (DETAILS, *CHECK.tasks, STANDING)
BANK_ACCOUNT_STEPS = (
    Step(
        "no_onboarding",
        BankAccountStage.AWAITING_DETAILS,
        Leads(BankAccountStage.CLOSED, BankAccountOutcome.NO_ONBOARDING),
    ),
    *CHECK.steps,
)
