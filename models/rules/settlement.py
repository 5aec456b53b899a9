"""What decides settlement accounts: which one serves when, what is barred, what a form must say (ALI-SET)."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from models.deposits import Block
from models.periods import CHINA
from models.rules.findings import Finding
from models.rules.identity.licences import licence_findings, normalised_licence
from models.rules.identity.phones import normalised_phone
from models.rules.masking import E_MAIL
from models.settlement_events import AlipayAccount, MybankDetails
from models.settlement_terms import SettlementTerms

OLD_REGISTRATION_NUMBER = re.compile(r"[0-9]{15}")


class Route(StrEnum):
    """Where an order's money is settled to."""

    OLD = "old_account"
    NEW = "new_account"


def cut_over_at(terms: SettlementTerms) -> datetime:
    """The first instant at which the old account is out of use (ALI-SET-04, CV-7)."""
    return _midnight(terms.window_until + timedelta(days=1))


def old_account_serves(at: datetime, terms: SettlementTerms) -> bool:
    """Until 2021-12-30 23:59:59 in Shanghai, and no longer (ALI-SET-04)."""
    return at < cut_over_at(terms)


def route_of(paid_at: datetime, activated_at: datetime | None, terms: SettlementTerms) -> Route:
    """Where the money of an order goes that was paid at this instant, however late it is paid out.

    Before the upgrade began, and before the shop activated its account, money goes the old way (ALI-SET-06,
    -07, AMB-24). What was paid when the old account was out of use waits for the new one (ALI-SET-04, -05).
    """
    if paid_at < _midnight(terms.upgrade_began):
        return Route.OLD
    if activated_at is not None and paid_at >= activated_at:
        return Route.NEW
    return Route.OLD if old_account_serves(paid_at, terms) else Route.NEW


def suspended_from_cut_over(at: datetime, activated_at: datetime | None, terms: SettlementTerms) -> bool:
    """Whether the shop has no account at all: the old one is out of use, and the new one is not activated.

    It takes no orders, and payouts stay frozen (ALI-SET-05, AMB-24).
    """
    activated = activated_at is not None and activated_at <= at
    return not activated and not old_account_serves(at, terms)


def blocks(
    at: datetime, activated_at: datetime | None, terms: SettlementTerms, *, deduction: bool
) -> tuple[Block, ...]:
    """What the provider cannot do (ALI-SET-05, -23). A new account without the right to deduct pays nothing
    out; while the old one serves an unactivated shop, nothing is barred."""
    if suspended_from_cut_over(at, activated_at, terms):
        return terms.unactivated_blocks
    return terms.revoked_blocks if activated_at is not None and not deduction else ()


# --- forms


def alipay_findings(account: AlipayAccount, field: str, rule: str) -> list[Finding]:
    """What keeps an Alipay account from being one: an e-mail address or a phone number (ALI-SET-10, -16)."""
    said = account.alipay_account
    if said is None:
        return [_missing(f"{field}.alipay_account", rule)]
    if re.fullmatch(E_MAIL, said) or normalised_phone(said):
        return []
    return [
        Finding(
            field=f"{field}.alipay_account",
            code="no-alipay-account",
            rule=rule,
            detail="an Alipay account is an e-mail address or a phone number",
            next="send the account that the company signs in with",
        )
    ]


def contract_findings(accepted: bool) -> list[Finding]:
    """Nothing is submitted without Alipay's payment contract (ALI-SET-12)."""
    if accepted:
        return []
    return [
        Finding(
            field="contract_accepted",
            code="contract-not-accepted",
            rule="ALI-SET-12",
            detail="the contract on Alipay payment products has to be accepted",
            next="have the company read it and tick it",
        )
    ]


def mybank_findings(details: MybankDetails, field: str, licence_number: str | None) -> list[Finding]:
    """Everything that is missing or wrong, at once (ALI-SET-16). `licence_number` is the company's."""
    return [
        *alipay_findings(details, field, "ALI-SET-16"),
        *([_missing(f"{field}.legal_person", "ALI-SET-16")] if details.legal_person is None else []),
        *_registration(details.registration_number, f"{field}.registration_number", licence_number),
    ]


def _registration(said: str | None, field: str, licence_number: str | None) -> Iterator[Finding]:
    """A unified code, which has to be the company's own, or an older number of 15 digits."""
    if said is None:
        yield _missing(field, "ALI-SET-16")
    elif not OLD_REGISTRATION_NUMBER.fullmatch(normalised_licence(said)):
        found = licence_findings(said, field, "ALI-SET-16")
        yield from found
        if not found and licence_number and normalised_licence(said) != normalised_licence(licence_number):
            yield Finding(
                field=field,
                code="another-company",
                rule="ALI-SET-16",
                detail="this is not the registration number of the company that was onboarded",
                next="send the company's own",
            )


def _missing(field: str, rule: str) -> Finding:
    return Finding(field=field, code="missing", rule=rule, detail="is required", next="fill it in")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA).astimezone(UTC)
