"""What decides a bank check (TCM-TEN-08..17, TCM-WX-03..07, -13). Pure: amounts come in, verdicts go out."""

import hmac
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from models.bank import BankCheckTerms, Guess, Instruction, Secret, WhyUnmatched
from models.bank_entries import BankEntry
from models.base import Frozen, Instant
from models.rules.findings import Finding
from models.rules.guessing import guess_chance
from models.rules.verification import normalised

__all__ = [
    "OTHER_BANK",
    "REMARK",
    "OpenCheck",
    "guess_chance",
    "guess_findings",
    "is_late",
    "listed_bank",
    "matches",
    "same_holder",
    "verdict_on",
]

REMARK = "入驻账户验证"
"""What a provider writes beside its remittance (TCM-WX-06)."""
OTHER_BANK = "other bank"
LISTED_BANKS = {
    "中国工商银行": ("工商银行", "工行", "icbc"),
    "中国农业银行": ("农业银行", "农行", "abc"),
    "中国银行": ("中行", "boc", "bank of china"),
    "中国建设银行": ("建设银行", "建行", "ccb"),
    "交通银行": ("交行", "bocom"),
    "中国邮政储蓄银行": ("邮政储蓄银行", "邮储银行", "邮储", "psbc"),
    "招商银行": ("招行", "cmb"),
    "中信银行": ("citic",),
    "中国光大银行": ("光大银行", "ceb"),
    "中国民生银行": ("民生银行", "cmbc"),
    "华夏银行": ("hxb",),
    "兴业银行": ("cib",),
    "上海浦东发展银行": ("浦发银行", "浦东发展银行", "spdb"),
    "广发银行": ("广东发展银行", "cgb"),
    "平安银行": ("pab",),
    "浙商银行": ("czb",),
    "渤海银行": ("cbhb",),
    "恒丰银行": ("hfb",),
}
"""The state-owned and joint-stock banks. City and rural banks, cooperatives and the rest are "other"."""
COMPANY_FORM = "股份有限公司"


def _plain(text: str) -> str:
    """One spelling for what looks the same: widths, cases and spaces do not count."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


_BANKS = {_plain(name): bank for bank, others in LISTED_BANKS.items() for name in (bank, *others)}


def listed_bank(name: str) -> str:
    """The bank as the list knows it, or "other bank" (TCM-TEN-09)."""
    plain = _plain(name)
    return _BANKS.get(plain) or _BANKS.get(plain.removesuffix(COMPANY_FORM)) or OTHER_BANK


def same_holder(holder: str, company_name: str) -> bool:
    """The whole name: a shortened one is another company's (ALI-SET-11)."""
    return normalised(holder) == normalised(company_name)


def guess_findings(guess: Guess, terms: BankCheckTerms) -> list[Finding]:
    """What is wrong with a guess before anything is compared. Such a guess uses no attempt (AMB-36)."""
    return [*_amounts(guess.amounts_fen, terms), *_code(guess.code, terms)]


def _amounts(amounts: tuple[int, ...], terms: BankCheckTerms) -> Iterator[Finding]:
    wanted = terms.secret_amounts
    if len(amounts) != wanted:
        yield _finding("amounts_fen", "wrong-number-of-amounts", f"{wanted} are asked for")
    if len(set(amounts)) != len(amounts):
        yield _finding("amounts_fen", "amounts-not-distinct", "two different amounts were paid")
    if any(not terms.lowest_fen <= amount <= terms.highest_fen for amount in amounts):
        within = f"between {terms.lowest_fen} and {terms.highest_fen} fen were paid"
        yield _finding("amounts_fen", "amount-out-of-range", within)


def _code(code: str | None, terms: BankCheckTerms) -> Iterator[Finding]:
    if terms.has_code and code is None:
        yield _finding("code", "code-missing", "the remark beside the amount holds a code")
    if not terms.has_code and code is not None:
        yield _finding("code", "code-not-asked-for", "no code was sent")


def _finding(field: str, code: str, detail: str) -> Finding:
    next = "read what came into the account, and send that"
    return Finding(field=f"guess.{field}", code=code, rule="TCM-TEN-13", detail=detail, next=next)


def matches(guess: Guess, secret: Secret) -> bool:
    """Every amount in any order, and the code, in a time that does not tell how much of it was right."""
    return hmac.compare_digest(_spelt(guess), _spelt(secret))


def _spelt(said: Guess | Secret) -> bytes:
    """As long as any other, whatever was said."""
    first, second = (*sorted(said.amounts_fen), 0, 0)[:2]
    return f"{len(said.amounts_fen)}:{first:016d}:{second:016d}:{said.code or '':>16}".encode()


class OpenCheck(Frozen):
    """What was asked of a provider, and while it stood: before `until`, unless it ended sooner."""

    asked: Instruction
    since: Instant
    ended: bool = False


def verdict_on(entry: BankEntry, check: OpenCheck | None) -> WhyUnmatched | None:
    """Why a remittance does not prove this account; None when it does (TCM-WX-05, TCM-WX-13).

    `check` is the one of the account that paid. Before the deadline is in time, at it is late (CV-6).
    """
    if REMARK not in _plain(entry.remark):
        return WhyUnmatched.UNKNOWN_REMARK
    if check is None or not _paid_by(entry, check.asked):
        return WhyUnmatched.WRONG_PAYER
    if check.ended or entry.at < check.since:
        return WhyUnmatched.NO_OPEN_CHECK
    if is_late(entry.at, check.asked.until):
        return WhyUnmatched.LATE
    if entry.amount_fen != check.asked.amount_fen:
        return WhyUnmatched.WRONG_AMOUNT
    return None


def is_late(at: datetime, deadline_at: datetime) -> bool:
    return at >= deadline_at


def _paid_by(entry: BankEntry, asked: Instruction) -> bool:
    return entry.payer_number == asked.payer_number and same_holder(entry.payer_holder, asked.payer_name)
