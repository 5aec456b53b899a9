"""A bank check as its case would ask for it, each test in a market of its own."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from activities.bank_checks import BankChecks
from activities.gateways.simulated.bank import SimulatedBank
from models.bank import (
    AccountCheck,
    AskedAccount,
    BankCheckTerms,
    BankDetails,
    CheckRef,
    Compared,
    Guess,
    Instruction,
    Issued,
    IssueRound,
    NotIssued,
    RemittanceNotice,
    Remitted,
    SealedGuess,
    Secret,
    VoidCheck,
)
from models.bank_entries import BankEntry
from models.rules.bank import REMARK
from models.tables.bank import BankCheckRow, open_instruction, secret_of
from models.tables.privacy import Cipher, Vault
from tests.activities.batches import AT
from tests.banking import COMPANY, account, check_terms, new_number
from tests.conftest import SECRET

CIPHER = Cipher(SECRET)
SECOND = timedelta(seconds=1)


def some(what: str) -> str:
    return f"{what}-{uuid.uuid4().hex[:12]}"


@dataclass(frozen=True)
class Checking:
    """One provider's account in one case."""

    engine: Engine
    market: str = field(default_factory=lambda: some("market"))
    provider_id: str = field(default_factory=lambda: some("isv"))
    case: str = field(default_factory=lambda: some("c"))
    account: BankDetails = field(default_factory=lambda: account(number=new_number()))
    terms: BankCheckTerms = field(default_factory=check_terms)

    @property
    def bank(self) -> SimulatedBank:
        return SimulatedBank(self.engine)

    @property
    def checks(self) -> BankChecks:
        return BankChecks(self.engine, self.bank, CIPHER)

    @property
    def case_id(self) -> str:
        return f"bank-accounts:{self.market}:{self.case}"

    def but(self, **changes: Any) -> "Checking":
        return replace(self, **changes)

    def ref(self, round: int = 1) -> CheckRef:
        return CheckRef(market=self.market, case_id=self.case_id, round=round)

    def looked_at(self, company: str = COMPANY) -> AccountCheck:
        sealed = Vault(CIPHER).seal(self.account, self.case_id)
        asked = AskedAccount(ref=self.ref(), account=sealed, company_name=company)
        return self.checks.data_check(asked)

    def issued(self, round: int = 1, at: datetime = AT, *, granted: bool = False) -> Issued | NotIssued:
        return self.checks.issue(
            IssueRound(
                ref=self.ref(round),
                provider_id=self.provider_id,
                account=Vault(CIPHER).seal(self.account, self.case_id),
                terms=self.terms,
                at=at,
                granted=granted,
            )
        )

    def paid(self, round: int = 1, at: datetime = AT) -> "Checking":
        """A round that was issued, with its money in the account."""
        assert isinstance(self.issued(round, at), Issued)
        self.checks.pay(self.ref(round))
        return self

    def row(self, round: int = 1) -> BankCheckRow:
        with Session(self.engine) as session:
            return session.get_one(BankCheckRow, (self.case_id, round))

    def right(self, round: int = 1) -> Guess:
        """What the provider reads off its account, where each round left as many lines."""
        each = self.terms.secret_amounts
        lines = self.bank.statement(self.account.number)[each * (round - 1) : each * round]
        code = lines[0].remark.removeprefix(REMARK).strip() or None
        return Guess(amounts_fen=tuple(line.amount_fen for line in lines), code=code)

    def wrong(self, round: int = 1) -> Guess:
        secret = set(self._secret(round).amounts_fen)
        free = [fen for fen in range(1, 100) if fen not in secret]
        return Guess(amounts_fen=tuple(free[: self.terms.secret_amounts]), code=self._secret(round).code)

    def guessed(self, guess: Guess, key: str | None = None, round: int = 1, at: datetime = AT) -> Compared:
        return self.checks.compare(
            SealedGuess(
                ref=self.ref(round),
                key=key or some("key"),
                guess=Vault(CIPHER).seal(guess, self.case_id),
                terms=self.terms,
                at=at,
            )
        )

    def voided(self, why: str = "changed", round: int = 1, at: datetime = AT) -> None:
        self.checks.void(VoidCheck(ref=self.ref(round), why=why, at=at))

    def instruction(self) -> Instruction | None:
        with Session(self.engine) as session:
            return open_instruction(session, CIPHER, self.case_id)

    def remits(self, **changes: Any) -> BankEntry:
        """The provider does as it was told, unless told otherwise."""
        asked = self.instruction()
        known: dict[str, Any] = {
            "market": self.market,
            "holder": self.account.holder,
            "number": self.account.number,
            "amount_fen": asked.amount_fen if asked else 1,
            "remark": REMARK,
            "at": AT + SECOND,
        }
        return self.bank.remit(**known | changes)

    def told(self, entry: BankEntry) -> Remitted:
        return self.checks.remitted(RemittanceNotice(market=self.market, entry_id=entry.entry_id))

    def _secret(self, round: int) -> Secret:
        return secret_of(self.row(round), CIPHER)
