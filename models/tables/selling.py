"""How a provider sells, as its cases stand on record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from models.agreements import Acceptance
from models.bank_process import BANK_ACCOUNTS
from models.checklists import RequirementState
from models.deposit_process import DEPOSIT_ACCOUNTS
from models.deposits import Block
from models.listing_process import SHOP_REVIEWS
from models.listing_terms import ListingTerms
from models.listings import ListingStage
from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.merchant_accounts import MerchantAccountTerms
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.onboardings import OnboardingOutcome, OnboardingStep, OnboardingTerms
from models.periods import local_date
from models.policies import MarketPolicy
from models.rules.blocks import GUARDED, Standing, blocked_by
from models.rules.channels import channels
from models.selling import Numbers, Paths, Selling, Settles, channel
from models.settlement_process import SETTLEMENT_ACCOUNTS
from models.settlement_terms import SettlementTerms
from models.tables import CaseRow

T = TypeVar("T")
ONBOARDING, DEPOSIT, ACCOUNT = PROVIDER_ONBOARDINGS.name, DEPOSIT_ACCOUNTS.name, BANK_ACCOUNTS.name
MERCHANT, SETTLEMENT, SHOP = MERCHANT_ACCOUNTS.name, SETTLEMENT_ACCOUNTS.name, SHOP_REVIEWS.name
ASKED = (ONBOARDING, DEPOSIT, ACCOUNT, MERCHANT, SETTLEMENT, SHOP)
"""In the order of a provider's page: what comes first there is done first."""


def cases_of(session: Session, market: str, provider_id: str) -> list[CaseRow]:
    """Every case of a provider that says how it stands, the newest first."""
    mine = select(CaseRow).where(
        CaseRow.market == market, CaseRow.provider_id == provider_id, col(CaseRow.process).in_(ASKED)
    )
    return list(session.exec(mine.order_by(col(CaseRow.opened_at).desc(), col(CaseRow.case_id).desc())))


def newest_of(cases: Sequence[CaseRow]) -> dict[str, CaseRow]:
    """The newest case of each process that there is one of."""
    first = {row.process: row for row in reversed(cases)}
    return {process: first[process] for process in ASKED if process in first}


def states_of(newest: Mapping[str, CaseRow]) -> dict[str, RequirementState]:
    """What the newest onboarding asks for, and how each of it stands."""
    checklist = _data(newest, ONBOARDING).get("checklist", [])
    return {each["name"]: RequirementState(each["state"]) for each in checklist}


def selling_of(
    session: Session, policy: MarketPolicy, provider_id: str, at: datetime, paid_at: datetime | None = None
) -> Selling:
    """How the provider sells in this market at a moment, and where goes what was paid `paid_at`, or then."""
    return selling_by(cases_of(session, policy.market, provider_id), policy, at, paid_at)


def selling_by(
    cases: Sequence[CaseRow], policy: MarketPolicy, at: datetime, paid_at: datetime | None = None
) -> Selling:
    """The same of cases that were read already, the newest first."""
    newest = newest_of(cases)
    numbers, paths = _numbers(cases, policy, at), _paths(newest.get(SETTLEMENT), policy, at)
    ways = channels(paths.always, {**paths.offered, **numbers.offered}, (*paths.ready, *numbers.opened))
    bank = newest[ACCOUNT].case_id if ACCOUNT in newest else None
    to_bank = {"to": "bank_account" if bank else None, "case_id": bank}
    return Selling(
        channels=ways,
        settles=tuple(
            paths.settles(way, paid_at or at) or Settles(channel=channel(way), **to_bank) for way in ways
        ),
        arrears_fen=_data(newest, SETTLEMENT).get("arrears_fen", 0),
        blocked_by=blocked_by(_standing(cases, newest, policy, at, numbers, paths)),
    )


def _numbers(cases: Sequence[CaseRow], policy: MarketPolicy, at: datetime) -> Numbers:
    opening = (row.view["data"] for row in cases if row.process == MERCHANT)
    return Numbers.of(_terms(policy, MERCHANT, at, MerchantAccountTerms), opening)


