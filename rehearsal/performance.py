"""One sample on its way: what is seen of it while it runs, and what came of it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.bank_process import BANK_ACCOUNTS
from models.cases import CaseView, Task
from models.deposit_process import DEPOSIT_ACCOUNTS
from models.merchant_accounts import Number
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.processes import PAYMENT_RECEIPTS
from models.rules.channels import OPEN
from rehearsal.company import Applicant
from rehearsal.sample import Sample
from rehearsal.statements import AtBank, AtWallet, Json


@dataclass(eq=False)
class Performance:
    sample: Sample
    name: str
    id: str
    case: CaseView | None = None
    beside: dict[str, CaseView] = field(default_factory=dict)
    """The cases beside it, by process."""
    doing: str = ""
    began: float | None = None
    ended: float | None = None
    changes: list[Json] = field(default_factory=list)
    changes_beside: dict[str, list[Json]] = field(default_factory=dict)
    payments: dict[str, int] = field(default_factory=dict)
    """What the gateway took for it: fen, by payment."""
    refunded_fen: int = 0
    bank: AtBank = field(default_factory=AtBank)
    papers: dict[str, str] = field(default_factory=dict)
    """What was handed in: ids, by kind."""
    accounts: list[Json] = field(default_factory=list)
    """The bank accounts that the provider gave, the last one last."""
    alipay: list[str] = field(default_factory=list)
    """The enterprise Alipay accounts that were opened, the last one last."""
    deducted: dict[str, int] = field(default_factory=dict)
    """What was deducted from these: fen, by key."""
    wallet: AtWallet = field(default_factory=AtWallet)
    selling: Json = field(default_factory=dict)
    """How buyers can pay the provider at the end, and whether it is paid out."""
    differs: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the case is read."""
        return self.path_of(self.sample.process)

    def path_of(self, process: str) -> str:
        return f"/v1/markets/{self.sample.market}/{process}/{self.id}"

    @property
    def case_id(self) -> str:
        return self._id_of(self.sample.process)

    @property
    def own_ids(self) -> set[str]:
        """The case, and those that it opened beside itself."""
        return {self.case_id, *map(self._id_of, self.beside)}

    @property
    def case_ids(self) -> set[str]:
        """These, and that of each payment for them."""
        receipts = f"{PAYMENT_RECEIPTS.name}:{self.sample.market}"
        return {*self.own_ids, *(f"{receipts}:{payment_id}" for payment_id in self.payments)}

    def _id_of(self, process: str) -> str:
        return f"{process}:{self.sample.market}:{self.id}"

    @property
    def applicant(self) -> Applicant | None:
        return self.sample.applicant(self.id)

    @property
    def provider_id(self) -> str | None:
        found = self.sample.body(self.id).get("provider_id")
        return str(found) if found else None

    @property
    def paid_fen(self) -> int:
        return sum(self.payments.values())

    @property
    def took_s(self) -> float:
        return 0.0 if self.began is None else (self.ended or time.monotonic()) - self.began

    @property
    def receipts(self) -> list[Json]:
        """What became of each payment, of those for its deposit too."""
        views = (self.case, self.beside.get(DEPOSIT_ACCOUNTS.name))
        found: list[Any] = [view.data.get("receipts", []) for view in views if view]
        return [receipt for receipts in found for receipt in receipts]

    @property
    def deposit(self) -> Json:
        """What its deposit account shows, if it has one."""
        view = self.beside.get(DEPOSIT_ACCOUNTS.name)
        return dict(view.data) if view else {}

    @property
    def kept_fen(self) -> int:
        """What our record says we keep of what was paid: what the cases took, less what they gave back."""
        names = ("held_fen", "returning_fen", "forfeited_fen")
        deposit = sum(int(self.deposit.get(name, 0)) for name in names)
        before = PROVIDER_ONBOARDINGS.name
        return (
            deposit
            + _kept_by(self.case, self.changes)
            + _kept_by(self.beside.get(before), self.changes_beside.get(before, []))
        )

    def begin_with(self, before: "Performance") -> None:
        """What was played before, as a case of its own: what the company has from there goes along."""
        own = {before.sample.process: before.case} if before.case else {}
        self.beside = {**before.beside, **own}
        self.papers, self.accounts, self.bank = before.papers, before.accounts, before.bank

    @property
    def at(self) -> CaseView | None:
        """Where it is decided how the case goes on: in itself, or in one beside it that it waits for."""
        if self.case is None:
            return self.beside.get(PROVIDER_ONBOARDINGS.name)
        if self.case.closed_at is None and len(self.case.tasks) == 1:
            kept = {"deposit": DEPOSIT_ACCOUNTS.name, "bank_account": BANK_ACCOUNTS.name}
            return self.beside.get(kept.get(self.case.tasks[0].name, ""), self.case)
        return self.case

    def due(self) -> Task | None:
        """The task whose deadline comes next."""
        return next_due(self.case)

    def told(self) -> list[Json]:
        """Everything that happened, in order; of the cases beside it what others did since it was opened."""
        if not self.changes_beside or self.case is None:
            return self.changes[1:]
        beside = [each for changes in self.changes_beside.values() for each in changes[1:] if _matters(each)]
        since = [each for each in beside if _at(each) >= self.case.opened_at]
        return sorted([*self.changes[1:], *since], key=_at)

    def opened(self) -> dict[str, str | None]:
        """What the case has opened: its merchant numbers or its paths, with what they are known by."""
        if self.case is None:
            return {}
        lanes = {lane: lane_of(self.case, lane) for lane in self.sample.kind.lanes}
        return {lane: facts.get("number") for lane, facts in lanes.items() if facts.get("stage") == OPEN}

    def differences(self) -> list[str]:
        """What is not as the sample expects it."""
        expect, case = self.sample.expect, self.case
        wanted, channels = expect.receipts, expect.channels
        seen: dict[str, tuple[Any, Any]] = {
            "outcome": (case.outcome if case else None, expect.outcome),
            "stage": (case.stage if case else None, expect.stage),
            "recovered_fen": (sum(self.deducted.values()), expect.recovered_fen),
            "channels": (self.selling.get("channels"), None if channels is None else [*channels]),
            "paid_out": (self.selling.get("paid_out"), expect.paid_out),
            "live_version": (case.data.get("live_version") if case else None, expect.live_version),
            "number": (self.opened().get(Number.WALLET), self.wallet.number),
            "receipts": ([r["outcome"] for r in self.receipts], None if wanted is None else [*wanted]),
            "refunded_fen": (self.refunded_fen, expect.refunded_fen),
            "held_fen": (self.deposit.get("held_fen", 0), expect.held_fen),
            "kept_fen": (self.paid_fen - self.refunded_fen, self.kept_fen),
        }
        return [
            *(
                f"{name} is {found}, expected {wanted}"
                for name, (found, wanted) in seen.items()
                if wanted is not None and found != wanted
            ),
            *self.bank.differences(),
        ]


