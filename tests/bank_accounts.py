"""What tests have proven: accounts that do not exist, at a bank that is simulated."""

import asyncio
import random
import string
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Engine
from sqlmodel import Session

from activities.gateways.simulated.bank import SimulatedBank
from activities.records import Records
from models.bank import BankDetails, Guess, Instruction
from models.bank_accounts import (
    AccountGiven,
    AmountsEntered,
    BankAccountTerms,
    DecidedToEnd,
    DecidedToGrantRound,
    DecidedToVoid,
    OpenBankAccount,
)
from models.bank_entries import BankEntry
from models.bank_notices import TellOfEntry
from models.bank_process import BANK_ACCOUNTS, BANK_NOTICES
from models.cases import SYSTEM, Actor, Batch, CaseView, Change
from models.interventions import Approved
from models.rules.bank import REMARK
from models.tables.bank import open_instruction
from tests.bench import OPERATOR, SECOND, SECOND_OPERATOR, Bench, Opened
from tests.sealing import sealed_for

COMPANY = "样例科技有限公司"
PLATFORM_PAYS, PROVIDER_REMITS = "tencent-cloud", "rehearsal"
PROVIDER = Actor(role="provider", subject="isv")
VOID = DecidedToVoid(reason="reported as stolen")
GRANT = DecidedToGrantRound(reason="the bank was down")
END = DecidedToEnd(reason="not needed any more")
WRONG = Guess(amounts_fen=(1, 2)), Guess(amounts_fen=(3, 4))
"""Of two guesses one at least is wrong."""


class HasEngine(Protocol):
    @property
    def engine(self) -> Engine: ...


def made_up_number() -> str:
    return "6" + "".join(random.choices(string.digits, k=17)) + "1"


def details(**changes: Any) -> BankDetails:
    """The account of a company that does not exist."""
    said = {
        "account_type": "corporate",
        "holder": COMPANY,
        "bank": "招商银行",
        "branch_city": "深圳",
        "branch": "样例支行",
        "number": made_up_number(),
        "controller_is_legal_representative": True,
    }
    return BankDetails.model_validate(said | changes)


def onboarded(on: HasEngine, market: str, **changes: Any) -> str:
    """An onboarding on record that has been completed: its id."""
    name, now = f"ob-{uuid.uuid4().hex[:12]}", datetime.now(UTC)
    usual = {
        "case_id": f"provider-onboardings:{market}:{name}",
        "process": "made-up",  # nobody played it
        "market": market,
        "id": name,
        "provider_id": f"isv-{name}",
        "stage": "closed",
        "outcome": "onboarded",
        "version": 1,
        "opened_at": now,
        "changed_at": now,
        "closed_at": now,
        "policy_version": "1",
        "data": {"company_name": COMPANY},
    }
    view = CaseView.model_validate(usual | changes)
    opened = Change(
        version=1, at=now, event="opened", actor=SYSTEM, stage_before=None, stage_after=view.stage
    )
    Records(on.engine).record(Batch(run_id="a-run", changes=(opened,), view=view))
    return name


def where(bench: Bench, market: str = PLATFORM_PAYS, **changes: Any) -> Bench:
    """The same bench, where a market's accounts are opened by other terms."""
    policy = bench.admissions.policies[market]
    [accounts] = policy.bank_accounts
    terms = BankAccountTerms.model_validate({**dict(accounts.terms), **changes})
    policy = policy.model_copy(update={"bank_accounts": (accounts.model_copy(update={"terms": terms}),)})
    policies = {**bench.admissions.policies, market: policy}
    return replace(bench, admissions=replace(bench.admissions, policies=policies))


