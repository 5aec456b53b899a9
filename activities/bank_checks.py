"""What a case asks of the bank check. Amounts and account numbers stay here: no payload holds them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import bank_rounds, remittances
from activities.bank_rounds import locked
from activities.effects import once
from activities.gateways.bank import Bank
from activities.gateways.refusals import refusals, refused
from models.bank import (
    LAPSED,
    AccountCheck,
    AskedAccount,
    BankDetails,
    CheckRef,
    Compared,
    Direction,
    Guess,
    Issue,
    IssueRound,
    RemittanceNotice,
    Remitted,
    SealedGuess,
    VoidCheck,
)
from models.bank_entries import PaidOut, payout_key
from models.private import Sealed
from models.rules.bank import REMARK, guess_findings, listed_bank, matches, same_holder
from models.tables.bank import account_of, secret_of
from models.tables.privacy import Cipher, Vault

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class BankChecks:
    engine: Engine
    bank: Bank
    cipher: Cipher

    @activity.defn(name="check_bank_data")
    def data_check(self, asked: AskedAccount) -> AccountCheck:
        """Whether the account is the company's own and the bank knows it (TCM-TEN-09, -11, ALI-SET-11)."""
        account = self._open(asked.account, asked.ref.case_id, BankDetails)
        if not same_holder(account.holder, asked.company_name):
            return AccountCheck(ok=False, code="holder_mismatch")
        with refusals():
            return self.bank.check(account.model_copy(update={"bank": listed_bank(account.bank)}))

    @activity.defn(name="issue_bank_check")
    def issue(self, asked: IssueRound) -> Issue:
        """Draw the secret of a round, once (TCM-TEN-12, TCM-WX-04). Every round that the account ever had
        counts, in whatever case (AMB-36)."""
        account = self._open(asked.account, asked.ref.case_id, BankDetails)
        with Session(self.engine) as session, session.begin():
            return bank_rounds.issue(session, self.cipher, asked, account)

    @activity.defn(name="pay_micro_deposits")
    def pay(self, ref: CheckRef) -> None:
        """Pay what was drawn into the account, each once (TCM-TEN-12). A void check is paid nothing."""
        with Session(self.engine) as session, session.begin():
            row = locked(session, ref)
            if row.direction != Direction.PLATFORM_PAYS:
                raise refused("nothing is paid in this direction")
            if row.voided_at is not None:
                return
            account, secret = account_of(row, self.cipher), secret_of(row, self.cipher)
        remark = f"{REMARK} {secret.code}" if secret.code else REMARK
        for n, amount_fen in enumerate(secret.amounts_fen, 1):
            key = payout_key(ref, n)
            figures = {"number": account.number, "amount_fen": amount_fen, "remark": remark}
            hidden = {"figures": self.cipher.digest(figures)}  # the request is kept, and tells nothing
            pay_out = partial(self.bank.pay_out, ref.market, key, account, amount_fen, remark)
            with refusals():
                once(self.engine, key, hidden, partial(_paid, pay_out))
        with Session(self.engine) as session, session.begin():
            row = locked(session, ref)
            row.paid_out_at = row.paid_out_at or datetime.now(UTC)

    @activity.defn(name="compare_guess")
    def compare(self, guess: SealedGuess) -> Compared:
        """Count an attempt, and only then compare (TCM-TEN-13). Asked again under the same key, the answer is
        the same and no other attempt is used. Whatever is not right hears the same no."""
        said = self._open(guess.guess, guess.ref.case_id, Guess)
        if guess_findings(said, guess.terms):
            with Session(self.engine) as session, session.begin():
                row = locked(session, guess.ref)
                left = row.attempts_allowed - row.attempts_used
            return Compared(right=False, attempts_left=left, malformed=True)
        with Session(self.engine) as session, session.begin():
            answer = bank_rounds.count(session, guess)
        if answer is not None:
            return answer
        with Session(self.engine) as session, session.begin():
            right = matches(said, secret_of(locked(session, guess.ref), self.cipher))
            return bank_rounds.settle(session, guess, right)

    @activity.defn(name="match_remittance")
    def remitted(self, notice: RemittanceNotice) -> Remitted:
        """Which check an entry of the bank proves or voids, or why none (TCM-WX-05, TCM-WX-13, AMB-34).

        `NotConfirmed` where the bank knows none of that id yet: asked again. A repeat answers the same.
        """
        with refusals():
            entry = self.bank.entry(notice.entry_id)
        if entry is None or entry.market != notice.market:
            raise ApplicationError(f"{notice.entry_id} is not confirmed", type="NotConfirmed")
        with Session(self.engine) as session, session.begin():
            return remittances.decide(session, self.cipher, entry)

    @activity.defn(name="void_bank_check")
    def void(self, told: VoidCheck) -> None:
        """From now on it proves nothing, although it may have before (AMB-33). What was proven in the very
        moment in which its case gave it up has not lapsed."""
        with Session(self.engine) as session, session.begin():
            row = locked(session, told.ref)
            has_lapsed = told.why != LAPSED or row.verified_at is None
            if row.voided_at is None and has_lapsed:
                row.voided_at, row.voided_because = told.at, told.why

    def _open(self, sealed: Sealed, case_id: str, model: type[M]) -> M:
        try:
            return Vault(self.cipher).open(sealed, case_id, model)
        except InvalidTag:
            no = "sealed for another case, or under another key"
            raise refused(no) from None


def _paid(pay_out: Callable[[], PaidOut]) -> dict[str, Any]:
    return pay_out().model_dump()
