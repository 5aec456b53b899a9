"""What became of each version that was handed in, as the audit of its case tells it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.listings import ListingStage, RevisionStage
from models.versions import Round, Told, VersionStatus

_LED_TO: Mapping[str, VersionStatus] = {
    RevisionStage.REVIEWING: VersionStatus.IN_REVIEW,
    RevisionStage.RETURNED: VersionStatus.REJECTED,
    RevisionStage.DRAFTING: VersionStatus.WITHDRAWN,
    RevisionStage.ACCEPTED: VersionStatus.APPROVED,
}


def rounds(told: Iterable[Told], rounds_before: int = 0) -> dict[int, tuple[Round, ...]]:
    """By version, its submissions, the oldest first. `told` is in the order of the audit and begins where no
    version is under review; `rounds_before` were submitted earlier."""
    found: dict[int, list[Round]] = {}
    open_in: list[Round] = []
    number = rounds_before
    for change in told:
        before, after = change.data.get("stage_before"), change.data.get("stage_after")
        if change.event == "submitted":
            number += 1
            open_in = found.setdefault(change.data["version"], [])
            submitted = VersionStatus.SUBMITTED
            open_in.append(Round(round=number, status=submitted, submitted_at=change.at))
        elif open_in and before != after and (status := _LED_TO.get(str(after))):
            open_in[-1] = _led_to(status, str(before), open_in[-1], change)
            open_in = open_in if status is VersionStatus.IN_REVIEW else []
    return {version: tuple(each) for version, each in found.items()}


def status_of(rounds: Sequence[Round], version: int, live_version: int | None, stage: str) -> VersionStatus:
    """Where a version stands now, given its submissions, and the version that counts in which stage."""
    if not rounds:
        return VersionStatus.DRAFT
    if rounds[-1].status is not VersionStatus.APPROVED:
        return rounds[-1].status
    if version != live_version:
        return VersionStatus.SUPERSEDED
    return VersionStatus.LIVE if stage == ListingStage.LISTED else VersionStatus.APPROVED


def _led_to(status: VersionStatus, before: str, round: Round, change: Told) -> Round:
    said: dict[str, Any] = {"status": status}
    if status is VersionStatus.IN_REVIEW:
        return _with(round, {**said, "flags": change.data.get("flags", ())})
    if status is VersionStatus.REJECTED:
        said |= {"reasons": change.data.get("numbered", ())}
        if before == RevisionStage.CHECKING:
            facts = {name: change.data.get(name, ()) for name in ("findings", "flags")}
            said |= {**facts, "status": VersionStatus.CHECKS_FAILED}
    return _with(round, {**said, "decided_at": change.at, "decided_by": change.actor})


def _with(round: Round, said: dict[str, Any]) -> Round:
    return Round.model_validate({**round.model_dump(), **said})
