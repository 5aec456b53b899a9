"""What tests open merchant accounts with: companies that do not exist, at a wallet that is simulated."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel

from activities.applyments import Applyments
from activities.gateways.simulated.wallet import SimulatedWallet
from activities.gateways.simulated.wallet_books import Held, Remittance
from models.applyments import ApplymentFacts, AskedApplyment, AuditDetail, SeenApplyment, Signing
from models.bank import Instruction
from models.cases import WALLET, Actor, CaseView
from models.documents import StoredDocument
from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.merchant_accounts import (
    ApplymentChanged,
    DecidedToReject,
    DraftSaved,
    MerchantAccountTerms,
    Number,
    OpenMerchantAccount,
    Scenario,
    WalletFormSubmitted,
    Withdrawn,
)
from models.merchant_forms import Draft
from models.private import Sealed
from models.tables.privacy import Vault
from tests.bank_accounts import PROVIDER, made_up_number, onboarded
from tests.bench import OPERATOR, SECOND, Bench, Opened
from tests.corporate_numbers import Corporate
from tests.merchant_forms import LICENCE, NAME, PAPERS, RESPONSIBLE, account_form, company_form
from tests.pictures import documents_of, png
from tests.sealing import sealed_for

MARKET = "tencent-cloud"
SIGNATORY = Actor(role="service", subject="a-page-with-a-code")
BAD_MAIL = AuditDetail(field="company.administrator.email", reason="邮箱无法送达")
BAD_ACCOUNT = AuditDetail(field="account.number", reason="账号不存在")
ANY_MOMENT = timedelta(hours=2)
"""Time for the wallet to be asked again, however long nothing has happened."""
FORM = ("wallet_form_submitted", "submitted")
M = TypeVar("M", bound=BaseModel)


def keep_papers(bench: Bench, market: str, provider_id: str) -> None:
    """The pictures that forms name were handed in."""
    for paper in PAPERS:
        document = StoredDocument(
            kind=paper.kind,
            size=1,
            content_type="image/png",
            width=1,
            height=1,
            first_uploaded_at=datetime(2026, 1, 1, tzinfo=UTC),
            uploaded_at=datetime(2026, 1, 1, tzinfo=UTC),
            uploaded_by=PROVIDER,
            sha256=paper.document_id,
        )
        documents_of(bench.admissions.cipher).put_new(market, provider_id, document, png())


def where(bench: Bench, market: str = MARKET, **changes: Any) -> Bench:
    """The same bench, where a market's merchant accounts are opened by other terms."""
    policy = bench.admissions.policies[market]
    [accounts] = policy.merchant_accounts
    terms = MerchantAccountTerms.model_validate({**dict(accounts.terms), **changes})
    policy = policy.model_copy(update={"merchant_accounts": (accounts.model_copy(update={"terms": terms}),)})
    policies = {**bench.admissions.policies, market: policy}
    return replace(bench, admissions=replace(bench.admissions, policies=policies))


def asking_seldom(bench: Bench) -> Bench:
    """The same bench, where the wallet is asked no more than once a week: months pass quickly."""
    [policy] = bench.admissions.policies[MARKET].merchant_accounts
    assert policy.terms.wallet is not None
    poll = {"first": "PT1M", "longest": "P7D"}
    return where(bench, wallet={**policy.terms.wallet.model_dump(), "poll": poll})


