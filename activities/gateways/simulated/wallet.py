"""A wallet that keeps its books in PostgreSQL and can be told to misbehave.

Review, remittance and signature come in any order (TCM-WX-02). Where all three are there is a number.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from activities.clock import now
from activities.gateways.payments import GatewayRefused
from activities.gateways.simulated import wallet_books as books
from activities.gateways.simulated.misbehaving import Behaviour, behaving, misbehave
from activities.gateways.simulated.wallet_books import PASSED, REJECTED, Held, Remittance
from models.applyments import Application, Applyment, AuditDetail
from models.tables.simulated_wallet import SimulatedApplyment, SimulatedWalletRemittance

REMIT_WITHIN = timedelta(hours=72)
IN_REHEARSAL = {"rehearsal": timedelta(seconds=20)}


@dataclass(frozen=True, slots=True)
class SimulatedWallet:
    """Asked under `wallet_submit` and `wallet_look_up`. In progress, it is still checking the data."""

    engine: Engine
    sign_url: str = "http://127.0.0.1:8000/simulator/wallet?reference={reference}"
    now: Callable[[], datetime] = now
    remit_within: timedelta | None = None
    """From a submission to its deadline; None: three days, and seconds in a rehearsal (TCM-WX-04)."""

    def submit(self, application: Application) -> Applyment:
        with (
            behaving(self.engine, "wallet_submit") as behaviour,
            Session(self.engine) as session,
            session.begin(),
        ):
            row = self._kept(session, application)
            return self._answer(row, behaviour) or books.shown(row, self.sign_url)

    def look_up(self, market: str, reference: str) -> Applyment | None:
        with behaving(self.engine, "wallet_look_up") as behaviour, Session(self.engine) as session:
            row = session.get(SimulatedApplyment, reference)
            return self._answer(row, behaviour) if row and row.market == market else None

    # --- the wallet's own people, the company's, and the tester's

    def review(self, reference: str, passed: bool, details: Sequence[AuditDetail] = ()) -> Held:
        """The wallet decides on a form, once. A rejection says what is wrong with which field."""
        verdict = PASSED if passed else REJECTED
        with self._changing(reference) as (_, row):
            if row.canceled or row.review not in (None, verdict):
                raise GatewayRefused("not_under_review")
            if row.review is None:
                row.review, row.audit_details = verdict, [each.model_dump() for each in details]
        return self.held(reference)

    def remit(
        self,
        reference: str,
        payer_name: str,
        payer_number: str,
        amount_fen: int,
        at: datetime | None = None,
    ) -> Remittance:
        """Somebody remits for an application. Only what was specified, in time, verifies it (TCM-WX-05)."""
        at = at or self.now()
        with self._changing(reference) as (session, row):
            why = books.why_returned(row, payer_name, payer_number, amount_fen, at)
            row.verified_at = at if why is None else row.verified_at
            came = SimulatedWalletRemittance(
                remittance_id=f"w-{uuid.uuid4().hex[:16]}",
                reference=reference,
                submission=row.submission,
                payer_name=payer_name,
                payer_last_four=payer_number[-4:],
                amount_fen=amount_fen,
                at=at,
                returned_because=why,
            )
            session.add(came)
            return books.remittance(came)

    def sign(self, reference: str, name: str) -> Held:
        """Only the super administrator signs, by name (TCM-WX-09)."""
        with self._changing(reference) as (_, row):
            if books.is_over(row):
                raise GatewayRefused("not_to_be_signed")
            if books.name_digest(name) != row.administrator_digest:
                raise GatewayRefused("not_the_administrator")
            row.signed_at = row.signed_at or self.now()
        return self.held(reference)

    def freeze(self, reference: str) -> Held:
        """The wallet stops an application."""
        with self._changing(reference) as (_, row):
            row.frozen = True
        return self.held(reference)

    def thaw(self, reference: str) -> Held:
        """The wallet lets it go on."""
        with self._changing(reference) as (_, row):
            row.frozen = False
        return self.held(reference)

    def cancel(self, reference: str) -> Held:
        """The wallet gives up an application that has no number yet."""
        with self._changing(reference) as (_, row):
            if books.is_finished(row):
                raise GatewayRefused("finished")
            row.canceled = True
        return self.held(reference)

    def lapse(self, reference: str) -> Held:
        """The deadline of a remittance is now."""
        with self._changing(reference) as (_, row):
            row.remit_by = min(row.remit_by, self.now())
        return self.held(reference)

    def held(self, reference: str) -> Held:
        for each in self.all_held(reference):
            return each
        raise GatewayRefused("unknown_applyment")

    def all_held(self, reference: str | None = None, most: int = 200) -> list[Held]:
        """What the wallet has, newest first."""
        newest = select(SimulatedApplyment).order_by(col(SimulatedApplyment.submitted_at).desc()).limit(most)
        if reference is not None:
            newest = newest.where(SimulatedApplyment.reference == reference)
        with Session(self.engine) as session:
            rows = session.exec(newest).all()
            came = select(SimulatedWalletRemittance).order_by(col(SimulatedWalletRemittance.at))
            ours = col(SimulatedWalletRemittance.reference).in_([row.reference for row in rows])
            money = session.exec(came.where(ours)).all()
        return [books.held(row, [each for each in money if each.reference == row.reference]) for row in rows]

    def misbehave(self, operation: str, behaviour: Behaviour, times: int = 1) -> None:
        """Fail the next calls of an operation."""
        misbehave(self.engine, operation, behaviour, times)

    def _kept(self, session: Session, application: Application) -> SimulatedApplyment:
        """A first submission is kept. A later one begins anew, in place of what came to nothing."""
        at = self.now()
        within = self.remit_within or IN_REHEARSAL.get(application.market, REMIT_WITHIN)
        new = books.new_row(application, at, at + within)
        made = session.execute(insert(SimulatedApplyment).values(new).on_conflict_do_nothing()).rowcount  # type: ignore[attr-defined]
        row = session.get_one(SimulatedApplyment, application.reference, with_for_update=True)
        if row.market != application.market:
            raise GatewayRefused("reference_of_another_market")
        if application.submission == row.submission and row.form_digest != new["form_digest"]:
            raise GatewayRefused("another_form_of_this_submission")
        if application.submission <= row.submission:
            row.times_asked += 1 - made
        elif books.is_over(row) or books.has_lapsed(row, at):
            row.sqlmodel_update({**new, "applyment_id": row.applyment_id, "before": books.kept_of(row)})
        else:
            raise GatewayRefused("under_way")
        return row

    def _answer(self, row: SimulatedApplyment, behaviour: Behaviour | None) -> Applyment | None:
        """What is true, or what was true before; None where there was nothing."""
        seen = books.as_it_was(row) if behaviour is Behaviour.STALE else row
        if seen is None:
            return None
        return books.shown(seen, self.sign_url, still_checks=behaviour is Behaviour.IN_PROGRESS)

    @contextmanager
    def _changing(self, reference: str) -> Iterator[tuple[Session, SimulatedApplyment]]:
        with Session(self.engine) as session, session.begin():
            row = session.get(SimulatedApplyment, reference, with_for_update=True)
            if row is None:
                raise GatewayRefused("unknown_applyment")
            before = books.kept_of(row)
            yield session, row
            if books.kept_of(row) != before:
                row.before = before
