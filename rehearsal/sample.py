"""A sample tells one case: what is placed, what people and systems do then, and how it should end."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from models.bank_process import BANK_ACCOUNTS
from models.base import Fen, Frozen, Id, Text
from models.cases import BuyerEvent
from models.deposit_process import DEPOSIT_ACCOUNTS
from models.interventions import SECOND_APPROVAL, Decision
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.payments import ReceiptOutcome
from models.process import Process
from models.processes import PROCESSES
from rehearsal.company import Applicant, Company
from rehearsal.steps import Send, Step

DEADLINE, REFUND, IDLE = "deadline", "refund", "idle"
BESIDE = {PROVIDER_ONBOARDINGS.name: (DEPOSIT_ACCOUNTS.name, BANK_ACCOUNTS.name)}
"""The cases that a case opens beside itself, under its own id."""


class Expected(Frozen):
    """How the case should end. What is left out may be anything."""

    outcome: str
    receipts: tuple[ReceiptOutcome, ...] | None = None
    """What became of each payment that we were told of, oldest first."""
    refunded_fen: Fen | None = None
    """What the gateway gave back, all in all."""
    held_fen: Fen | None = None
    """What is held as a deposit."""


def _process(name: str) -> str:
    if name not in PROCESSES:
        raise ValueError(f"is none of {', '.join(PROCESSES)}")
    return name


class Sample(Frozen):
    title: Text
    title_zh: Text
    story: Text
    story_zh: Text
    rules: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z]+)?-\d{2}$")], ...], Field(min_length=1)
    ]
    process: Annotated[str, AfterValidator(_process)]
    market: Id
    company: Company | None = None
    """Who applies, where somebody does."""
    place: dict[str, JsonValue]
    """The body that starts the case, without its id."""
    steps: Annotated[tuple[Step, ...], Field(max_length=100)]
    expect: Expected

    @property
    def kind(self) -> Process:
        return PROCESSES[self.process]

    @property
    def beside(self) -> tuple[str, ...]:
        """The processes of the cases that this one opens."""
        return BESIDE.get(self.process, ())

    def kind_of(self, to: str | None) -> Process:
        return PROCESSES[to or self.process]

    def applicant(self, id: str) -> Applicant | None:
        """The company as it is in the run in which the case has this id."""
        return Applicant(self.company, id) if self.company else None

    def body(self, id: str) -> dict[str, JsonValue]:
        """What starts the case under this id, with a mini-program that nobody else orders for."""
        applicant = self.applicant(id)
        body = {**(applicant.place() if applicant else {}), **self.place, "id": id}
        if isinstance(chosen := self.place.get("mini_program"), dict):
            body["mini_program"] = {**chosen, "id": f"mp-{id}"}
        return body

    def said(
        self, step: Send, id: str = "", papers: Mapping[str, str] | None = None, accounts: int = 0
    ) -> dict[str, JsonValue]:
        """What a step reports: with the name of the buyer whose act it is, or is done in its stead, and with
        what a company says in this run."""
        said = step.said
        if isinstance(act := said.get("act"), dict):
            said["act"] = self._by_its_buyer(act)
        said = self._by_its_buyer(said)
        applicant = self.applicant(id)
        return applicant.completed(said, papers or {}, accounts) if applicant else said

    def _by_its_buyer(self, event: dict[str, JsonValue]) -> dict[str, JsonValue]:
        named = {kind.tag() for kind in self.kind.events if issubclass(kind, BuyerEvent)}
        return (
            {"on_behalf_of": self.place.get("on_behalf_of"), **event}
            if event.get("event") in named
            else event
        )


def awaitable(process: Process) -> tuple[str, ...]:
    """What can be waited for in a case."""
    tasks = dict.fromkeys(task.name for task in process.tasks)
    second = [SECOND_APPROVAL] if any(issubclass(kind, Decision) for kind in process.events) else []
    return (DEADLINE, REFUND, IDLE, *process.stages, *tasks, *second)
