"""Versions of products and shops: every content that was handed in, and what became of it."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from api.auth import Caller, Identified
from api.cursors import Limit, decoded, encoded
from api.office import TheOffice
from api.problems import not_found
from api.reading import acting, find, snapshot
from api.routing import of_every_process
from models.base import Frozen
from models.cases import Role
from models.listing_content import Content
from models.listing_process import PRODUCT_REVIEWS, SHOP_REVIEWS
from models.listings import Numbered
from models.process import Process
from models.rules.findings import Finding
from models.rules.versions import status_of
from models.tables import CaseRow
from models.tables.versions import HandedIn, content_of, handed_in, live_version, rounds_of
from models.versions import Round, VersionStatus

LISTINGS = (PRODUCT_REVIEWS, SHOP_REVIEWS)
WHO: Any = Field(description="The role, and for operators who exactly.")


class Submission(Round):
    """One submission, as a caller may read it."""

    decided_by: dict[str, Any] | None = WHO  # type: ignore[assignment]  # somebody may be left out of it


class Version(Frozen):
    version: int = Field(description="Of all contents that were handed in: 1, 2, ...")
    handed_in_at: AwareDatetime
    by: dict[str, Any] = WHO
    event: str = Field(description="What it came with: `draft_saved` or `submitted`.")
    status: VersionStatus
    round: int | None = Field(description="Of its last submission, as what follows is.")
    decided_at: AwareDatetime | None
    reasons: tuple[Numbered, ...]
    findings: tuple[Finding, ...]
    rounds: list[Submission] = Field(description="All its submissions, the oldest first.")


class VersionWithContent(Version):
    content: Content


class Versions(Frozen):
    case_id: str
    versions: list[Version] = Field(description="The newest first.")
    next: str | None = Field(description="Send it as `cursor` for the rest; null when this was all.")


def router() -> APIRouter:
    return of_every_process(_add, LISTINGS)


def _add(routes: APIRouter, process: Process) -> None:
    name = process.name.replace("-", "_")

    @routes.get("/{id}/versions", summary="Versions", operation_id=f"versions_of_{name}")
    def read_versions(
        market: str,
        id: str,
        office: TheOffice,
        caller: Identified,
        cursor: str | None = None,
        limit: Limit = 50,
    ) -> Versions:
        """Every content that was handed in, the newest first. Drafts that were never submitted are shown to
        their provider alone."""
        row = find(office, caller, process, market, id)
        before = None if cursor is None else decoded(cursor, "cursor", int)[0]
        with snapshot(office) as session:
            row = session.get_one(CaseRow, row.case_id)
            found = versions_of(session, caller, row, before=before, limit=limit + 1)
            more, found = len(found) > limit, found[:limit]
            shown = read(session, caller, row, found)
        return Versions(case_id=row.case_id, versions=shown, next=encoded(found[-1].number) if more else None)

    @routes.get("/{id}/versions/{number}", summary="One version", operation_id=f"version_of_{name}")
    def read_version(
        market: str, id: str, number: int, office: TheOffice, caller: Identified
    ) -> VersionWithContent:
        """A version, with its content."""
        row = find(office, caller, process, market, id)
        with snapshot(office) as session:
            row = session.get_one(CaseRow, row.case_id)
            found = one(session, caller, row, number)
            (shown,) = read(session, caller, row, [found])
            return VersionWithContent(**shown.model_dump(), content=content_of(session, row.case_id, found))


def versions_of(session: Session, caller: Caller, row: CaseRow, **which: Any) -> list[HandedIn]:
    """Versions that the caller may see, the newest first. A draft is work in progress, and its provider's."""
    return handed_in(session, row.case_id, drafts=caller.role is Role.PROVIDER, **which)


def one(session: Session, caller: Caller, row: CaseRow, number: int) -> HandedIn:
    """A version that the caller may see; anything else is not found."""
    if not 0 < number < 2**31:
        raise not_found()
    found = versions_of(session, caller, row, only=(number,))
    if not found:
        raise not_found()
    return found[0]


def read(session: Session, caller: Caller, row: CaseRow, versions: Sequence[HandedIn]) -> list[Version]:
    """Versions that follow each other, as they stand."""
    became, live = rounds_of(session, row.case_id, versions), live_version(row)
    return [_version(caller, row, each, became.get(each.number, ()), live) for each in versions]


def _version(
    caller: Caller, row: CaseRow, version: HandedIn, rounds: Sequence[Round], live: int | None
) -> Version:
    last = rounds[-1] if rounds else None
    return Version(
        version=version.number,
        handed_in_at=version.at,
        by=acting(caller, version.actor),
        event=version.event,
        status=status_of(rounds, version.number, live, row.stage),
        round=last.round if last else None,
        decided_at=last.decided_at if last else None,
        reasons=last.reasons if last else (),
        findings=last.findings if last else (),
        rounds=[_submission(caller, each) for each in rounds],
    )


def _submission(caller: Caller, round: Round) -> Submission:
    shown = round.model_dump()
    by = round.decided_by
    shown["decided_by"] = acting(caller, by.model_dump(mode="json", exclude_none=True)) if by else None
    return Submission(**shown)
