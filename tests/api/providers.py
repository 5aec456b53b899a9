"""A provider whose cases tests put on record, as its workflows would have written them."""

from datetime import UTC, datetime
from typing import Any

from activities.records import Records
from models.cases import SYSTEM, Batch, CaseView, Change, Task
from models.processes import PROCESSES
from tests.api.caller import Api, Json, new_key

MARKET = "tencent-cloud"
NOW = datetime.now(UTC)


class Provider:
    """A provider of its own in a market, and cases of it."""

    def __init__(self, api: Api, market: str = MARKET) -> None:
        self.api, self.market, self.id = api, market, f"isv-{new_key()}"
        self.at = f"/v1/markets/{market}/providers/{self.id}"
        self.page = f"{self.at}/console"

    def has(self, process: str, data: Json, *tasks: Task, **how: Any) -> str:
        id = how.pop("id", None) or new_key()
        first = str(next(iter(PROCESSES[process].stages)))
        usual: Json = {"market": self.market, "opened_at": NOW, "stage": first, "provider_id": self.id} | how
        if "outcome" in how:
            usual |= {"stage": "closed", "closed_at": NOW}
        view = CaseView(
            case_id=f"{process}:{usual['market']}:{id}",
            process=process,
            id=id,
            version=1,
            changed_at=NOW,
            policy_version="1",
            data=data,
            tasks=tasks,
            **usual,
        )
        opened = Change(
            version=1, at=NOW, event="opened", actor=SYSTEM, stage_before=None, stage_after=view.stage
        )
        Records(self.api.engine).record(Batch(run_id="a-run", changes=(opened,), view=view))
        return view.case_id

    def applies(self, checklist: Json, *tasks: Task, **how: Any) -> str:
        data = {"company_name": "样例公司", "checklist": listed(checklist)}
        return self.has("provider-onboardings", data, *tasks, **how)

    def is_onboarded(self, **states: str) -> str:
        return self.applies(states, outcome="onboarded")

    def deposits(self, held: int, *blocks: str, required: int = 500_000, **how: Any) -> str:
        data = {"required_fen": required, "held_fen": held, "due_fen": max(required - held, 0)}
        return self.has("deposit-accounts", {**data, "blocks": [*blocks]}, **how)

    def has_account(self, *blocks: str, **how: Any) -> str:
        data = {"verified": not blocks, "account_version": 1, "blocks": [*blocks]}
        return self.has("bank-accounts", data, **how)

    def opens(self, **stages: str) -> str:
        """A merchant account whose numbers stand so far."""
        lanes = {number: {"stage": stage} for number, stage in stages.items()}
        return self.has("merchant-accounts", {"scenario": "both", "company_name": "样例公司", **lanes})

    def settles(self, *, activated_at: str | None = None, deduction: bool = True, **paths: str) -> str:
        """A settlement account whose paths stand so far."""
        lanes = {path: {"stage": stage} for path, stage in paths.items()}
        facts = {"company_name": "样例公司", "activated_at": activated_at, "deduction": deduction}
        return self.has("settlement-accounts", facts | lanes)

    def claims(self, role: str) -> Json:
        """What its token says; of others nothing more than usual."""
        return {"provider_id": self.id} if role == "provider" else {}

    async def reads(self, what: str, role: str = "provider", **params: str) -> Json:
        caller = self.api.speaking(**self.claims(role))
        answer = await caller.get(f"{self.at}/{what}", role, **params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def sees(self, role: str = "provider") -> Json:
        return await self.reads("console", role)

    async def is_barred_from(self) -> Json:
        """What it may not do with what it sells, and why."""
        barred = dict((await self.sees())["blocked_by"])
        return {what: barred[what] for what in ("listing", "withdrawal")}

    async def cannot_connect(self) -> list[str]:
        """Why not."""
        return list((await self.sees())["blocked_by"]["connecting"])

    async def cannot_be_bought_of(self) -> list[str]:
        """Why not."""
        return list((await self.sees())["blocked_by"]["purchase"])


def listed(states: Json) -> list[Json]:
    return [
        {
            "name": name,
            "step": name,
            "owed_by": "provider",
            "rule": "r",
            "state": state,
            "round": 0,
            "reasons": [],
        }
        for name, state in states.items()
    ]
