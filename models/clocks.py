"""A countdown that people may stop: when it ends, what is left of it, and what is too late."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from pydantic import AwareDatetime

from models.base import Frozen


class Clock(Frozen):
    """Running towards `deadline_at`, stopped with `left` to go, or neither: it never ends."""

    deadline_at: AwareDatetime | None = None
    left: timedelta | None = None
    paused: bool = False

    @classmethod
    def starting(cls, since: datetime, within: timedelta) -> Self:
        """A period that runs N x 24 h from an instant, not calendar days (CV-4)."""
        return cls(deadline_at=since + within)

    def is_late(self, at: datetime) -> bool:
        """Before the deadline is in time; the instant of the deadline is late (CV-6)."""
        return self.deadline_at is not None and at >= self.deadline_at

    def left_at(self, at: datetime) -> timedelta:
        """The time that is left, running or stopped: none when it is due, or never ends."""
        if self.deadline_at is None:
            return self.left or timedelta()
        return max(self.deadline_at - at, timedelta())

    def next_reminder(self, before: Iterable[timedelta], after: datetime) -> datetime | None:
        """The first instant after `after` that lies one of these periods before the deadline."""
        if self.deadline_at is None:
            return None
        return min((at for b in before if (at := self.deadline_at - b) > after), default=None)

    def paused_at(self, now: datetime) -> Self:
        """Stopped, keeping the time that is left: none, when it was already due."""
        if self.paused:
            return self
        left = self.left_at(now) if self.deadline_at else None
        return self.model_copy(update={"deadline_at": None, "left": left, "paused": True})

    def resumed_at(self, now: datetime) -> Self:
        """Running again, with the time that was left."""
        if not self.paused:
            return self
        deadline_at = now + self.left if self.left is not None else None
        return self.model_copy(update={"deadline_at": deadline_at, "left": None, "paused": False})

    def extended(self, by: timedelta) -> Self:
        """More time, whether running or stopped. A clock that never ends stays as it is."""
        return self.shifted(by) if by > timedelta() else self

    def shifted(self, by: timedelta) -> Self:
        """As much more time, or less, as its period became longer or shorter. Shifting back undoes it."""
        return self.model_copy(
            update={
                "deadline_at": self.deadline_at + by if self.deadline_at else None,
                "left": self.left + by if self.left is not None else None,
            }
        )

    def replanned(self, until: datetime) -> Self:
        """Another instant, because better calendar data have come (AMB-54). A stopped clock stays stopped."""
        return self if self.paused else self.model_copy(update={"deadline_at": until})