def _kept_by(case: CaseView | None, changes: list[Json]) -> int:
    """What a case took itself, such as the price of an order, or a fee."""
    if case is None or "payment_id" not in case.data:
        return 0
    back = sum(
        int(change["data"].get("refunded_fen", 0)) for change in changes if change["event"] == "refunded"
    )
    return int(str(case.data["amount_fen"])) - back


FROM_OUTSIDE = frozenset({"paid", "remitted", "lapsed", "given_back", "payment_returned"})
OF_A_SHOP = frozenset({"delisted", "listed_when_free"})
"""What its shop does by itself reaches a product."""


def _matters(change: Json) -> bool:
    return change["actor"]["role"] != "system" or change["event"] in FROM_OUTSIDE | OF_A_SHOP


def _at(change: Json) -> datetime:
    return datetime.fromisoformat(change["at"])


def lane_of(case: CaseView, lane: str) -> Json:
    """What one of the stories of a case shows."""
    facts = case.data.get(lane)
    return facts if isinstance(facts, dict) else {}


def stages_of(case: CaseView, lanes: Iterable[str]) -> dict[str, str]:
    """Where each of the stories stands that a case tells; one without any is where it is itself."""
    at = {lane: str(facts["stage"]) for lane in lanes if "stage" in (facts := lane_of(case, lane))}
    return at or {"": case.stage}


def next_due(case: CaseView | None) -> Task | None:
    """The task of a case whose deadline comes next."""
    found = {task.deadline_at: task for task in case.tasks if task.deadline_at} if case else {}
    return found[min(found)] if found else None
