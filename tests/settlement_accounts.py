"""What tests have settled to: companies and enterprise accounts that do not exist."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from activities.gateways.simulated.enterprise import SimulatedEnterpriseAccounts
from activities.gateways.simulated.misbehaving import Behaviour
from models.cases import Actor, CaseView
from models.checklists import Reason
from models.periods import local_date
from models.settlement_accounts import OpenSettlementAccount
from models.settlement_events import (
    AlipayAccount,
    AlipayAccountGiven,
    DecidedToApprove,
    DecidedToCorrect,
    DecidedToEnd,
    DecidedToReject,
    DeductionAuthorised,
    DeductionRevoked,
    EnterpriseAuthorised,
    MybankDetails,
    MybankDetailsGiven,
    PathChosen,
    PayoutAgreementSigned,
    RecoveryAsked,
)
from models.settlement_process import SETTLEMENT_ACCOUNTS
from models.settlement_terms import Path, SettlementTerms
from models.tables.ledger import EntryRow, TransactionRow
from tests.bank_accounts import COMPANY, onboarded
from tests.bench import OPERATOR, SECOND, Bench, Opened, until
from tests.rules.made_up import unified_code
from tests.sealing import sealed_for

MARKET = "aliyun"
PROVIDER = Actor(role="provider", subject="isv")
LICENCE = unified_code()
APPROVE = DecidedToApprove(reason="in order")
CORRECT = DecidedToCorrect(
    reason="not the account we know", reasons=(Reason(field="account.alipay_account", code="not-clear"),)
)
REJECT = DecidedToReject(reason="not with this account")
END = DecidedToEnd(reason="not needed any more")
ALIPAY, MYBANK = PathChosen(path=Path.ALIPAY), PathChosen(path=Path.MYBANK)
AUTHORISED, REVOKED = DeductionAuthorised(), DeductionRevoked()
ENTERPRISE, AGREEMENT = EnterpriseAuthorised(), PayoutAgreementSigned()


def made_up_account() -> str:
    """The name of an enterprise account that nobody has."""
    return f"pay-{uuid.uuid4().hex[:12]}@example.com"


def given(account: str | None, *, contract_accepted: bool = True) -> AlipayAccountGiven:
    return AlipayAccountGiven(
        account=AlipayAccount(alipay_account=account), contract_accepted=contract_accepted
    )


def filled_in(account: str | None, **changes: Any) -> MybankDetailsGiven:
    said = {"alipay_account": account, "legal_person": "Sample Person", "registration_number": LICENCE}
    return MybankDetailsGiven(details=MybankDetails.model_validate(said | changes))


def asked(amount_fen: int = 500, payment_id: str | None = None) -> RecoveryAsked:
    return RecoveryAsked(payment_id=payment_id or f"p-{uuid.uuid4().hex[:12]}", amount_fen=amount_fen)


def terms_of(bench: Bench, market: str = MARKET) -> SettlementTerms:
    [policy] = bench.admissions.policies[market].settlement_accounts
    return policy.terms


def where(bench: Bench, **changes: Any) -> Bench:
    """The same bench, where aliyun's accounts are opened by other terms."""
    policy = bench.admissions.policies[MARKET]
    [accounts] = policy.settlement_accounts
    terms = SettlementTerms.model_validate({**dict(accounts.terms), **changes})
    policy = policy.model_copy(
        update={"settlement_accounts": (accounts.model_copy(update={"terms": terms}),)}
    )
    policies = {**bench.admissions.policies, MARKET: policy}
    return replace(bench, admissions=replace(bench.admissions, policies=policies))


async def before_the_last_day(bench: Bench, days: int = 20, **changes: Any) -> Bench:
    """The same bench, where the old account serves for some days more."""
    today = local_date(await bench.now())
    window = {"window_from": today, "window_until": today + timedelta(days=days)}
    return where(bench, **window | changes)


