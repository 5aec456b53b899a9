"""A sample tells one case: what is placed, what people and systems do then, and how it should end."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, JsonValue, model_validator

from models.bank_process import BANK_ACCOUNTS
from models.base import Fen, Flag, Frozen, Id, Text
from models.cases import BuyerEvent
from models.deposit_process import DEPOSIT_ACCOUNTS
from models.deposits import Block
from models.interventions import SECOND_APPROVAL, Decision
from models.listing_process import PRODUCT_REVIEWS, SHOP_REVIEWS
from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.payments import ReceiptOutcome
from models.process import Process
from models.processes import PROCESSES, TEMPLATE_ORDERS
from models.settlement_process import SETTLEMENT_ACCOUNTS
from rehearsal import contents, forms
from rehearsal.company import Applicant, Company
from rehearsal.steps import Remit, Send, Step

DEADLINE, REFUND, IDLE = "deadline", "refund", "idle"
PAYOUTS, NO_PAYOUTS = "payouts", "no_payouts"
_OPENED = (DEPOSIT_ACCOUNTS.name, BANK_ACCOUNTS.name)
_ONBOARDED = (PROVIDER_ONBOARDINGS.name, *_OPENED)
BESIDE = {
    PROVIDER_ONBOARDINGS.name: _OPENED,
    MERCHANT_ACCOUNTS.name: _ONBOARDED,
    SETTLEMENT_ACCOUNTS.name: _ONBOARDED,
    SHOP_REVIEWS.name: _ONBOARDED,
    PRODUCT_REVIEWS.name: (*_ONBOARDED, SHOP_REVIEWS.name),
    TEMPLATE_ORDERS.name: (*_ONBOARDED, SHOP_REVIEWS.name, PRODUCT_REVIEWS.name),
}
"""The cases beside a sample's own, under its id: those that it opens, or that were there before."""
BEFORE = (PROVIDER_ONBOARDINGS.name, SHOP_REVIEWS.name, PRODUCT_REVIEWS.name)
"""What can be played before a story begins, each of them for the next."""


class Expected(Frozen):
    """How the case should end. What is left out may be anything."""

    outcome: str | None = None
    stage: str | None = None
    """Of a case that lives on: where it should come to."""
    channels: tuple[Id, ...] | None = None
    """How buyers can pay the provider then."""
    paid_out: Flag | None = None
    """Whether the provider is paid out then."""
    receipts: tuple[ReceiptOutcome, ...] | None = None
    """What became of each payment that we were told of, oldest first."""
    refunded_fen: Fen | None = None
    """What the gateway gave back, all in all."""
    held_fen: Fen | None = None
    """What is held as a deposit."""
    recovered_fen: Fen | None = None
    """What was deducted from its Alipay accounts, all in all."""
    live_version: Annotated[int, Field(strict=True, ge=1)] | None = None
    """Which version of a product or shop buyers see, or would."""

    @property
    def end(self) -> str:
        return str(self.outcome or self.stage)

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if (self.outcome is None) == (self.stage is None):
            raise ValueError("needs an outcome, or the stage of a case that lives on")
        return self


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
    """Whom the case is about, where it is about a company."""
    onboarded: Flag = True
    """Whether that company was onboarded before, and what else its case needs was there."""
    place: dict[str, JsonValue]
    """The body that starts the case, without its id."""
    steps: Annotated[tuple[Step, ...], Field(max_length=100)]
    expect: Expected

    @property
    def kind(self) -> Process:
        return PROCESSES[self.process]

    @property
    def beside(self) -> tuple[str, ...]:
        """The processes of the cases beside this one; of an order only where a company of ours sells it."""
        return BESIDE.get(self.process, ()) if self.about_company or not self._is_order else ()

    @property
    def before(self) -> tuple[str, ...]:
        """What was there before: an onboarded company, its shop, and of an order the product, too."""
        needed = self.of_onboarded or (self._is_order and self.about_company)
        return tuple(name for name in BEFORE if name in self.beside) if needed and self.onboarded else ()

    @property
    def about_company(self) -> bool:
        """Whether a company is made for it. An order may be from one."""
        if self._is_order:
            return self.company is not None
        return self.of_onboarded or "company" in self.kind.start.model_fields

    @property
    def of_onboarded(self) -> bool:
        """Whether it is a case of companies that are onboarded."""
        return "onboarding" in self.kind.start.model_fields or self.kind.guarded_by is Block.CONNECTING

    @property
    def _is_order(self) -> bool:
        return self.process == TEMPLATE_ORDERS.name

    def kind_of(self, to: str | None) -> Process:
        return PROCESSES[to or self.process]

    @property
    def sells(self) -> bool:
        """Whether it is about how buyers can pay."""
        return "onboarding" in self.kind.start.model_fields and bool(self.kind.lanes)

    def remits_for(self, step: Remit) -> str:
        """Whose case a remittance is for: the wallet's where there is one, or the bank's."""
        by_itself = self.process if self.process == MERCHANT_ACCOUNTS.name else BANK_ACCOUNTS.name
        return step.to or by_itself

    def applicant(self, id: str) -> Applicant | None:
        """The company as it is in the run in which the case has this id."""
        return Applicant(self.company, id) if self.company else None

    def body(self, id: str, again: str = "") -> dict[str, JsonValue]:
        """What starts the case under this id, with a mini-program that nobody else orders for.

        `again`: what starts another one beside it, under an id that ends so.
        """
        applicant = self.applicant(id)
        made = applicant.place() if applicant else {}
        asked = self.kind.start.model_fields
        body = {
            **{name: value for name, value in made.items() if name in asked},
            **self.place,
            "id": id + again,
        }
        if isinstance(chosen := self.place.get("mini_program"), dict):
            body["mini_program"] = {**chosen, "id": f"mp-{id}{again}"}
        if applicant and isinstance(template := self.place.get("template"), dict):
            body["template"] = {**template, "id": id}  # which is the product's
        return body

    def said(
        self,
        step: Send,
        id: str = "",
        papers: Mapping[str, str] | None = None,
        accounts: int = 0,
        alipay: int = 0,
    ) -> dict[str, JsonValue]:
        """What a step reports: with the name of the buyer whose act it is, or is done in its stead, and with
        what a company says in this run."""
        said = step.said
        if isinstance(act := said.get("act"), dict):
            said["act"] = self._by_its_buyer(act)
        said = self._by_its_buyer(said)
        applicant = self.applicant(id)
        if applicant is None:
            return said
        said = contents.completed(applicant, said, papers or {})
        return forms.completed(applicant, said, papers or {}, accounts, alipay)

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
    lanes = [f"{lane}.{stage}" for lane, stages in process.lanes.items() for stage in stages]
    return (DEADLINE, REFUND, IDLE, PAYOUTS, NO_PAYOUTS, *process.stages, *tasks, *second, *lanes)
