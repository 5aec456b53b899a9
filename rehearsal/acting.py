"""The steps of a sample, played: what people and outside systems do."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_never

import httpx

from models.bank_process import BANK_ACCOUNTS
from models.cases import CaseView, Party, Role
from rehearsal.caller import LOOK_EVERY_S, NotTaken
from rehearsal.company import picture
from rehearsal.outside import Outside
from rehearsal.performance import next_due
from rehearsal.sample import DEADLINE, IDLE, NO_PAYOUTS, PAYOUTS, REFUND
from rehearsal.scene import Scene
from rehearsal.statements import Json
from rehearsal.steps import (
    Another,
    HandIn,
    Link,
    OpenAlipay,
    Pay,
    Remit,
    Review,
    Send,
    Sign,
    Step,
    TypeIn,
    Wait,
)

ACCOUNTS = BANK_ACCOUNTS.name


@dataclass(frozen=True)
class Acting:
    scene: Scene

    async def do(self, step: Step) -> None:
        match step:
            case Pay():
                await self._pay(step)
            case Send():
                await self._send(step)
            case Wait():
                await self._wait(step)
            case HandIn():
                await self._hand_in(step)
            case TypeIn():
                await self._type_in(step)
            case Another():
                await self._place_another(step)
            case Remit() | Review() | Sign() | OpenAlipay() | Link():
                await Outside(self.scene).do(step)
            case _:
                assert_never(step)

    async def enter_company(self) -> None:
        """Before its case begins, the registers know the company."""
        if (applicant := self.scene.it.applicant) is not None:
            await self.scene.ask("POST", "/simulator/companies", json=applicant.registered())

    async def _pay(self, step: Pay) -> None:
        case = await self.scene.unless_closed(lambda case: "pay_url" in case.data, step.to)
        if step.to is not None:
            await self._page_is_open(step.to)
        page = httpx.URL(str(case.data["pay_url"])).path
        how = step.model_dump(mode="json", include={"amount_fen", "method", "notices"}, exclude_none=True)
        await self.scene.caller.ask_once(page, json={**how, "in_spite": step.late})

    async def _page_is_open(self, process: str) -> None:
        """Where money is asked for several times, the page shows what was asked for last."""
        while True:
            events = [change["event"] for change in await self.scene.timeline(process)]
            if events.count("payment_opened") >= events.count("payment_requested"):
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _send(self, step: Send) -> None:
        it = self.scene.it
        if step.to is not None:
            await self.scene.once_there(step.to)
        body: Json = it.sample.said(step, it.id, it.papers, len(it.accounts), len(it.alipay))
        asking = self.scene.send(step.sender, body, step.to, step.as_)
        if step.refused is not None:
            await _refused(asking, step.event, step.refused)
            return
        await asking
        if step.event == "account_given":
            it.accounts.append(body["account"])

    async def _place_another(self, step: Another) -> None:
        await _refused(self.scene.place("-2"), "another", step.refused)

    # --- waiting

    async def _wait(self, step: Wait) -> None:
        match step.for_:
            case name if name == DEADLINE:
                await self._let_pass(step.to)
            case name if name == REFUND:
                await self.scene.until(lambda _: self._is_refunded(), step.to)
            case name if name == IDLE:
                await self._let_be_idle()
            case name if name in (PAYOUTS, NO_PAYOUTS):
                while (await self.scene.selling())["paid_out"] != (name == PAYOUTS):
                    await asyncio.sleep(LOOK_EVERY_S)
            case name:
                await self.scene.reaches(name, process=step.to)

    def _is_refunded(self) -> bool:
        return any(receipt["outcome"] == "refunded" for receipt in self.scene.it.receipts)

    async def _let_pass(self, process: str | None) -> None:
        task = next_due(await self.scene.once_there(process))
        if task is None or task.deadline_at is None:
            raise NotTaken("nothing that it waits for has a deadline")
        await asyncio.sleep((task.deadline_at - datetime.now(UTC)).total_seconds())
        waited = (task.name, task.deadline_at)
        await self.scene.until(
            lambda case: waited not in [(t.name, t.deadline_at) for t in case.tasks], process
        )

    async def _let_be_idle(self) -> None:
        """Until everything is taken that waits for somebody to have been idle."""
        if not (ahead := await self._kept_back()):
            raise NotTaken("nothing that it takes waits for somebody to have been idle")
        while (wait := (max(ahead) - datetime.now(UTC)).total_seconds()) > 0:
            await asyncio.sleep(wait)
            ahead = await self._kept_back() or ahead  # rulings move it

    async def _kept_back(self) -> list[datetime]:
        """From when on what is kept back is taken. Each side is shown its own."""
        seen = [
            CaseView.model_validate(await self.scene.ask("GET", self.scene.it.path, role))
            for role in (Role.SERVICE, Role.PROVIDER)
        ]
        accepts = [each for case in seen for task in case.tasks for each in task.accepts]
        return [each.not_before for each in accepts if each.not_before is not None]

    # --- what a provider hands in, and reads

    async def _hand_in(self, step: HandIn) -> None:
        it = self.scene.it
        assert it.applicant is not None
        page = picture(f"{step.kind} {it.applicant.licence_number}", blurred=step.blurred)
        kept = await self.scene.ask(
            "POST",
            "/v1/documents",
            Role.PROVIDER,
            data={"market": it.sample.market, "kind": step.kind},
            files={"file": (f"{step.kind}.png", page, "image/png")},
        )
        it.papers[step.kind] = kept["document_id"]

    async def _type_in(self, step: TypeIn) -> None:
        """The newest lines of the statement are those of the round that is open."""
        case = await self.scene.reaches("awaiting_amounts", process=ACCOUNTS)
        lines = await self._came_in()
        asked = 2 if case.data["proof"] == "two_amounts" else 1
        guess: dict[str, Any] = {"amounts_fen": sorted(line["amount_fen"] for line in lines[-asked:])}
        if asked == 1:
            guess["code"] = "".join(filter(str.isdigit, lines[-1]["remark"]))
        if step.wrong:
            guess["amounts_fen"] = other_amounts(guess["amounts_fen"])
        body: Json = {"event": "amounts_entered", "guess": guess}
        await self.scene.send(Party.PROVIDER, body, ACCOUNTS)

    async def _came_in(self) -> list[Json]:
        asked = {"number": self._account()["number"]}
        found = await self.scene.ask("GET", "/simulator/bank/statement", params=asked)
        came_in: list[Json] = found["came_in"]
        return came_in

    def _account(self) -> Json:
        if not self.scene.it.accounts:
            raise NotTaken("no account was given yet")
        return self.scene.it.accounts[-1]


async def _refused(asking: Awaitable[None], what: str, by: str) -> None:
    try:
        await asking
    except NotTaken as refusal:
        if by not in refusal.why:
            raise
        return
    raise NotTaken(f"{what} was taken, and should be refused: {by}")


def other_amounts(paid_in: list[int]) -> list[int]:
    """As many different amounts, one of which was not paid in."""
    wrong = next(fen for fen in range(1, len(paid_in) + 2) if fen not in paid_in)
    return [wrong, *paid_in[1:]]