@dataclass
class Account:
    """A bank account under test."""

    bench: Bench
    case: Opened
    market: str
    number: str = field(default_factory=made_up_number)

    @classmethod
    async def opened(
        cls, bench: Bench, market: str = PLATFORM_PAYS, onboarding: str | None = None
    ) -> "Account":
        name = onboarding or onboarded(bench, market)
        body = OpenBankAccount(id=name, provider_id=f"isv-{name}", onboarding=name)
        case = await bench.start(BANK_ACCOUNTS, body, market)
        await case.on_record()
        return cls(bench, case, market)

    @property
    def bank(self) -> SimulatedBank:
        return SimulatedBank(self.bench.engine)

    async def says(self, event: Any, **how: Any) -> CaseView:
        return await self.case.report(sealed_for(self.case, event), actor=PROVIDER, **how)

    async def decides(self, event: Any, **how: Any) -> CaseView:
        return await self.case.report(event, **{"actor": OPERATOR, **how})

    async def given(self, *path: str, **changes: Any) -> CaseView:
        """The provider gives its account, and the check goes as far as `path`."""
        told = {"number": self.number, **changes}
        self.number = str(told["number"])
        await self.says(AccountGiven(account=details(**told)))
        return await self.case.stands(*(path or ("account_given", "data_in_order", "paid_in")))

    async def enters(self, guess: Guess, **how: Any) -> CaseView:
        return await self.says(AmountsEntered(guess=guess), **how)

    async def received(self) -> Guess:
        """What the provider reads off its last payment."""
        lines = (await asyncio.to_thread(self.bank.statement, self.number))[-2:]
        code = lines[0].remark.removeprefix(REMARK).strip() or None
        return Guess(amounts_fen=tuple(line.amount_fen for line in lines), code=code)

    async def wrong(self) -> Guess:
        right = {*(await self.received()).amounts_fen}
        return next(guess for guess in WRONG if {*guess.amounts_fen} != right)

    async def uses_up(self, attempts: int = 3) -> CaseView:
        wrong = await self.wrong()
        for _ in range(attempts):
            view = await self.enters(wrong)
        return view

    async def lapses(self, times: int = 3) -> CaseView:
        """Nothing is remitted, so often."""
        view = await self.case.on_record()
        for left in reversed(range(times)):
            await self.bench.advance_to((await self.instruction()).until + SECOND)
            told = ("remittance_overdue", "lapsed", *(("instructed",) if left else ()))
            view = await self.case.stands(*told)
        return view

    async def verified(self) -> CaseView:
        await self.given()
        return await self.enters(await self.received())

    async def instruction(self) -> Instruction:
        """What the provider is told to remit."""
        with Session(self.bench.engine) as session:
            found = open_instruction(session, self.bench.admissions.cipher, self.case.case_id)
        assert found is not None
        return found

    async def remits(self, **differently: Any) -> BankEntry:
        """Money moves at the bank; nobody has told us yet."""
        return await self.remits_as(await self.instruction(), **differently)

    async def remits_as(self, asked: Instruction, **differently: Any) -> BankEntry:
        usual: dict[str, Any] = {
            "holder": asked.payer_name,
            "number": asked.payer_number,
            "amount_fen": asked.amount_fen,
            "remark": asked.remark,
            "at": await self.bench.now(),
        }
        return await asyncio.to_thread(self.bank.remit, self.market, **usual | differently)

    async def sends_back(self, line: int = -1) -> BankEntry:
        """The bank returns a payment that had arrived."""
        lines = await asyncio.to_thread(self.bank.statement, self.number)
        at = await self.bench.now()
        return await asyncio.to_thread(self.bank.return_payout, lines[line].reference, at)

    async def in_another_run(self) -> None:
        """Wait until the case goes on in another run than its first."""
        handle = self.bench.client.get_workflow_handle(self.case.case_id)
        async with asyncio.timeout(60):
            while True:
                [begun, *_] = (await handle.fetch_history()).events
                if begun.workflow_execution_started_event_attributes.continued_execution_run_id:
                    return
                await self.bench.tick()

    async def granted(self, *path: str) -> CaseView:
        """One operator grants another round, and a second one agrees."""
        await self.decides(GRANT)
        await self.decides(Approved(reason="so do I"), actor=SECOND_OPERATOR)
        return await self.case.stands(*path)

    async def told(self, entry: BankEntry) -> Opened:
        """The bank's notice of it."""
        return await self.bench.start(BANK_NOTICES, TellOfEntry(id=entry.entry_id), self.market)
