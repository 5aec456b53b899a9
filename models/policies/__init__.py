"""What differs between marketplaces, as data: one TOML file a market, each process with its versions."""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from models.bank_accounts import BankAccountTerms
from models.base import Frozen, Id
from models.categories import Category
from models.deposits import DepositTerms
from models.documents import DocumentLimits
from models.merchant_accounts import MerchantAccountTerms
from models.onboardings import OnboardingTerms
from models.orders import OrderTerms
from models.payments import ReceiptTerms
from models.policies.categories import load_categories
from models.policy_moves import MoveTerms
from models.rules.placing import PlacingTerms
from models.rules.tariffs import Tariff
from models.settlement_terms import SettlementTerms

HERE = Path(__file__).parent
CALENDAR = "calendar.toml"
"""A file in POLICY_DIR that is no market: models/calendars reads it."""
P = TypeVar("P", bound=BaseModel)


class BrokenPolicy(Exception):
    """A policy file that cannot be used: which file, which line, which field, and why."""

    def __init__(self, file: Path, line: int, field: str, reason: str) -> None:
        super().__init__(f"{file.name}, line {line}, {field}: {reason}")
        self.file, self.line, self.field, self.reason = file, line, field, reason


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

    def versions(self, process: str) -> tuple[ProcessPolicy, ...]:
        found: tuple[ProcessPolicy, ...] = getattr(self, process.replace("-", "_"), ())
        return found

    def in_force(self, process: str, at: datetime) -> ProcessPolicy | None:
        """The latest version that has begun; None where the market does not run the process."""
        begun = [version for version in self.versions(process) if version.effective_from <= at]
        return max(begun, key=lambda version: version.effective_from, default=None)


def load(extra: Path | None = None) -> dict[str, MarketPolicy]:
    """The policies of every market. A file in `extra` adds a market, or replaces ours of the same name."""
    files = {file.stem: file for folder in (HERE, extra) if folder for file in sorted(folder.glob("*.toml"))}
    if extra is not None and not extra.is_dir():
        raise BrokenPolicy(extra, 0, "POLICY_DIR", "is no directory")
    categories = load_categories(extra)
    return {
        market: read(file).model_copy(update={"categories": categories.get(market, ())})
        for market, file in files.items()
        if file.name != CALENDAR
    }


def read(file: Path) -> MarketPolicy:
    """One market's policy. Refuses a broken file with its line and field."""
    policy, text = parsed(file, MarketPolicy)
    if policy.market != file.stem:
        raise BrokenPolicy(file, line_of(text, ("market",)), "market", f"is not {file.stem}")
    for process in filter(None, (field.alias for field in MarketPolicy.model_fields.values())):
        versions = [each.version for each in policy.versions(process)]
        if len(versions) != len(set(versions)):
            raise BrokenPolicy(file, line_of(text, (process,)), process, "has a version twice")
    return policy


def parsed(file: Path, model: type[P]) -> tuple[P, str]:
    """What a TOML file says, and its text. Refuses a broken file with its line and field."""
    try:
        text = file.read_text("utf-8")
        return model.model_validate(tomllib.loads(text)), text
    except UnicodeDecodeError as error:
        raise BrokenPolicy(file, error.object.count(b"\n", 0, error.start) + 1, "-", str(error)) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise BrokenPolicy(file, int(line[1]) if line else 0, "-", str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BrokenPolicy(file, line_of(text, first["loc"]), field, first["msg"]) from error


def line_of(text: str, loc: tuple[str | int, ...]) -> int:
    """The line of a field, or of the nearest table around it that is written down."""
    names = [part for part in loc if isinstance(part, str)]
    which = next((part for part in loc if isinstance(part, int)), 0)
    table: list[str] = []
    count, best, best_depth = -1, 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([\w.-]+)\s*\]+", line)
        key = re.match(r"\s*([\w-]+)\s*=", line)
        if header:
            table = header[1].split(".")
            count += line.lstrip().startswith("[[") and table == names[: len(table)]
        path = table if header else [*table, key[1]] if key else []
        here = path and path == names[: len(path)] and (not table or count == which)
        if here and len(path) > best_depth:
            best, best_depth = number, len(path)
    return best
