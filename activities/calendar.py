"""Asking the calendar, which a workflow must not know: its data change, and its history stays."""

from dataclasses import dataclass

from temporalio import activity

from models.rules.working_days import IsWorkday, due
from models.working_days import Due, WorkingTime


@dataclass(frozen=True, slots=True)
class Calendar:
    is_workday: IsWorkday

    @activity.defn(name="working_days_due")
    def due(self, time: WorkingTime) -> Due:
        """When working days end, as far as the calendar knows today (CV-2, CV-5, AMB-54)."""
        return due(time.since, time.working_days, self.is_workday)
