"""What is new in a version of a product or a shop, as JSON, or as a page to read and to print."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.auth import Caller, Identified
from api.formats import CONTENT, Accept, Format, headers_of, wants_page
from api.office import Office, TheOffice
from api.pages import page
from api.reading import find, snapshot, summary
from api.routing import of_every_process
from api.versions import LISTINGS, Submission, Version, one, read, versions_of
from models.base import Frozen
from models.cases import CaseView
from models.listing_process import KIND_OF
from models.listings import REVISION
from models.process import Process
from models.rules.blocks import Why, block_findings
from models.rules.differences import Change, difference
from models.rules.findings import Finding
from models.tables import CaseRow
from models.tables.versions import HandedIn, content_of, live_version

MOST_ROUNDS = 20
HEADINGS = ("basic.title", "name")
"""Where a version says what it is called."""


class VersionRound(Submission):
    version: int


class Difference(Frozen):
    """What whoever decides on a version looks at."""

    case: CaseView
    from_: Version | None = Field(serialization_alias="from", description="Null: compared with nothing.")
    to: Version | None = Field(description="Null where there is nothing to see yet.")
    changes: tuple[Change, ...]
    rounds: list[VersionRound] = Field(
        description="Of the versions after `from` up to `to`, the newest first: what was said of them."
    )
    criteria: tuple[str, ...] = Field(description="What its category covers.")
    confirm: tuple[str, ...] = Field(description="What whoever approves it has to have checked.")
    gates: list[Finding] = Field(description="Everything that stands against its provider's listing.")


def router() -> APIRouter:
    return of_every_process(_add, LISTINGS)


def _add(routes: APIRouter, process: Process) -> None:
    @routes.get(
        "/{id}/difference",
        summary="What is new",
        operation_id=f"difference_of_{process.name.replace('-', '_')}",
        response_class=Response,
        responses={200: {"content": CONTENT, "model": Difference}},
    )
    def read_difference(
        market: str,
        id: str,
        office: TheOffice,
        caller: Identified,
        since: Annotated[
            int | None, Query(alias="from", description="A version; the live one, unless told otherwise.")
        ] = None,
        to: Annotated[
            int | None, Query(description="A version; the newest that you may see, unless told otherwise.")
        ] = None,
        format: Format = None,
        accept: Accept = "",
    ) -> Response:
        """What differs between two versions, field by field, with what was said of them before."""
        row = find(office, caller, process, market, id)
        found, whole = compared(office, caller, row, since, to)
        as_page = wants_page(format, accept)
        headers = headers_of(f"difference-{process.name}-{market}-{id}", as_page)
        shown = found.model_dump(mode="json", by_alias=True)
        if as_page:
            return HTMLResponse(_page(process, whole, shown), headers=headers)
        return JSONResponse(shown, headers=headers)


def _page(process: Process, whole: tuple[Change, ...], shown: dict[str, Any]) -> str:
    """`shown` as people read it; `heading` is what the version calls itself."""
    given = [each.model_dump(mode="json") for each in whole]
    named = (each["after"] for each in (*given, *shown["changes"]) if each["field"] in HEADINGS)
    return page(
        "difference.html",
        process=process,
        kind=KIND_OF[process.name],
        heading=next(named, None),
        before=shown["from"],
        revision=shown["case"]["data"].get(REVISION) or {},
        whole=given,
        **shown,
    )


def compared(
    office: Office, caller: Caller, row: CaseRow, since: int | None, to: int | None
) -> tuple[Difference, tuple[Change, ...]]:
    """Two versions at a single moment; and the later one as a whole, where it is not all new."""
    with snapshot(office) as session:
        row = session.get_one(CaseRow, row.case_id)
        since = live_version(row) if since is None else since
        before = None if since is None else one(session, caller, row, since)
        newest = next(iter(versions_of(session, caller, row, limit=1)), None)
        after = newest if to is None else one(session, caller, row, to)
        old, new = (each and content_of(session, row.case_id, each) for each in (before, after))
        said = _said(session, caller, row, before, after)
        shown = [each and read(session, caller, row, [each])[0] for each in (before, after)]
    criteria, confirm = _asked(row, after)
    found = Difference(
        case=summary(caller, row),
        from_=shown[0],
        to=shown[1],
        changes=difference(old, new) if new else (),
        rounds=said,
        criteria=criteria,
        confirm=confirm,
        gates=block_findings(_gates(row), "provider_id"),
    )
    return found, difference(None, new) if new and old else ()


def _said(
    session: Session, caller: Caller, row: CaseRow, before: HandedIn | None, after: HandedIn | None
) -> list[VersionRound]:
    if after is None:
        return []
    until = after.number + 1
    found = [
        each
        for each in versions_of(session, caller, row, before=until, limit=MOST_ROUNDS)
        if before is None or each.number > before.number
    ]
    return [
        VersionRound(version=version.version, **each.model_dump())
        for version in read(session, caller, row, found)
        for each in reversed(version.rounds)
    ]


def _asked(row: CaseRow, version: HandedIn | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What counts for whoever decides on the version now; nothing where it is not looked at."""
    revision = row.view["data"].get(REVISION) or {}
    if version is None or revision.get("version") != version.number:
        return (), ()
    return tuple(revision.get("criteria") or ()), tuple(revision.get("confirm") or ())


def _gates(row: CaseRow) -> list[Why]:
    known = {str(why): why for why in Why}
    return [known[each] for each in row.view["data"].get("blocked_by") or () if each in known]
