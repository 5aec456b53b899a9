"""A deposit's money: asked for, taken, forfeited, and given back part by part."""

import asyncio

from pydantic import JsonValue
from temporalio import workflow

from activities.payments import Payments
from models.deposits import Deposit, DepositAccount, DepositPayment, Part, PaymentRequested
from models.ledger import deposit_of, deposited, forfeited, received, refunded
from models.payments import Charge, Paid
from models.rules import deposits as rules
from workflows.calls import OUTSIDE, call
from workflows.case import Case

BACK = "deposit_returned"


class DepositMoney:
    """`deposit` is what the account holds now. Outside calls go on beside the story."""

    def __init__(self, case: Case, account: DepositAccount) -> None:
        self.case, self.account = case, account
        self.deposit = account.deposit
        self._asking: asyncio.Task[None] | None = None
        self._giving: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """No call to the gateway is under way."""
        under_way = (self._asking, self._giving)
        return not self.deposit.returning and all(task is None or task.done() for task in under_way)

    @property
    def is_asking(self) -> bool:
        """The gateway has not answered yet where the provider may pay."""
        return self._asking is not None and not self._asking.done()

    def change(self, **facts: object) -> None:
        self.deposit = self.deposit.model_copy(update=facts)

    # --- in

    def ask(self, wanted: PaymentRequested) -> None:
        """A page where the provider pays all that is due, or a part (TCM-DEP-07, -09)."""
        self.change(charges=self.deposit.charges + 1)
        fen = self.deposit.due_fen if wanted.amount_fen is None else wanted.amount_fen
        self._stop_asking()
        charge = self.account.charge(fen, self.deposit.charges, wanted.method)
        self._asking = asyncio.create_task(self._show_where_to_pay(charge))

    def take(self, paid: Paid) -> None:
        """Any amount, at any time: held for the provider, against a receipt (ALI-DEP-12, -14)."""
        opening, market = self.account.opening, self.account.opening.market
        payment = DepositPayment(
            receipt=rules.receipt_number(opening.id, self.deposit),
            payment_id=paid.payment_id,
            amount_fen=paid.amount_fen,
            method=paid.method,
            paid_at=self.case.since,
        )
        self.deposit = rules.paid(self.deposit, payment)
        self.case.post(received(market, paid.payment_id, paid.amount_fen))
        self.case.post(deposited(market, paid.payment_id, self.account.provider_id, paid.amount_fen))

    # --- out

    def forfeit(self, amount_fen: int) -> None:
        """A part becomes ours (AMB-05, AMB-39)."""
        self.deposit = rules.forfeited(self.deposit, amount_fen)
        opening = self.account.opening
        self.case.post(
            forfeited(
                opening.case_id, self.deposit.forfeits, opening.market, self.account.provider_id, amount_fen
            )
        )

    def give_back(self, amount_fen: int) -> None:
        """An amount begins its way back to the payments that it came from (ALI-DEP-13, AMB-05)."""
        self.deposit = rules.giving_back(self.deposit, amount_fen)
        self.give_what_is_left()

    def give_what_is_left(self) -> None:
        """Go on with what is on its way, from an earlier run too."""
        if self.deposit.returning and (self._giving is None or self._giving.done()):
            self._giving = asyncio.create_task(self._give())

    async def is_back(self) -> None:
        """Take no more, and wait until all is back that is on its way (ALI-DEP-13)."""
        self._stop_asking()
        if number := self.deposit.charges:
            charge = self.account.charge(0, number)
            await self.case.insist(lambda: call(Payments.close, charge, OUTSIDE, summary=charge.reference))
        await workflow.wait_condition(lambda: self.idle)

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    async def _show_where_to_pay(self, charge: Charge) -> None:
        page = await self.case.insist(lambda: call(Payments.open, charge, OUTSIDE, summary=charge.key))
        self.case.note("payment_opened", pay_url=page.pay_url)

    async def _give(self) -> None:
        while self.deposit.returning:
            await self._give_part(self.deposit.returning[0])

    async def _give_part(self, part: Part) -> None:
        refund = self.account.refund_of(part, BACK)
        await self.case.insist(lambda: call(Payments.refund, refund, OUTSIDE, summary=refund.key))
        self.change(returning=self.deposit.returning[1:])
        told: dict[str, JsonValue] = {"payment_id": part.payment_id, "amount_fen": part.amount_fen}
        self.case.note("given_back", told, **_on_the_way(self.deposit))
        account = deposit_of(self.account.provider_id)
        self.case.post(refunded(refund.key, refund.market, part.amount_fen, account))


def _on_the_way(deposit: Deposit) -> dict[str, int]:
    return {"returning_fen": deposit.returning_fen, "returned_fen": deposit.returned_fen}
