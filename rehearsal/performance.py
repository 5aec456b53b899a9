"""One sample on its way: what is seen of it while it runs, and what came of it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.bank_process import BANK_ACCOUNTS
from models.cases import CaseView, Task
from models.deposit_process import DEPOSIT_ACCOUNTS
from models.processes import PAYMENT_RECEIPTS
from rehearsal.company import Applicant
from rehearsal.sample import Sample

Json = dict[str, Any]


@dataclass
class AtBank:
    """What went through the simulated bank for one case, by the bank's own account."""

    remitted: dict[str, int] = field(default_factory=dict)
    """What the provider remitted: fen, by entry."""
    became: dict[str, str] = field(default_factory=dict)
    """What became of each entry that we were told of: the outcome of its notice."""
    paid_in: list[int] = field(default_factory=list)
    """What the platform paid into the provider's accounts, in fen."""
    paid_in_as_told: int = 0
    """How many payments that should be by the case's own record."""

    @property
    def proved_fen(self) -> int:
        return self._fen("matched")

    @property
    def unmatched_fen(self) -> int:
        return self._fen("unmatched")

    def _fen(self, became: str) -> int:
        return sum(fen for entry, fen in self.remitted.items() if self.became.get(entry) == became)

    def differences(self) -> Iterator[str]:
        for entry in self.remitted:
            if self.became.get(entry) is None:
                yield f"bank: nothing became of {entry}"
        if len(self.paid_in) != self.paid_in_as_told:
            yield f"bank: {len(self.paid_in)} payments into accounts, expected {self.paid_in_as_told}"


@dataclass(eq=False)
class Performance:
    sample: Sample
    name: str
    id: str
    case: CaseView | None = None
    beside: dict[str, CaseView] = field(default_factory=dict)
    """The cases that it opened beside itself, by process."""
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
        if self.case is None or "payment_id" not in self.case.data:
            return deposit
        back = sum(int(c["data"].get("refunded_fen", 0)) for c in self.changes if c["event"] == "refunded")
        return deposit + int(str(self.case.data["amount_fen"])) - back

    @property
    def at(self) -> CaseView | None:
        """Where it is decided how the case goes on: in itself, or in one beside it that it waits for."""
        if self.case and self.case.closed_at is None and len(self.case.tasks) == 1:
            kept = {"deposit": DEPOSIT_ACCOUNTS.name, "bank_account": BANK_ACCOUNTS.name}
            return self.beside.get(kept.get(self.case.tasks[0].name, ""), self.case)
        return self.case

    def due(self) -> Task | None:
        """The task whose deadline comes next."""
        return next_due(self.case)

    def told(self) -> list[Json]:
        """Everything that happened, in order; of the cases beside it what others did."""
        if not self.changes_beside:
            return self.changes[1:]
        beside = [each for changes in self.changes_beside.values() for each in changes[1:] if _matters(each)]
        return sorted([*self.changes[1:], *beside], key=lambda each: datetime.fromisoformat(each["at"]))

    def differences(self) -> list[str]:
        """What is not as the sample expects it."""
        expect, case = self.sample.expect, self.case
        wanted = expect.receipts
        seen: dict[str, tuple[Any, Any]] = {
            "outcome": (case.outcome if case else None, expect.outcome),
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


FROM_OUTSIDE = frozenset({"paid", "remitted", "lapsed", "given_back", "payment_returned"})


def _matters(change: Json) -> bool:
    return change["actor"]["role"] != "system" or change["event"] in FROM_OUTSIDE


def next_due(case: CaseView | None) -> Task | None:
    """The task of a case whose deadline comes next."""
    found = {task.deadline_at: task for task in case.tasks if task.deadline_at} if case else {}
    return found[min(found)] if found else None
