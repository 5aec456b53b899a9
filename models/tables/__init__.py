"""Rows of PostgreSQL. Never a payload, never imported by a workflow."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    FetchedValue,
    Identity,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING

Json = dict[str, Any]
XACT_ID = "pg_current_xact_id()::text::bigint"


def _at(*, nullable: bool = False, index: bool = False) -> Any:
    return Field(sa_type=DateTime(timezone=True), nullable=nullable, index=index)


def _json(*, nullable: bool = False) -> Any:
    return Field(sa_type=JSONB, nullable=nullable)


class AdmissionRow(SQLModel, table=True):
    """A case that was let in: one for each id for ever."""

    __tablename__ = "admissions"
    __table_args__ = (Index("ix_admissions_orphans", "admitted_at", postgresql_where=text("open")),)

    case_id: str = Field(primary_key=True)
    market: str
    process: str
    provider_id: str | None
    workflow: str
    digest: str
    """A keyed hash of the request: the same id with another digest is refused."""
    input: Json = _json()
    """What the workflow starts with."""
    private: bytes | None
    """Personal data that no workflow needs, encrypted."""
    open: bool = Field(default=True)
    admitted_at: datetime = _at()


class HoldRow(SQLModel, table=True):
    """What an open case needs for itself alone in its market. The row goes when the case closes."""

    __tablename__ = "admission_holds"

    market: str = Field(primary_key=True)
    hold: str = Field(primary_key=True)
    case_id: str = Field(index=True)


class CaseRow(SQLModel, table=True):
    """The read model: what each case is now."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("(stage = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        CheckConstraint("(stage = 'closed') = (outcome IS NOT NULL)", name="closed_has_outcome"),
        CheckConstraint("version >= 0", name="version_counts"),
        Index("ix_cases_newest", text("changed_at DESC"), text("case_id DESC")),
        Index("ix_cases_waiting_on", "waiting_on", postgresql_using="gin"),
        Index("ix_cases_open", "market", "process", "stage", postgresql_where=text("closed_at IS NULL")),
        Index("ix_cases_tasks", "tasks", postgresql_using="gin"),
        Index("ix_cases_of_provider", "provider_id", "process"),
        Index("ix_cases_of_process", "market", "process", text("changed_at DESC"), text("case_id DESC")),
        Index(
            "ix_cases_open_of_provider",
            *("process", "market", "provider_id"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_cases_buyer", "market", text("((view -> 'data'::text) ->> 'buyer_id'::text)")),
        Index(
            "ix_cases_applyment",
            "market",
            text("(((view -> 'data'::text) -> 'wallet'::text) ->> 'reference'::text)"),
        ),
    )

    case_id: str = Field(primary_key=True)
    process: str
    market: str
    id: str
    provider_id: str | None
    regarding: str | None = Field(index=True)
    stage: str
    outcome: str | None
    version: int
    run_id: str
    opened_at: datetime = _at()
    changed_at: datetime = _at()
    closed_at: datetime | None = _at(nullable=True)
    due_at: datetime | None = _at(nullable=True, index=True)
    waiting_on: list[str] = Field(sa_type=ARRAY(Text))
    blocked_by: list[str] = Field(sa_type=ARRAY(Text))
    tasks: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), server_default="{}", nullable=False)
    )
    """The names of the open tasks: each is a queue of its own."""
    claimed_by: str | None = Field(default=None, index=True)
    view: Json = _json()


class ChangeRow(SQLModel, table=True):
    """The audit, the feed and the timeline at once. Rows are only ever added: a trigger sees to it."""

    __tablename__ = "case_changes"
    __table_args__ = (
        Index("uq_case_changes_version", "case_id", "version", unique=True),
        Index("uq_case_changes_key", "case_id", "key", unique=True, postgresql_where=text("key IS NOT NULL")),
        Index("ix_case_changes_feed", "xact_id", "seq"),
        Index(
            "ix_case_changes_contents",
            *("case_id", text("((data ->> 'version'::text)::integer)")),
            postgresql_where=text("event IN ('draft_saved', 'submitted') AND data ? 'version'"),
        ),
    )

    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    xact_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, FetchedValue(), server_default=text(XACT_ID), nullable=False),
    )
    """The transaction that wrote the row: readers wait until no older one is still under way."""
    case_id: str
    version: int
    run_id: str
    at: datetime = _at()
    recorded_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), server_default=text("clock_timestamp()"), nullable=False)
    )
    event: str
    actor: Json = _json()
    key: str | None
    digest: str | None
    data: Json = _json()
    stage_before: str | None
    stage_after: str
    hash: str
    internal: bool = Field(
        default=False, sa_column=Column(Boolean, server_default=text("false"), nullable=False)
    )
    """For operators alone to read."""
    answer: Json = _json()
    """The case as the sender of this change was shown it."""


class EffectRow(SQLModel, table=True):
    """One distinct effect on the outside world, by the key of its business step."""

    __tablename__ = "outside_effects"

    key: str = Field(primary_key=True)
    request: Json = _json()
    result: Json | None = _json(nullable=True)
    asked_at: datetime = _at()
    done_at: datetime | None = _at(nullable=True)
