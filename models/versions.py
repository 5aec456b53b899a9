"""Versions of what a provider wants to show: every content that it handed in, and what became of it."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from models.base import Frozen
from models.cases import Actor
from models.listings import Numbered
from models.rules.findings import Finding


class VersionStatus(StrEnum):
    DRAFT = "draft"
    """It was saved, and never submitted."""
    SUBMITTED = "submitted"
    """Automatic checks look at it."""
    CHECKS_FAILED = "checks_failed"
    IN_REVIEW = "in_review"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    """It is what would be shown, and nothing is now."""
    LIVE = "live"
    """It is what buyers see."""
    SUPERSEDED = "superseded"
    """It was approved, and so was a later one."""


class Round(Frozen):
    """One submission of a version, and how it ended. The same content may be submitted again."""

    round: int = Field(description="Of all submissions of this case: 1, 2, ...")
    status: VersionStatus
    submitted_at: AwareDatetime
    decided_at: AwareDatetime | None = None
    decided_by: Actor | None = None
    reasons: tuple[Numbered, ...] = Field((), description="Why operators turned it down.")
    findings: tuple[Finding, ...] = Field((), description="Why automatic checks turned it down.")
    flags: tuple[Finding, ...] = Field((), description="What automatic checks asked operators to look at.")


class Told(Frozen):
    """A change of the revision as the audit has it, without the content that came with it."""

    at: AwareDatetime
    event: str
    actor: Actor
    data: dict[str, Any]
