"""What stands against an event of a product or shop beyond its shape."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from models.checklists import Reason
from models.listing_events import ContentBlock, Submitted
from models.listing_reasons import ReviewReason
from models.listings import REVISION, ListingKind, Numbered
from models.rules.findings import Finding
from models.rules.listing_fields import is_field


def submission_findings(event: Submitted, data: Mapping[str, JsonValue]) -> list[Finding]:
    """Nothing is handed in where there is no version but the one that is live."""
    version = _revision(data).get("version")
    if getattr(event, "content", None) is not None or version not in (None, data.get("live_version")):
        return []
    return [
        Finding(
            field="content",
            code="nothing-to-submit",
            rule="TCM-PROD-01",
            detail="there is no version but the one that is live",
            next="save a draft first, or send the content along",
        )
    ]


def approval_findings(confirmed: Sequence[str], data: Mapping[str, JsonValue]) -> list[Finding]:
    """What the category asks to be checked has been, by whoever approves (AMB-06)."""
    asked = _revision(data).get("confirm")
    missing = [str(each) for each in asked if each not in confirmed] if isinstance(asked, list) else []
    return [
        Finding(
            field="confirmed",
            code="not-confirmed",
            rule="AMB-06",
            detail=f"{each} has to be checked before this is approved",
            next=f"check it, and name {each}",
        )
        for each in missing
    ]


def reason_findings(reasons: Sequence[Reason], kind: ListingKind) -> list[Finding]:
    """Each reason names a field that there is, and a code that its provider can read about (AMB-37)."""
    found = []
    for place, reason in enumerate(reasons):
        if not is_field(kind, reason.field):
            detail = f"a {kind} has no such field"
            then = "name a block or a field of the content, such as " + EXAMPLES[kind]
            found.append(_wrong(f"reasons.{place}.field", "unknown-field", detail, then))
        if reason.code not in [*ReviewReason]:
            then = f"choose among {', '.join(ReviewReason)}"
            found.append(_wrong(f"reasons.{place}.code", "unknown-reason", "there is no such reason", then))
    return found


EXAMPLES = {ListingKind.PRODUCT: "basic.title", ListingKind.SHOP: "introduction"}


def self_check_findings(blocks: Sequence[ContentBlock], kind: ListingKind) -> list[Finding]:
    """All four blocks of a product are looked through (ALI-RECT-04); a shop has none."""
    asked = [*ContentBlock] if kind is ListingKind.PRODUCT else []
    return [
        Finding(
            field="blocks",
            code="block-not-checked",
            rule="ALI-RECT-04",
            detail=f"the {each} information was not looked through",
            next="look through all four blocks, and name them",
        )
        for each in asked
        if each not in blocks
    ]


def numbered(reasons: Sequence[Reason], round: int) -> tuple[Numbered, ...]:
    """The reasons of a round, or of a notice: `2.1` is the first of the second."""
    return tuple(
        Numbered(number=f"{round}.{place}", field=reason.field, code=reason.code, said=reason.said)
        for place, reason in enumerate(reasons, 1)
    )


def _revision(data: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    revision = data.get(REVISION)
    return revision if isinstance(revision, dict) else {}


def _wrong(field: str, code: str, detail: str, then: str) -> Finding:
    return Finding(field=field, code=code, rule="AMB-37", detail=detail, next=then)