def _paths(row: CaseRow | None, policy: MarketPolicy, at: datetime) -> Paths:
    """An account that was closed settles nothing more."""
    terms = _terms(policy, SETTLEMENT, at, SettlementTerms)
    return Paths(terms) if row is None or row.closed_at else Paths.of(terms, row.case_id, row.view["data"])


def _standing(
    cases: Sequence[CaseRow],
    newest: Mapping[str, CaseRow],
    policy: MarketPolicy,
    at: datetime,
    numbers: Numbers,
    paths: Paths,
) -> Standing:
    """Without a proven account nothing can be paid out, also where an operator did without the proof."""
    asked, deposit = states_of(newest), _data(newest, DEPOSIT)
    fee = asked.get(OnboardingStep.CERTIFICATION_FEE)
    waived = asked.get(OnboardingStep.DEPOSIT) is RequirementState.WAIVED
    unproven = (Block.WITHDRAWAL,) if OnboardingStep.BANK_ACCOUNT in asked else ()
    onboarded = next((row for row in cases if _is_onboarded(row)), None)
    not_activated, not_authorised = paths.blocks(at)
    return Standing(
        onboarded=onboarded is not None or not _asks_for_onboarding(policy, at),
        permitted=_is_permitted(newest.get(ONBOARDING), asked),
        guarded=(*GUARDED, *numbers.guards, *paths.guards),
        held_fen=deposit.get("held_fen", 0),
        due_fen=deposit.get("due_fen", 0),
        by_deposit=() if waived else deposit.get("blocks", ()),
        by_account=_data(newest, ACCOUNT).get("blocks", unproven),
        fee_owed=fee is not None and not fee.is_met,
        without_number=numbers.blocks,
        not_activated=not_activated,
        not_authorised=not_authorised,
        agreement_lapsed=onboarded is not None and _has_lapsed(onboarded, at),
        without_shop=_kept_without_shop(cases, policy, at),
    )


def _is_onboarded(row: CaseRow) -> bool:
    return row.process == ONBOARDING and row.outcome == OnboardingOutcome.ONBOARDED


def _asks_for_onboarding(policy: MarketPolicy, at: datetime) -> bool:
    """Who sold before has until the market enforces it (S88-ID-05, AMB-41)."""
    terms = _terms(policy, ONBOARDING, at, OnboardingTerms)
    return terms is not None and (terms.enforced_from is None or at >= terms.enforced_from)


def _is_permitted(row: CaseRow | None, asked: Mapping[str, RequirementState]) -> bool:
    """The permission of an application lasts while it is open: who is turned down loses it."""
    permission = asked.get(OnboardingStep.PERMISSION)
    return row is not None and row.closed_at is None and permission is not None and permission.is_met


def _has_lapsed(onboarding: CaseRow, at: datetime) -> bool:
    """The last day of an agreement is included (ALI-REN-02)."""
    accepted = [Acceptance.model_validate(each) for each in onboarding.view["data"].get("agreements", [])]
    return any(each.valid_until and local_date(at) > each.valid_until for each in accepted)


def _kept_without_shop(cases: Sequence[CaseRow], policy: MarketPolicy, at: datetime) -> tuple[Block, ...]:
    """One shop that is shown is enough (TCM-SHOP-02)."""
    terms = _terms(policy, SHOP, at, ListingTerms)
    shown = any(row.process == SHOP and row.stage == ListingStage.LISTED for row in cases)
    return () if terms is None or shown else terms.guards


def _data(newest: Mapping[str, CaseRow], process: str) -> dict[str, Any]:
    return dict(newest[process].view["data"]) if process in newest else {}


def _terms(policy: MarketPolicy, process: str, at: datetime, kind: type[T]) -> T | None:
    terms = getattr(policy.in_force(process, at), "terms", None)
    return terms if isinstance(terms, kind) else None
