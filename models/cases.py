"""The vocabulary of cases: a case is the open file of one process, a task is one thing it waits for."""

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Generic, Literal, TypeVar

from pydantic import AwareDatetime, Field, JsonValue

from models.base import Frozen, Id
from models.clocks import Clock
from models.ledger import LedgerTransaction

if TYPE_CHECKING:
    from models.documents import DocumentRef


class Role(StrEnum):
    """Whom a token speaks for."""

    SERVICE = "service"
    OPERATOR = "operator"
    PROVIDER = "provider"


class Party(StrEnum):
    """Whom a case can wait for, and whose act an event is."""

    BUYER = "buyer"
    PROVIDER = "provider"
    OPERATOR = "operator"
    REVIEW = "review"
    PAYMENTS = "payments"
    REGISTRY = "registry"
    BANK = "bank"
    WALLET = "wallet"
    SIGNATORY = "signatory"
    """Whose phone scans a code: a page of a backend service shows it, and hears who did."""
    PLATFORM = "platform"
    """The marketplace itself, whose backend services speak for it."""
    OFFICE = "office"

    @property
    def spoken_for_by(self) -> frozenset[Role]:
        """The roles that may report this party's acts over HTTP. Money speaks through receipts alone, and
        our own office through its own cases."""
        return SPEAKERS[self]


SPEAKERS: dict[Party, frozenset[Role]] = {
    Party.BUYER: frozenset({Role.SERVICE}),
    Party.PROVIDER: frozenset({Role.PROVIDER}),
    Party.OPERATOR: frozenset({Role.OPERATOR}),
    Party.REVIEW: frozenset({Role.SERVICE}),
    Party.PAYMENTS: frozenset(),
    Party.REGISTRY: frozenset(),
    Party.BANK: frozenset(),
    Party.WALLET: frozenset(),
    Party.SIGNATORY: frozenset({Role.SERVICE}),
    Party.PLATFORM: frozenset({Role.SERVICE}),
    Party.OFFICE: frozenset(),
}


class OnBehalfOf(Frozen):
    """The person a backend service speaks for."""

    party: Literal[Party.BUYER]
    id: Id


class Actor(Frozen):
    """Who did it, as the audit names them: a token's subject, or a part of ours ("system", "gateway")."""

    role: str
    subject: str
    on_behalf_of: OnBehalfOf | None = None


SYSTEM = Actor(role="system", subject="back-office")
TEMPORAL = Actor(role="system", subject="temporal")
GATEWAY = Actor(role="system", subject="payment-gateway")
BANK = Actor(role="system", subject="bank")
WALLET = Actor(role="system", subject="wallet")


class Event(Frozen):
    """Something that happened. Subclasses say what, with `event` as the tag, and whose act it is."""

    event: str
    party: ClassVar[Party]
    personal: ClassVar[bool] = False
    """Nobody can say it in its party's stead."""

    @classmethod
    def tag(cls) -> str:
        return str(cls.model_fields["event"].default)

    @classmethod
    def label(cls) -> str:
        """The tag, and of a decision which one it is."""
        decision = cls.model_fields.get("decision")
        return f"{cls.tag()}: {decision.default}" if decision else cls.tag()

    def documents(self) -> "tuple[DocumentRef, ...]":
        """The pictures that it names: each must have been handed in before."""
        return ()


class BuyerEvent(Event):
    party = Party.BUYER
    on_behalf_of: OnBehalfOf


E = TypeVar("E")


class Report(Frozen, Generic[E]):
    """An event on its way to its case, and everything the audit wants to know of it."""

    event: E
    actor: Actor
    key: str
    """The sender's idempotency key, hashed together with its sender."""
    digest: str
    """A hash of the event as it was sent: the same key with another digest is refused."""
    occurred_at: AwareDatetime
    """The event's own time: the gateway's for money, the API's receipt for people."""
    seen_version: int | None = None
    """The version an operator looked at. Another one on record refuses the ruling."""


class Accepts(Frozen):
    event: str
    by: tuple[Role, ...]
    not_before: AwareDatetime | None = None
    """From when on, where it is not taken yet."""
    decisions: tuple[str, ...] = ()
    """What an operator may decide."""


class Task(Frozen):
    """One thing a case waits for: from whom, until when, and what follows silence."""

    name: str
    waiting_on: Party
    accepts: tuple[Accepts, ...]
    deadline_at: AwareDatetime | None = None
    """None while paused, or when the task may take for ever."""
    paused: bool = False
    left: timedelta | None = None
    """What a pause keeps of the time."""
    on_deadline: str | None = None
    attempts_left: int | None = None


class CaseView(Frozen):
    """What a case is, as it stands on record. `version` grows by one with each change."""

    case_id: str
    process: str
    market: str
    id: str
    provider_id: str | None
    regarding: str | None = None
    """The case that this one is about, such as the order of a payment."""
    stage: str
    outcome: str | None = None
    version: int = 0
    opened_at: AwareDatetime
    changed_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    tasks: tuple[Task, ...] = ()
    blocked_by: tuple[str, ...] = ()
    claimed_by: str | None = None
    """The operator who looks after the case. Only operators are shown it."""
    policy_version: str
    data: dict[str, JsonValue] = Field(default_factory=dict)


class Answer(Frozen):
    """What an event is answered with: the case as it then stood on record, and the digest it came with."""

    view: CaseView
    digest: str


class Change(Frozen):
    """One accepted event, ruling or step: one row of the audit."""

    version: int
    at: AwareDatetime
    event: str
    actor: Actor
    key: str | None = None
    digest: str | None = None
    data: dict[str, JsonValue] = Field(default_factory=dict)
    stage_before: str | None
    stage_after: str
    internal: bool = False
    """For operators alone to read."""


class Batch(Frozen):
    """Changes that go on record together, and the case after the last of them."""

    run_id: str
    changes: tuple[Change, ...]
    view: CaseView
    continues: str | None = None
    """The run before this one, of a case without end."""
    takes_over: bool = False
    """An operator lets this run go on where another run of the same case stopped."""
    ledger: tuple[LedgerTransaction, ...] = ()
    """What the changes mean in money, written in the same transaction."""


class Carried(Frozen):
    """What a case without end takes along into its next run: keys stay in PostgreSQL."""

    view: CaseView
    run_id: str
    since: AwareDatetime
    clocks: dict[str, Clock] = Field(default_factory=dict)
    """Absolute deadlines, or what a pause has left of them, by the story's own names."""


class Alarm(Frozen):
    """A case whose record cannot be written: it lands on an operator's desk without a version of its own."""

    view: CaseView
    kind: str
    detail: str


class Opening(Frozen):
    """How a case began. The first period runs from `opened_at`, also when no worker was up."""

    case_id: str
    process: str
    market: str
    id: Id
    provider_id: str | None
    policy_version: str
    opened_at: AwareDatetime
    opened_by: Actor
    digest: str
