"""How often something may be done: rolling windows, each counted back from the moment that is asked about."""

from collections.abc import Sequence
from datetime import datetime

from models.listing_terms import Quota


def next_at(used: Sequence[datetime], quotas: Sequence[Quota], at: datetime) -> datetime | None:
    """When it may be done again, given when it was done before; None: it may be done now.

    A use counts for less than `within`: exactly that long after, it counts no more. Several quotas must all
    leave room (AMB-37).
    """
    full = (_frees_at(used, quota, at) for quota in quotas)
    return max((frees for frees in full if frees), default=None)


def kept(used: Sequence[datetime], quotas: Sequence[Quota], at: datetime) -> tuple[datetime, ...]:
    """The uses that some quota still counts, oldest first. The others are forgotten."""
    return tuple(use for use in sorted(used) if any(use + quota.within > at for quota in quotas))


def with_use(used: Sequence[datetime], quotas: Sequence[Quota], at: datetime) -> tuple[datetime, ...]:
    """Those that still count, and this one."""
    return (*kept(used, quotas, at), at)


def _frees_at(used: Sequence[datetime], quota: Quota, at: datetime) -> datetime | None:
    counted = sorted(use for use in used if use + quota.within > at)
    return counted[-quota.times] + quota.within if len(counted) >= quota.times else None
