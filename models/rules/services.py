"""What a buyer has of a template it ordered: from when to when, and what it may do next (AMP-ORD-24)."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from models.base import Frozen
from models.periods import after

DAY = timedelta(days=1)


class ServicePeriod(Frozen):
    """The days of a service, both included."""

    since: date
    until: date


class NextStep(StrEnum):
    RENEW = "renew"
    ORDER_AGAIN = "order_again"


def period_of(completed_on: date, service_for: str, running_until: date | None = None) -> ServicePeriod:
    """From the day the order was completed. A renewal adds to what is left, from the day after its last.

    It ends a calendar period later, that day included (AMB-46, AMB-62).
    """
    if running_until is None or running_until < completed_on:
        return ServicePeriod(since=completed_on, until=after(completed_on, service_for))
    return ServicePeriod(since=running_until + timedelta(days=1), until=after(running_until, service_for))


def what_next(until: date, today: date) -> NextStep:
    """A service is finished when its last day is over, whatever its order's state (AMP-ORD-24, AMB-60)."""
    return NextStep.RENEW if today <= until else NextStep.ORDER_AGAIN


def together(periods: Iterable[ServicePeriod]) -> ServicePeriod | None:
    """One service of all that follow upon each other, up to the furthest last day. None of none."""
    found: ServicePeriod | None = None
    for period in sorted(periods, key=lambda each: each.until, reverse=True):
        if found is None:
            found = period
        elif period.until + DAY >= found.since:
            found = ServicePeriod(since=min(found.since, period.since), until=found.until)
    return found