@dataclass
class Settlement:
    """A settlement account under test, and the enterprise account that its company really has."""

    bench: Bench
    case: Opened
    provider_id: str
    account: str = field(default_factory=made_up_account)

    @classmethod
    async def opened(
        cls, bench: Bench, market: str = MARKET, *, balance_fen: int = 0, **onboarding: Any
    ) -> "Settlement":
        known = {"data": {"company_name": COMPANY, "licence_number": LICENCE}}
        name = onboarded(bench, market, **known | onboarding)
        body = OpenSettlementAccount(id=name, provider_id=f"isv-{name}", onboarding=name)
        case = await bench.start(SETTLEMENT_ACCOUNTS, body, market)
        await case.on_record()
        settlement = cls(bench, case, body.provider_id)
        settlement.accounts.open(settlement.account, COMPANY, balance_fen)
        return settlement

    @classmethod
    async def active(cls, bench: Bench, **how: Any) -> "Settlement":
        """Money is settled to Alipay."""
        settlement = await cls.opened(bench, **how)
        await settlement.opens_alipay()
        return settlement

    @property
    def accounts(self) -> SimulatedEnterpriseAccounts:
        return SimulatedEnterpriseAccounts(self.bench.engine)

    async def says(self, event: Any, **how: Any) -> CaseView:
        return await self.case.report(sealed_for(self.case, event), actor=PROVIDER, **how)

    async def decides(self, event: Any, **how: Any) -> CaseView:
        return await self.case.report(event, actor=OPERATOR, **how)

    async def refuses(self, event: Any, **how: Any) -> str:
        return await self.case.refuses(sealed_for(self.case, event), **how)

    async def stands(self, **stages: str) -> CaseView:
        """Wait until the paths, or the case itself, are on record in these stages."""

        def there() -> CaseView | None:
            case = self.case.case()
            found = case and all(stage_of(case, story) == stage for story, stage in stages.items())
            return case if found else None

        return await until(there, meanwhile=self.bench.tick)

    async def matched(self, account: str | None = None) -> CaseView:
        """The Alipay path, as far as the operators' desk."""
        await self.says(ALIPAY)
        await self.says(given(account or self.account))
        return await self.stands(alipay="approving")

    async def opens_alipay(self) -> CaseView:
        await self.matched()
        await self.decides(APPROVE)
        view = await self.says(AUTHORISED)
        assert stage_of(view, "alipay") == "open"
        return view

    async def fills_in(self, account: str | None = None) -> CaseView:
        """The MYbank path, as far as its payout agreement."""
        for event in (MYBANK, ENTERPRISE, filled_in(account or self.account)):
            await self.says(event)
        return await self.stands(mybank="awaiting_agreement")

    async def opens_mybank(self) -> CaseView:
        await self.fills_in()
        await self.says(AGREEMENT)
        view = await self.says(AUTHORISED)
        assert stage_of(view, "mybank") == "open"
        return view

    async def asks(self, amount_fen: int = 500, payment_id: str | None = None, **how: Any) -> RecoveryAsked:
        event = asked(amount_fen, payment_id)
        await self.says(event, **how)
        return event

    def balances(self) -> dict[str, int]:
        """What the case put into the ledger, account by account: debit positive."""
        rows = select(EntryRow).join(TransactionRow, col(TransactionRow.id) == col(EntryRow.transaction_id))
        found: dict[str, int] = {}
        with Session(self.bench.engine) as session:
            for entry in session.exec(rows.where(TransactionRow.case_id == self.case.case_id)):
                account = entry.account.replace(self.provider_id, "the provider")
                found[account] = found.get(account, 0) + entry.amount_fen
        return found

    def taken(self) -> list[int]:
        """What was deducted, the oldest first."""
        return [each.amount_fen for each in self.accounts.deductions_from(self.account)]

    def falls_silent(self, operation: str) -> None:
        """Alipay answers nothing, until it does again."""
        self.accounts.misbehave(operation, Behaviour.UNAVAILABLE, 1_000)

    async def answers_again(self, operation: str) -> None:
        self.accounts.misbehave(operation, Behaviour.UNAVAILABLE, 0)
        await self.bench.advance(60 * SECOND)  # until it is asked again

    async def in_another_run(self) -> None:
        """Wait until the case goes on in another run than its first."""
        handle = self.bench.client.get_workflow_handle(self.case.case_id)
        async with asyncio.timeout(60):
            while True:
                [begun, *_] = (await handle.fetch_history()).events
                if begun.workflow_execution_started_event_attributes.continued_execution_run_id:
                    return
                await self.bench.tick()

    async def paths(self, wanted: Callable[[list[str]], bool]) -> list[str]:
        """What happened, as soon as it is as wanted."""

        def there() -> list[str] | None:
            path = self.case.path()
            return path if wanted(path) else None

        return await until(there, meanwhile=self.bench.tick)


def facts_of(view: CaseView, path: str) -> dict[str, Any]:
    facts = view.data.get(path)
    return facts if isinstance(facts, dict) else {}


def stage_of(view: CaseView, story: str) -> str | None:
    """Where a path stands, or the case itself."""
    return view.stage if story == "case" else facts_of(view, story).get("stage")


def lane_path(case: Opened, lane: str) -> list[tuple[str, str, str]]:
    """What happened on a path: the event, where it stood before and after."""
    rows = [change.data | {"event": change.event} for change in case.changes()]
    return [
        (row["event"], row["stage_before"], row["stage_after"]) for row in rows if row.get("lane") == lane
    ]
