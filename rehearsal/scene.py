"""How a performance is seen and moved: over HTTP alone, as each of its parties would."""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from models.cases import CaseView, Party, Role
from models.processes import PROCESSES
from rehearsal.caller import LOOK_EVERY_S, Caller, NotTaken, NotThere, OutOfDate
from rehearsal.performance import Performance, lane_of, stages_of
from rehearsal.statements import Json


@dataclass(frozen=True)
class Scene:
    """`tell` hears of each new stage. A case beside the sample's own is named by its process."""

    it: Performance
    caller: Caller
    tell: Callable[[Performance], None]

    async def place(self, again: str = "") -> None:
        """`again`: another one beside it, under an id that ends so."""
        starts = self.it.sample.kind.started_by
        role = Role.SERVICE if Role.SERVICE in starts else min(starts)
        body = self.it.sample.body(self.it.id, again)
        self._see(await self.ask("POST", self.it.path.rpartition("/")[0], role, json=body), None)

    async def look(self, process: str | None = None, role: Role = Role.OPERATOR) -> CaseView:
        """As operators do, from whom nothing of a case is hidden but whom to talk to."""
        path = self.it.path_of(process or self.it.sample.process)
        return self._see(await self.ask("GET", path, role), process)

    async def look_beside(self) -> None:
        """At the cases that it opened beside itself, as far as there are any yet."""
        for process in self.it.sample.beside:
            with suppress(NotThere):
                await self.look(process)

    async def until(
        self, there: Callable[[CaseView], bool], process: str | None = None, role: Role = Role.OPERATOR
    ) -> CaseView:
        """Until the case is as it should be, as far as it was seen; one beside it may not be open yet."""
        case = self.it.beside.get(process) if process else self.it.case
        while case is None or not there(case):
            if case is not None:
                await asyncio.sleep(LOOK_EVERY_S)
            case = await self.once_there(process, role)
        return case

    async def once_there(self, process: str | None = None, role: Role = Role.OPERATOR) -> CaseView:
        """Look; a case beside the sample's own may have to be opened first."""
        while True:
            try:
                return await self.look(process, role)
            except NotThere:
                if process is None or (await self.look()).closed_at is not None:
                    raise
            await asyncio.sleep(LOOK_EVERY_S)

    async def reaches(self, *names: str, process: str | None = None, role: Role = Role.OPERATOR) -> CaseView:
        """Until it is in one of these stages, or has one of these tasks open."""
        wanted = {*names}
        return await self.unless_closed(lambda case: bool(wanted & self._reached(case)), process, role)

    async def unless_closed(
        self, there: Callable[[CaseView], bool], process: str | None = None, role: Role = Role.OPERATOR
    ) -> CaseView:
        """The same, and refused once it has closed without."""
        case = await self.until(lambda case: there(case) or case.closed_at is not None, process, role)
        if not there(case):
            raise NotTaken(f"the case has closed: {case.outcome}")
        return case

    async def send(
        self, sender: Party, body: Json, process: str | None = None, subject: str | None = None
    ) -> None:
        """An operator looks at the case first, and looks again if something came between."""
        role = min(sender.spoken_for_by)
        path = self.it.path_of(process or self.it.sample.process)
        while True:
            headers = {"Idempotency-Key": uuid.uuid4().hex}
            if role is Role.OPERATOR:
                headers["If-Match"] = f'"{(await self.look(process)).version}"'
            how = {"subject": subject, "json": body, "headers": headers}
            try:
                self._see(await self.ask("POST", f"{path}/events", role, **how), process)
            except OutOfDate:  # a reminder came between: whoever looks again sends it again
                await asyncio.sleep(LOOK_EVERY_S)
            else:
                return

    async def selling(self) -> Json:
        """How buyers can pay the provider, and whether it is paid out."""
        provider = f"/v1/markets/{self.it.sample.market}/providers/{self.it.provider_id}"
        found = (await self.ask("GET", f"{provider}/channels"))["channels"]
        settles = await self.ask("GET", f"{provider}/settlement")
        self.it.selling = {"channels": [each["name"] for each in found], "paid_out": settles["paid_out"]}
        return self.it.selling

    async def timeline(self, process: str | None = None) -> list[Json]:
        """Every change, the oldest first."""
        path = f"{self.it.path_of(process or self.it.sample.process)}/timeline"
        changes: list[Json] = (await self.ask("GET", path, Role.OPERATOR))["changes"]
        return changes

    async def ask(self, method: str, path: str, role: Role = Role.SERVICE, **how: Any) -> Json:
        provider_id = self.it.provider_id if role is Role.PROVIDER else None
        return await self.caller.ask(
            method, path, role, market=self.it.sample.market, provider_id=provider_id, **how
        )

    def _see(self, answer: Json, process: str | None) -> CaseView:
        case = CaseView.model_validate(answer)
        if process is not None:
            self.it.beside[process] = case
            return case
        before, self.it.case = self.it.case, case
        lanes = self.it.sample.kind.lanes
        moved = before is None or (before.stage, stages_of(before, lanes)) != (
            *(case.stage, stages_of(case, lanes)),
        )
        if moved:
            self.tell(self.it)
        return case

    def _reached(self, case: CaseView) -> set[str]:
        """Its stage, those of its lanes, and the tasks that are open."""
        lanes = PROCESSES[case.process].lanes
        at = {f"{lane}.{lane_of(case, lane).get('stage')}" for lane in lanes}
        return {case.stage, *at, *(task.name for task in case.tasks)}
