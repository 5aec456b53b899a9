"""How a provider sells in a market: how buyers can pay, where their money goes, what stands against it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from models.base import Frozen, Id
from models.deposits import Block
from models.merchant_accounts import MerchantAccountTerms, Number
from models.rules import settlement
from models.rules.blocks import Why
from models.rules.channels import open_lanes, settles_to
from models.settlement_terms import Path, SettlementTerms

Facts = Mapping[str, Any]
TITLES: Mapping[str, tuple[str, str]] = {
    "balance": ("Account balance", "余额支付"),
    "credit": ("Credit line", "信用额度支付"),
    "alipay": ("Alipay", "支付宝"),
    "mybank": ("MYbank", "网商银行"),
    "wechat_pay": ("WeChat Pay", "微信支付"),
    "online_bank_transfer": ("Online bank transfer", "企业网银转账"),
}


class Channel(Frozen):
    """A way to pay, as buyers read it."""

    name: Id
    title: str
    title_zh: str


class Settles(Frozen):
    """Where the money of an order goes that was paid one way."""

    channel: Channel
    to: str | None
    """`old_account`, a path of the settlement account, or `bank_account`; null: it waits for one of those."""
    case_id: str | None
    """The case that keeps that account; null where none does."""


@dataclass(frozen=True, slots=True)
class Selling:
    """How a provider sells at one moment."""

    channels: tuple[str, ...]
    """How its buyers can pay; nothing where the market does not say."""
    settles: tuple[Settles, ...]
    """One for each channel."""
    arrears_fen: int
    """What could not be deducted from its account yet."""
    blocked_by: Mapping[Block, tuple[Why, ...]]
    """By activity, everything that stands against it."""


def channel(name: str) -> Channel:
    """One that only its market knows is called as its policy calls it."""
    title, title_zh = TITLES.get(name, (name, name))
    return Channel(name=name, title=title, title_zh=title_zh)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A provider's merchant numbers, in a market that has any. One that any of its cases opened is open."""

    offered: Mapping[Number, tuple[str, ...]] = field(default_factory=dict)
    guards: tuple[Block, ...] = ()
    opened: tuple[Number, ...] = ()

    @classmethod
    def of(cls, terms: MerchantAccountTerms | None, cases: Iterable[Facts]) -> Self:
        if terms is None:
            return cls()
        opened = {number for case in cases for number in open_lanes(case, (*Number,))}
        return cls(terms.channels, terms.guards, tuple(each for each in Number if each in opened))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What nobody can do of whom none is open (TCM-MCH-01)."""
        return () if self.opened else self.guards


@dataclass(frozen=True, slots=True)
class Paths:
    """A provider's settlement account, and the old one before it. `case_id` is None while it has none."""

    terms: SettlementTerms | None
    case_id: str | None = None
    opened: tuple[Path, ...] = ()
    activated_at: datetime | None = None
    deduction: bool = False

    @classmethod
    def of(cls, terms: SettlementTerms | None, case_id: str | None, case: Facts) -> Self:
        at = case.get("activated_at")
        activated = datetime.fromisoformat(at) if at else None
        return cls(terms, case_id, open_lanes(case, (*Path,)), activated, bool(case.get("deduction")))

    @property
    def ready(self) -> tuple[Path, ...]:
        """Opened, and we may deduct from it (ALI-SET-18)."""
        return self.opened if self.deduction else ()

    @property
    def always(self) -> tuple[str, ...]:
        return self.terms.always if self.terms else ()

    @property
    def offered(self) -> Mapping[Path, tuple[str, ...]]:
        return self.terms.channels if self.terms else {}

    @property
    def guards(self) -> tuple[Block, ...]:
        return self.terms.unactivated_blocks if self.terms else ()

    def blocks(self, at: datetime) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """What the provider cannot do because nothing is activated, and because nothing may be deducted."""
        if self.terms is None:
            return (), ()
        found = settlement.blocks(at, self.activated_at, self.terms, deduction=self.deduction)
        without = settlement.suspended_from_cut_over(at, self.activated_at, self.terms)
        return (found, ()) if without else ((), found)

    def settles(self, way: str, paid_at: datetime) -> Settles | None:
        """Where goes what was paid this way; None: this account has nothing to do with it."""
        path = next((path for path, ways in self.offered.items() if way in ways), None)
        if self.terms is None or (path is None and way not in self.always):
            return None
        route = settlement.route_of(paid_at, self.activated_at, self.terms)
        to = settles_to(path, route, self.opened)
        kept = self.case_id if to and route is settlement.Route.NEW else None
        return Settles(channel=channel(way), to=to, case_id=kept)
