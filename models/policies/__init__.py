"""What differs between marketplaces, as data: one TOML file a market, each process with its versions."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from models.bank_accounts import BankAccountTerms
from models.base import Frozen, Id
from models.catalogues import Catalogue
from models.categories import Category
from models.deposits import DepositTerms
from models.documents import DocumentLimits
from models.listing_terms import ListingTerms
from models.listings import ListingKind
from models.merchant_accounts import MerchantAccountTerms
from models.onboardings import OnboardingTerms
from models.orders import OrderTerms
from models.payments import ReceiptTerms
from models.policies.catalogues import load_catalogues
from models.policies.categories import load_categories
from models.policies.files import BrokenPolicy, broken, check_market, files_in, parsed
from models.policy_moves import MoveTerms
from models.rules.listing_policies import term_errors
from models.rules.placing import PlacingTerms
from models.rules.tariffs import Tariff
from models.settlement_terms import SettlementTerms

__all__ = ["BrokenPolicy"]
HERE = Path(__file__).parent
CALENDAR = "calendar.toml"
"""A file in POLICY_DIR that is no market: models/calendars reads it."""


class ProcessPolicy(Frozen):
    """A process as a market runs it from `effective_from` on, until a later version takes over."""

    version: Id
    effective_from: AwareDatetime
    source: Annotated[str, Field(min_length=1)]
    rules: Annotated[tuple[str, ...], Field(min_length=1)]


class OrderPolicy(ProcessPolicy):
    placing: PlacingTerms
    terms: OrderTerms


class ReceiptPolicy(ProcessPolicy):
    terms: ReceiptTerms


class MovePolicy(ProcessPolicy):
    terms: MoveTerms


class OnboardingPolicy(ProcessPolicy):
    terms: OnboardingTerms


class DepositPolicy(ProcessPolicy):
    """An account keeps the terms it was opened with. The tariff is live: the one in force counts for all."""

    terms: DepositTerms
    tariff: Tariff


class BankAccountPolicy(ProcessPolicy):
    terms: BankAccountTerms


class NoticePolicy(ProcessPolicy):
    terms: ReceiptTerms


class MerchantAccountPolicy(ProcessPolicy):
    terms: MerchantAccountTerms


class SettlementPolicy(ProcessPolicy):
    terms: SettlementTerms


class ListingPolicy(ProcessPolicy):
    terms: ListingTerms


class MarketPolicy(BaseModel):
    """Everything a market says. Versions are in order of their beginning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    market: Id
    title: str
    title_zh: str
    documents: Mapping[Id, DocumentLimits] = Field(default_factory=dict)
    """What pictures a provider may hand in, by their kind."""
    categories: tuple[Category, ...] = ()
    """What a provider may join, from a file of its own."""
    catalogue: Catalogue = Catalogue()
    """What may not be shown or offered, from a file of its own."""
    template_orders: tuple[OrderPolicy, ...] = Field(default=(), alias="template-orders")
    payment_receipts: tuple[ReceiptPolicy, ...] = Field(default=(), alias="payment-receipts")
    policy_moves: tuple[MovePolicy, ...] = Field(default=(), alias="policy-moves")
    deposit_accounts: tuple[DepositPolicy, ...] = Field(default=(), alias="deposit-accounts")
    provider_onboardings: tuple[OnboardingPolicy, ...] = Field(default=(), alias="provider-onboardings")
    bank_accounts: tuple[BankAccountPolicy, ...] = Field(default=(), alias="bank-accounts")
    bank_notices: tuple[NoticePolicy, ...] = Field(default=(), alias="bank-notices")
    merchant_accounts: tuple[MerchantAccountPolicy, ...] = Field(default=(), alias="merchant-accounts")
    wallet_notices: tuple[NoticePolicy, ...] = Field(default=(), alias="wallet-notices")
    settlement_accounts: tuple[SettlementPolicy, ...] = Field(default=(), alias="settlement-accounts")
    product_reviews: tuple[ListingPolicy, ...] = Field(default=(), alias="product-reviews")
    shop_reviews: tuple[ListingPolicy, ...] = Field(default=(), alias="shop-reviews")

    def versions(self, process: str) -> tuple[ProcessPolicy, ...]:
        found: tuple[ProcessPolicy, ...] = getattr(self, process.replace("-", "_"), ())
        return found

    def in_force(self, process: str, at: datetime) -> ProcessPolicy | None:
        """The latest version that has begun; None where the market does not run the process."""
        begun = [version for version in self.versions(process) if version.effective_from <= at]
        return max(begun, key=lambda version: version.effective_from, default=None)


def market_in(policies: Mapping[str, MarketPolicy], market: str) -> MarketPolicy:
    """A market's policy. One whose file is gone has nothing more to offer, and its cases go on."""
    return policies.get(market) or MarketPolicy(market=market, title=market, title_zh=market)


def load(extra: Path | None = None) -> dict[str, MarketPolicy]:
    """The policies of every market. A file in `extra` adds a market, or replaces ours of the same name."""
    if extra is not None and not extra.is_dir():
        raise BrokenPolicy(extra, 0, "POLICY_DIR", "is no directory")
    categories, catalogues = load_categories(extra), load_catalogues(extra)
    return {
        market: read(file, categories.get(market, ()), catalogues.get(market, Catalogue()))
        for market, file in files_in(HERE, extra).items()
        if file.name != CALENDAR
    }


def read(
    file: Path, categories: tuple[Category, ...] = (), catalogue: Catalogue | None = None
) -> MarketPolicy:
    """One market's policy, with what stands in files beside it. Refuses a broken file with its line and
    field."""
    policy, text = parsed(file, MarketPolicy)
    check_market(file, text, policy.market)
    for process in filter(None, (field.alias for field in MarketPolicy.model_fields.values())):
        versions = [each.version for each in policy.versions(process)]
        if len(versions) != len(set(versions)):
            raise broken(file, text, (process,), "has a version twice")
    classes = [each.name for each in categories]
    for kind in ListingKind:
        for place, reviews in enumerate(policy.versions(f"{kind}-reviews")):
            assert isinstance(reviews, ListingPolicy)
            for where, what in term_errors(reviews.terms, kind, policy.documents, classes):
                raise broken(file, text, (f"{kind}-reviews", place, "terms", *where), what)
    return policy.model_copy(update={"categories": categories, "catalogue": catalogue or Catalogue()})
