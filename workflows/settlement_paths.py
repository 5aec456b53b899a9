"""The paths of a settlement account, side by side: which have begun, which are open, what they wait for."""

import asyncio
from datetime import datetime

from models.private import Sealed
from models.settlement_accounts import AlipayStage, MybankStage, SettlementAccount, SettlementStanding
from models.settlement_events import PathChosen
from models.settlement_terms import Path
from workflows.alipay_path import AlipayPath
from workflows.case import Case
from workflows.known import Known
from workflows.mybank_path import MybankPath
from workflows.settlement_path import SettlementPath

NEVER_LEFT = (AlipayStage.MATCHING, AlipayStage.APPROVING, MybankStage.MATCHING)
"""Stages in which something is under way outside, or a clock runs: a run does not end in them."""


class Paths:
    def __init__(self, case: Case, account: SettlementAccount, known: Known[SettlementStanding]) -> None:
        kinds: tuple[type[SettlementPath], ...] = (AlipayPath, MybankPath)
        self.known = known
        self._all = {kind.path: kind(case.lane(kind.path), account, known) for kind in kinds}
        self._running: dict[Path, asyncio.Task[None]] = {}
        self._begun_now = False

    def go_on(self) -> None:
        """From where the run before left them."""
        for path, story in self._all.items():
            if story.goes_on:
                self._begin(path)

    # --- what the provider chooses

    def choose(self, chosen: PathChosen) -> None:
        self._begin(chosen.path)
        self._begun_now = True

    def against(self, chosen: PathChosen) -> str | None:
        if self.known.over:
            return "nothing begins while the case winds up"
        return None if self._may_begin(chosen.path) else f"{chosen.path} has begun already"

    @property
    def may_choose(self) -> bool:
        """One is left that can begin (AMB-25)."""
        return any(map(self._may_begin, self._all))

    # --- how they stand

    @property
    def has_news(self) -> bool:
        """One has begun, or come to its end, since this was taken in."""
        return self._begun_now or any(running.done() for running in self._running.values())

    def take_in(self) -> None:
        """What has ended is no more under way. A story that broke breaks the case's, too."""
        self._begun_now = False
        for path in [path for path, running in self._running.items() if running.done()]:
            self._running.pop(path).result()

    @property
    def may_rest(self) -> bool:
        return not any(story.lane.stage in NEVER_LEFT for story in self._all.values())

    @property
    def opened_at(self) -> datetime | None:
        """When the first one opened, of those that did in this run."""
        return min((story.opened_at for story in self._all.values() if story.is_open), default=None)

    def source(self) -> tuple[Path, Sealed] | None:
        """What we may deduct from: the account of a path that is open."""
        now = self.known.now
        opened = (path for path, story in self._all.items() if story.is_open)
        path = next(opened, None) if now.deduction and not self.known.over else None
        return None if path is None else (path, now.accounts[path])

    def _may_begin(self, path: Path) -> bool:
        return self._all[path].may_begin and path not in self._running

    def _begin(self, path: Path) -> None:
        self._running[path] = asyncio.create_task(self._all[path].run())