@dataclass
class Merchant:
    """A merchant account under test."""

    bench: Bench
    case: Opened
    provider_id: str
    market: str = MARKET
    number: str = field(default_factory=made_up_number)
    """The bank account that is remitted from."""

    @classmethod
    async def opened(
        cls, bench: Bench, scenario: str = "wallet", market: str = MARKET, **onboarding: Any
    ) -> "Merchant":
        facts = {"company_name": NAME, "licence_number": LICENCE}
        name = onboarded(bench, market, **{"data": facts, **onboarding})
        provider_id = f"isv-{name}"
        await asyncio.to_thread(keep_papers, bench, market, provider_id)
        body = OpenMerchantAccount(
            id=name, provider_id=provider_id, onboarding=name, scenario=Scenario(scenario)
        )
        case = await bench.start(MERCHANT_ACCOUNTS, body, market)
        await case.on_record()
        return cls(bench, case, provider_id, market)

    @property
    def vault(self) -> Vault:
        return Vault(self.bench.admissions.cipher)

    @property
    def corporate(self) -> Corporate:
        """The same account, as the corporate number sees it."""
        return Corporate(self.bench, self.case, self.market, self.provider_id.removeprefix("isv-"))

    async def codes(self, event: Any) -> list[tuple[str, str, str | None]]:
        """What the rules have against an event, with what is on record: field, code and rule."""
        return await self.corporate.codes(event)

    # --- what is said to the case

    async def says(self, event: Any, **how: Any) -> CaseView:
        assert await self.corporate.findings(event) == []
        return await self.case.report(sealed_for(self.case, event), **{"actor": PROVIDER, **how})

    async def decides(self, event: Any, **how: Any) -> CaseView:
        return await self.case.report(event, **{"actor": OPERATOR, **how})

    async def withdraws(self, number: Number | None = None, **how: Any) -> CaseView:
        return await self.says(Withdrawn(number=number), **how)

    async def rejected(self, number: Number | None = None) -> CaseView:
        return await self.decides(DecidedToReject(number=number, reason="not wanted here"))

    async def saves(self, number: Number = Number.WALLET, **draft: Any) -> CaseView:
        return await self.says(DraftSaved(number=number, draft=Draft.model_validate(draft)))

    def form(self, **changes: Any) -> WalletFormSubmitted:
        usual = {
            "company": company_form(),
            "account": account_form(number=self.number),
            "papers": PAPERS,
        }
        return WalletFormSubmitted.model_validate({**usual, **changes})

    async def submits(self, *path: str, **changes: Any) -> CaseView:
        """The provider hands its form in, and it goes as far as `path`."""
        await self.says(self.form(**changes))
        return await self.case.stands(*(path or FORM))

    # --- what happens at the wallet, of which nobody has told us

    async def wallet(self) -> SimulatedWallet:
        """The wallet, at the time that it is here."""
        now = await self.bench.now()
        return SimulatedWallet(self.bench.engine, now=lambda: now)

    @property
    def reference(self) -> str:
        return str(self.facts["reference"])

    async def passes(self) -> Held:
        return (await self.wallet()).review(self.reference, passed=True)

    async def turns_down(self, *details: AuditDetail) -> Held:
        return (await self.wallet()).review(self.reference, False, details or (BAD_MAIL,))

    async def signs(self, name: str = RESPONSIBLE) -> Held:
        return (await self.wallet()).sign(self.reference, name)

    async def remits(self, **changes: Any) -> Remittance:
        """As it was asked to, unless told otherwise."""
        asked = self.asked.model_dump(include={"payer_name", "payer_number", "amount_fen"})
        return (await self.wallet()).remit(self.reference, **asked | changes)

    async def freezes(self) -> Held:
        return (await self.wallet()).freeze(self.reference)

    async def thaws(self) -> Held:
        return (await self.wallet()).thaw(self.reference)

    async def cancels(self) -> Held:
        return (await self.wallet()).cancel(self.reference)

    # --- what is told of it

    async def seen(self, **changes: Any) -> SeenApplyment:
        """The wallet's answer, as whoever is told of a notice has it."""
        facts = ApplymentFacts.model_validate(
            {name: self.facts[name] for name in ApplymentFacts.model_fields if name in self.facts}
        )
        usual: dict[str, Any] = {
            "market": self.market,
            "case_id": self.case.case_id,
            "reference": self.reference,
            "known": facts,
            "submitted_at": await self.bench.now(),
            "stale_for": SECOND,
        }
        asking = Applyments(
            self.bench.engine, await self.wallet(), documents_of(self.bench.admissions.cipher), self.vault
        )
        return await asyncio.to_thread(asking.look, AskedApplyment.model_validate(usual | changes))

    async def notice(self) -> ApplymentChanged:
        """What a notice of the wallet comes to now."""
        return ApplymentChanged(seen=await self.seen())

    async def is_told(self, **how: Any) -> CaseView:
        return await self.case.report(await self.notice(), **{"actor": WALLET, **how})

    async def finds_out(self, *path: str) -> CaseView:
        """No notice comes: the wallet is asked, sooner or later."""
        await self.bench.advance(ANY_MOMENT)
        return await self.case.stands(*path)

    # --- what stands on record

    @property
    def facts(self) -> dict[str, Any]:
        """What the case shows of the wallet's number."""
        return self.facts_of(Number.WALLET)

    def facts_of(self, number: Number) -> dict[str, Any]:
        view = self.case.case()
        assert view is not None
        facts = view.data[number]
        assert isinstance(facts, dict)
        return facts

    @property
    def asked(self) -> Instruction:
        """What the provider is shown that it must remit."""
        return self.revealed("instruction", Instruction)

    @property
    def signing(self) -> Signing:
        return self.revealed("signing", Signing)

    def revealed(self, fact: str, model: type[M]) -> M:
        return self.vault.open(Sealed.model_validate(self.facts[fact]), self.case.case_id, model)

    @property
    def tasks(self) -> list[str]:
        view = self.case.case()
        assert view is not None
        return [task.name for task in view.tasks]

    def ways(self, number: Number = Number.WALLET) -> list[tuple[str, str, str]]:
        """Each change of a number: its event, from where to where."""
        mine = [row for row in self.case.changes() if row.data.get("lane") == number]
        return [(row.event, row.data["stage_before"], row.data["stage_after"]) for row in mine]
