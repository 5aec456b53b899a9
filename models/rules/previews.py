"""What another version of a policy would mean for one open order: told before anything is moved."""

from datetime import datetime

from pydantic import AwareDatetime

from models.base import Frozen
from models.cases import CaseView, Task
from models.clocks import Clock
from models.order_tasks import ORDER_TASKS
from models.orders import OrderTerms
from models.rules.terms import longer

CLOCKS = {(task.name, str(task.stage)): task.within for task in ORDER_TASKS}


class Deadline(Frozen):
    task: str
    deadline_at: AwareDatetime | None
    """None while paused."""
    would_be: AwareDatetime | None


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
        return found.model_copy(update={"against": "its own version is not known any more"})
    by = longer(before, after, reworking=bool(view.data.get("reworks")))
    moved = {
        task.name: (
            task,
            Clock(deadline_at=task.deadline_at, left=task.left, paused=task.paused).shifted(by[within]),
        )
        for task in view.tasks
        if (within := CLOCKS.get((task.name, view.stage))) in by
    }
    too_late = any(not clock.left_at(now) for _, clock in moved.values())
    return found.model_copy(
        update={
            "deadlines": tuple(
                Deadline(task=name, deadline_at=task.deadline_at, would_be=clock.deadline_at)
                for name, (task, clock) in moved.items()
            ),
            "against": "the shorter period has passed already" if too_late else None,
        }
    )


def _clock(task: Task) -> Clock:
    return Clock(deadline_at=task.deadline_at, left=task.left, paused=task.paused)
