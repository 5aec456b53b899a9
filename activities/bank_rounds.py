"""The rounds of a bank check on record: issued within their limits, guessed at within their attempts."""

import secrets
from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session, select

from activities.gateways.refusals import refused
from models.bank import (
    BankCheckTerms,
    BankDetails,
    CheckRef,
    Compared,
    Direction,
    Issued,
    IssueRound,
    NotIssued,
    SealedGuess,
    Secret,
    WhyNotIssued,
)
from models.rules.bank import is_late
from models.rules.guessing import CODE_DIGITS
from models.tables.bank import BankCheckRow, BankGuessRow, account_digest
from models.tables.privacy import Cipher

SYSTEM_RANDOM = secrets.SystemRandom()


def in_turn(session: Session, market: str) -> None:
    """Until the transaction ends nobody else counts this market's rounds and accounts."""
    turn = text("SELECT pg_advisory_xact_lock(hashtextextended(:it, 0))")
    session.execute(turn, {"it": f"bank-checks:{market}"})


def locked(session: Session, ref: CheckRef) -> BankCheckRow:
    row = session.get(BankCheckRow, (ref.case_id, ref.round), with_for_update=True)
    if row is None or row.market != ref.market:
        raise refused("there is no such bank check")
    return row


def issue(session: Session, cipher: Cipher, asked: IssueRound, account: BankDetails) -> Issued | NotIssued:
    """The round as it was issued, now or before; or why it is not."""
    ref, digest = asked.ref, account_digest(cipher, account.number)
    in_turn(session, ref.market)
    row = session.get(BankCheckRow, (ref.case_id, ref.round))
    if row is None:
        if no := _limits(session, asked, digest):
            return no
        row = BankCheckRow(
            case_id=ref.case_id,
            round=ref.round,
            market=ref.market,
            provider_id=asked.provider_id,
            direction=asked.terms.direction,
            proof=asked.terms.proof,
            account_digest=digest,
            account=cipher.seal(account.model_dump(mode="json"), ref.case_id),
            secret=cipher.seal(drawn(asked.terms).model_dump(mode="json"), ref.case_id),
            attempts_allowed=asked.terms.attempts,
            issued_at=asked.at,
            expires_at=asked.at + asked.terms.valid_for,
        )
        session.add(row)
    if (row.market, row.provider_id, row.account_digest) != (ref.market, asked.provider_id, digest):
        raise refused("the round is another account's")
    rounds_left = max(asked.terms.rounds - len(_rounds(session, ref.market, digest)), 0)
    return Issued(expires_at=row.expires_at, attempts_left=row.attempts_allowed, rounds_left=rounds_left)


def drawn(terms: BankCheckTerms) -> Secret:
    """New amounts, each as likely as any other, and distinct where there are two."""
    within = range(terms.lowest_fen, terms.highest_fen + 1)
    amounts = SYSTEM_RANDOM.sample(within, max(terms.secret_amounts, 1))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}" if terms.has_code else None
    return Secret(amounts_fen=tuple(amounts), code=code, payee=terms.payee)


def _limits(session: Session, asked: IssueRound, digest: str) -> NotIssued | None:
    """Counted over all cases of the market: adding an account again resets nothing (AMB-34, AMB-36).

    What operators grant ends a rest, and asks for one more remittance. It never adds a round to guess in.
    """
    ref, terms = asked.ref, asked.terms
    provider = (BankCheckRow.market == ref.market, BankCheckRow.provider_id == asked.provider_id)
    accounts = {row.account_digest for row in session.exec(select(BankCheckRow).where(*provider))}
    if digest not in accounts and len(accounts) >= terms.accounts:
        return NotIssued(reason=WhyNotIssued.ACCOUNTS_USED_UP)
    rounds = _rounds(session, ref.market, digest)
    remits = terms.direction is Direction.PROVIDER_REMITS
    if len(rounds) >= terms.rounds and not (remits and asked.granted):
        return NotIssued(reason=WhyNotIssued.ROUNDS_USED_UP)
    if remits or asked.granted:
        return None
    ends = [row.ended_at for row in rounds if row.direction == Direction.PLATFORM_PAYS]
    until = max(ends) + terms.cool_down if ends else None
    if until is not None and asked.at < until:
        return NotIssued(reason=WhyNotIssued.COOLING_DOWN, until=until)
    return None


def _rounds(session: Session, market: str, digest: str) -> Sequence[BankCheckRow]:
    """Every round that the account ever had in the market."""
    of_account = (BankCheckRow.market == market, BankCheckRow.account_digest == digest)
    return session.exec(select(BankCheckRow).where(*of_account)).all()


def count(session: Session, guess: SealedGuess) -> Compared | None:
    """Use an attempt for this key, once. The answer where it is known already, or nothing can be compared."""
    row = locked(session, guess.ref)
    made = session.get(BankGuessRow, (row.case_id, row.round, guess.key))
    if made is not None:
        return None if made.right is None else _answer(row, made)
    left = row.attempts_allowed - row.attempts_used
    expired = is_late(guess.at, row.expires_at)
    if expired or row.has_ended or left == 0:
        return Compared(right=False, attempts_left=left, expired=expired)
    row.attempts_used += 1
    session.add(
        BankGuessRow(
            case_id=row.case_id, round=row.round, key=guess.key, attempt=row.attempts_used, at=guess.at
        )
    )
    return None


def settle(session: Session, guess: SealedGuess, right: bool) -> Compared:
    """What came of an attempt that was counted. A check that was voided meanwhile proves nothing."""
    row = locked(session, guess.ref)
    of_round = (BankGuessRow.case_id == row.case_id, BankGuessRow.round == row.round)
    guesses = {each.key: each for each in session.exec(select(BankGuessRow).where(*of_round))}
    made = guesses[guess.key]
    if made.right is None:
        made.right = right and row.voided_at is None
        used_up = row.attempts_used == row.attempts_allowed
        if made.right:
            row.verified_at = row.verified_at or guess.at
        elif used_up and all(each.right is False for each in guesses.values()):
            row.failed_at = guess.at
    return _answer(row, made)


def _answer(row: BankCheckRow, made: BankGuessRow) -> Compared:
    return Compared(right=made.right is True, attempts_left=row.attempts_allowed - made.attempt)
