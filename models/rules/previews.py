"""What another version of a policy would mean for one open order: told before anything is moved."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime

from models.base import Frozen
from models.cases import CaseView, Task
from models.clocks import Clock
from models.order_tasks import ORDER_TASKS
from models.orders import OrderTerms
from models.rules.terms import AS_AGREED, longer, too_late

CLOCKS = {(task.name, str(task.stage)): task.within for task in ORDER_TASKS}
UNKNOWN = "its own version is not known any more"
"""Nothing could move the order back."""


class Deadline(Frozen):
    """A clock before and after: running towards `deadline_at`, or stopped with `left` to go."""

    task: str
    deadline_at: AwareDatetime | None
    would_be: AwareDatetime | None
    left: timedelta | None
    left_would_be: timedelta | None


class Preview(Frozen):
    case_id: str
    policy_version: str
    deadlines: tuple[Deadline, ...]
    """Those that would move."""
    against: str | None = None
    """Why the order would be left as it is."""


def preview(view: CaseView, before: OrderTerms | None, after: OrderTerms, now: datetime) -> Preview:
    """What moving the order would do now. `before` is None where its own version is not known any more."""
    found = Preview(case_id=view.case_id, policy_version=view.policy_version, deadlines=())
    if before is None:
        return found.model_copy(update={"against": UNKNOWN})
    by = longer(before, after, reworking=bool(view.data.get("reworks")))
    moved = {
        task.name: (_clock(task), _clock(task).shifted(by[within]))
        for task in view.tasks
        if (within := CLOCKS.get((task.name, view.stage))) in by
    }
    return found.model_copy(
        update={
            "deadlines": tuple(_deadline(task, *clocks) for task, clocks in moved.items()),
            "against": too_late((clock for clocks in moved.values() for clock in clocks), now),
        }
    )


def difference(before: OrderTerms, after: OrderTerms) -> dict[str, dict[str, Any]]:
    """Each term that differs, before and after; of what a move leaves alone, that it does."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return {
        name: {"unchanged": "as agreed when the order was placed"}
        if name in AS_AGREED
        else {"before": old[name], "after": new[name]}
        for name in new
        if old[name] != new[name]
    }


def _clock(task: Task) -> Clock:
    return Clock(deadline_at=task.deadline_at, left=task.left, paused=task.paused)


def _deadline(task: str, before: Clock, after: Clock) -> Deadline:
    return Deadline(
        task=task,
        deadline_at=before.deadline_at,
        would_be=after.deadline_at,
        left=before.left,
        left_would_be=after.left,
    )
