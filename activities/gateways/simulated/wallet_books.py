"""What the simulated wallet's books say: how an application stands, and why money goes back."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from models.applyments import AccountValidation, Application, Applyment, ApplymentState, AuditDetail
from models.bank import Payee, WhyUnmatched
from models.base import Fen, Flag, Frozen, Id, Instant
from models.rules.bank import REMARK, is_late, same_holder
from models.rules.verification import normalised
from models.tables.simulated_wallet import SimulatedApplyment, SimulatedWalletRemittance

PAYEE = Payee(
    name="样例支付公司 Sample Payments", number="6222000000000000", bank="样例银行 Sample Bank", city="深圳"
)
MOST_FEN = 99
PASSED, REJECTED = "passed", "rejected"
NOBODY = ""
NO_PART = {"before", "times_asked"}
"""What is no part of an application as it was."""


class Remittance(Frozen):
    """Money that came for an application. The wallet sends back what does not match it (AMB-34)."""

    remittance_id: str
    submission: int
    amount_fen: Fen
    at: Instant
    returned_because: WhyUnmatched | None


class Held(Frozen):
    """An application as whoever works at the wallet sees it."""

    reference: Id
    market: str
    submission: int
    submitted_at: Instant
    times_asked: int
    company_name: str
    state: ApplymentState
    review_passed: Flag
    account_verified: Flag
    signed: Flag
    amount_fen: Fen
    remit_by: Instant
    number: str | None
    remittances: tuple[Remittance, ...]


def new_row(application: Application, at: datetime, remit_by: datetime) -> dict[str, Any]:
    """A submission, of which nothing is known yet."""
    administrator = application.company.administrator
    name = administrator.name if administrator else None
    return {
        "reference": application.reference,
        "market": application.market,
        "applyment_id": f"2000{secrets.randbelow(10**12):012d}",
        "submission": application.submission,
        "form_digest": _form_digest(application),
        "times_asked": 1,
        "submitted_at": at,
        "company_name": application.account.holder,
        "payer_number": application.account.number,
        "administrator_digest": name_digest(name) if name else NOBODY,
        "amount_fen": 1 + secrets.randbelow(MOST_FEN),
        "remit_by": remit_by,
        "audit_details": [],
        "frozen": False,
        "canceled": False,
        **dict.fromkeys(("review", "verified_at", "signed_at", "before")),
    }


def shown(row: SimulatedApplyment, sign_url: str, still_checks: bool = False) -> Applyment:
    """As callers see it. Until its data is checked nobody is asked to remit or to sign."""
    checking = still_checks and not row.signed_at and not row.verified_at
    offers = not checking and not is_over(row)
    asked = AccountValidation(
        payer_name=row.company_name,
        payer_number=row.payer_number,
        amount_fen=row.amount_fen,
        payee=PAYEE,
        remark=REMARK,
        until=row.remit_by,
    )
    return Applyment(
        reference=row.reference,
        applyment_id=row.applyment_id,
        state=ApplymentState.CHECKING if checking else state_of(row),
        review_passed=row.review == PASSED,
        account_verified=row.verified_at is not None,
        signed=row.signed_at is not None,
        validation=asked if offers and row.verified_at is None else None,
        sign_url=sign_url.format(reference=row.reference) if offers and not row.signed_at else None,
        audit_details=tuple(AuditDetail.model_validate(each) for each in row.audit_details),
        number=number_of(row),
    )


def state_of(row: SimulatedApplyment) -> ApplymentState:
    if row.frozen:
        return ApplymentState.FROZEN
    if row.canceled:
        return ApplymentState.CANCELED
    if row.review == REJECTED:
        return ApplymentState.REJECTED
    if row.verified_at is None:
        return ApplymentState.ACCOUNT_NEED_VERIFY
    if row.review is None:
        return ApplymentState.AUDITING
    return ApplymentState.FINISH if row.signed_at else ApplymentState.NEED_SIGN


def is_over(row: SimulatedApplyment) -> bool:
    """It came to nothing."""
    return row.canceled or row.review == REJECTED


def is_finished(row: SimulatedApplyment) -> bool:
    """Review passed, account verified, signed (TCM-WX-11)."""
    return bool(row.review == PASSED and row.verified_at and row.signed_at and not row.canceled)


def number_of(row: SimulatedApplyment) -> str | None:
    """The same whenever it is asked for."""
    if not is_finished(row):
        return None
    return str(1_600_000_000 + int(_digest(row.reference.encode()), 16) % 100_000_000)


def has_lapsed(row: SimulatedApplyment, at: datetime) -> bool:
    return row.verified_at is None and is_late(at, row.remit_by)


def why_returned(
    row: SimulatedApplyment, payer_name: str, payer_number: str, amount_fen: int, at: datetime
) -> WhyUnmatched | None:
    """Why a remittance verifies nothing; None where it does (TCM-WX-05). At the deadline is late (CV-6)."""
    if payer_number != row.payer_number or not same_holder(payer_name, row.company_name):
        return WhyUnmatched.WRONG_PAYER
    if is_over(row) or row.verified_at is not None or at < row.submitted_at:
        return WhyUnmatched.NO_OPEN_CHECK
    if is_late(at, row.remit_by):
        return WhyUnmatched.LATE
    if amount_fen != row.amount_fen:
        return WhyUnmatched.WRONG_AMOUNT
    return None


def kept_of(row: SimulatedApplyment) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude=NO_PART)


def as_it_was(row: SimulatedApplyment) -> SimulatedApplyment | None:
    """Before its last change; None where there was nothing."""
    return None if row.before is None else SimulatedApplyment.model_validate({**row.before, "before": None})


def held(row: SimulatedApplyment, came: list[SimulatedWalletRemittance]) -> Held:
    kept = Held.model_fields.keys() & SimulatedApplyment.model_fields.keys()
    return Held(
        **row.model_dump(include={*kept}),
        state=state_of(row),
        review_passed=row.review == PASSED,
        account_verified=row.verified_at is not None,
        signed=row.signed_at is not None,
        number=number_of(row),
        remittances=tuple(map(remittance, came)),
    )


def remittance(row: SimulatedWalletRemittance) -> Remittance:
    return Remittance.model_validate(row.model_dump(include={*Remittance.model_fields}))


def name_digest(name: str) -> str:
    return _digest(normalised(name).encode())


def _form_digest(application: Application) -> str:
    """Of everything in it: no two pictures, and no two fields, give the same."""
    pictures = {kind: _digest(picture.content) for kind, picture in sorted(application.pictures.items())}
    said = application.model_dump_json(include={"company", "account"})
    return _digest(f"{said}{pictures}".encode())


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
