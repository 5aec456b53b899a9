"""How a market moves its providers to new settlement accounts, and what it does with those (ALI-SET)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.base import Frozen, Id
from models.deposits import Block
from models.periods import Day, Reminders, Span, of_periods
from models.working_days import WorkingDays


class Path(StrEnum):
    """Where a provider's money is settled to. It opens one of them, or both (ALI-SET-02, AMB-25)."""

    ALIPAY = "alipay"
    MYBANK = "mybank"


class ApprovalTerms(Frozen):
    """How operators approve an Alipay account (ALI-SET-12, AMB-26)."""

    approve_within: WorkingDays | Span
    """Then the case is escalated."""
    replan_every: Span
    """How soon a date is planned again that was planned without calendar data (AMB-54)."""


class SettlementTerms(Frozen):
    """The dates of the upgrade are days in Shanghai, and whole ones: windows include both ends (CV-7)."""

    upgrade_began: Day
    """Money of before settles the old way (ALI-SET-01, -06)."""
    window_from: Day
    window_until: Day
    """The last day to activate the new account. The day after the old one is out of use (ALI-SET-03, -04)."""
    always: tuple[Id, ...] = ()
    """How buyers can pay whatever is opened (ALI-PAY-03)."""
    channels: Mapping[Path, tuple[Id, ...]]
    """How they can pay once a path is open (ALI-PAY-01, -04, -05, -07)."""
    unactivated_blocks: tuple[Block, ...]
    """What a provider cannot do once the old account is out of use, and none is activated (ALI-SET-05)."""
    revoked_blocks: tuple[Block, ...]
    """What it cannot do while nothing may be deducted from its new account (ALI-SET-23)."""
    approval: ApprovalTerms
    retry_every: Span
    """How soon a deduction is tried again that took nothing (AMB-26)."""
    debts_at_most: Annotated[int, Field(strict=True, ge=1, le=500)]
    """How many payments may be waited for at a time: beyond that the provider is the operators' matter."""
    remind_before: Annotated[Reminders, of_periods("window_until", "approve_within")] = Field(
        default_factory=dict
    )
    """How long before the end of which period its party is reminded."""
    worry_after: Span | None = None
    """How long an outside system may take to answer before operators are told; None: for ever."""
    events_a_run: Annotated[int, Field(strict=True, ge=10, le=10_000)] = 4_000
    """How long one run's history may become before the case goes on in another."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.upgrade_began <= self.window_from <= self.window_until:
            raise ValueError("the upgrade begins, then the window opens, then it ends")
        if {*self.channels} != {*Path}:
            raise ValueError("channels has to say what each path brings")
        return self
