"""What a provider still has to bring: each requirement with its state. The next step follows from it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import JsonValue

from models.base import Frozen, Id
from models.cases import Party
from models.rules.masking import Said


class RequirementState(StrEnum):
    MISSING = "missing"
    GIVEN = "given"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WAIVED = "waived"

    @property
    def is_met(self) -> bool:
        return self in (RequirementState.ACCEPTED, RequirementState.WAIVED)

    @property
    def is_owed(self) -> bool:
        """Somebody has to give it, for the first time or again."""
        return self in (RequirementState.MISSING, RequirementState.REJECTED)


class Reason(Frozen):
    """Why a requirement was turned down: the field, a stable code, and what a person adds."""

    field: Id
    code: Id
    said: Said | None = None


class Requirement(Frozen):
    name: Id
    step: Id
    """Where it is asked for: a rejection returns there."""
    owed_by: Party
    rule: str
    state: RequirementState = RequirementState.MISSING
    round: int = 0
    """How often it was given."""
    reasons: tuple[Reason, ...] = ()


class Checklist(Frozen):
    """Every requirement of one case, in the order of its steps."""

    requirements: tuple[Requirement, ...]

    def next_step(self) -> str | None:
        """The first step with something unmet; None when all is done."""
        return next((each.step for each in self.requirements if not each.state.is_met), None)

    def owed(self, step: str) -> tuple[Requirement, ...]:
        """What has to be given in a step, for the first time or again."""
        return tuple(each for each in self.requirements if each.step == step and each.state.is_owed)

    def find(self, name: str) -> Requirement | None:
        return next((each for each in self.requirements if each.name == name), None)

    def missing(self, *names: str) -> Self:
        """Given before perhaps, and no longer there."""
        return self._with(names, lambda each: each.model_copy(update={"state": RequirementState.MISSING}))

    def given(self, *names: str) -> Self:
        return self._with(
            names,
            lambda each: each.model_copy(
                update={"state": RequirementState.GIVEN, "round": each.round + 1, "reasons": ()}
            ),
        )

    def put_in_review(self, step: str) -> Self:
        """Operators look at all that was given in a step."""
        given = [r.name for r in self.requirements if r.step == step and r.state is RequirementState.GIVEN]
        return self._with(given, lambda each: each.model_copy(update={"state": RequirementState.IN_REVIEW}))

    def accepted(self, *names: str) -> Self:
        update = {"state": RequirementState.ACCEPTED, "reasons": ()}
        return self._with(names, lambda each: each.model_copy(update=update))

    def approved(self, step: str) -> Self:
        """All that was in review in a step is accepted."""
        return self.accepted(*self._to_decide(step))

    def rejected(self, reasons: Sequence[tuple[str, Reason]], step: str) -> Self:
        """Turned down, by requirement; what else was in review is kept as it was given."""
        kept = self._with(
            self._to_decide(step), lambda each: each.model_copy(update={"state": RequirementState.GIVEN})
        )
        by_name = {name: tuple(r for n, r in reasons if n == name) for name, _ in reasons}
        return kept._with(
            tuple(by_name),
            lambda each: each.model_copy(
                update={"state": RequirementState.REJECTED, "reasons": by_name[each.name]}
            ),
        )

    def waived(self, name: str) -> Self:
        """An operator does without it."""
        update = {"state": RequirementState.WAIVED, "reasons": ()}
        return self._with((name,), lambda each: each.model_copy(update=update))

    def shown(self) -> list[JsonValue]:
        """As the case shows it."""
        return [each.model_dump(mode="json") for each in self.requirements]

    def _to_decide(self, step: str) -> list[str]:
        """Given, and decided by nobody yet: a correction elsewhere puts it back to where it was given."""
        found = (RequirementState.IN_REVIEW, RequirementState.GIVEN)
        return [each.name for each in self.requirements if each.step == step and each.state in found]

    def _with(self, names: Sequence[str], change: Callable[[Requirement], Requirement]) -> Self:
        """The same list, changed where a name stands in it. What was waived stays so."""
        changed = tuple(
            change(each) if each.name in names and each.state is not RequirementState.WAIVED else each
            for each in self.requirements
        )
        return self.model_copy(update={"requirements": changed})


def dated(listed: JsonValue, step: str | None, due: datetime | None) -> list[JsonValue]:
    """A list as it is shown, with `until`: the next deadline of what is unmet in the step under way."""
    until = due.isoformat() if due else None
    return [
        {
            **each,
            "until": None if each["step"] != step or RequirementState(str(each["state"])).is_met else until,
        }
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
    ]
