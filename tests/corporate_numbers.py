"""What tests open corporate merchant numbers with: companies that do not exist, and who scans for them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlmodel import Session

from models.admitting import Checked
from models.b2b_numbers import (
    AdministratorScanned,
    AgreementSigned,
    B2BFormSubmitted,
    CollectionStarted,
    RegistrationApproved,
    RegistrationDecided,
    RegistrationRejected,
    Scanned,
)
from models.cases import Actor, CaseView, Event
from models.checklists import Reason
from models.documents import DocumentRef, StoredDocument
from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.merchant_accounts import ActedInStead, OpenMerchantAccount, Scenario
from models.merchant_forms import PaperKind
from models.private import Sealed
from models.rules.findings import Finding
from models.tables import AdmissionRow
from models.tables.privacy import Vault
from tests.bank_accounts import Account, made_up_number, onboarded
from tests.bench import Bench, Opened, until
from tests.merchant_forms import LICENCE, NAME, RESPONSIBLE, b2b_details, company_form
from tests.pictures import documents_of
from tests.sealing import sealed_for

MARKET = "tencent-cloud"
PROVIDER = Actor(role="provider", subject="isv")
PAGE = Actor(role="service", subject="console")
"""The page that shows codes to scan, and hears of decisions of the payment company."""
APPLICANT = "赵样品"
OTHER = "钱样品"
CARD_AND_LICENCE = (
    PaperKind.CREDIT_CODE_CERTIFICATE,
    PaperKind.IDENTITY_CARD_PORTRAIT,
    PaperKind.IDENTITY_CARD_EMBLEM,
)
APPROVED = RegistrationApproved(registration_number="tp-100200")
STARTED = CollectionStarted()


def scanned(name: str = RESPONSIBLE) -> AdministratorScanned:
    return AdministratorScanned(scanned_by=Scanned(name=name), application_number="form-1")


def signed(name: str = APPLICANT) -> AgreementSigned:
    return AgreementSigned(signed_by=Scanned(name=name))


def in_stead(act: RegistrationDecided) -> ActedInStead:
    """An operator says what the payment company never said."""
    return ActedInStead(reason="they told us by phone", act=act)


def rejected(*fields: str) -> RegistrationRejected:
    return RegistrationRejected(reasons=tuple(Reason(field=each, code="not-clear") for each in fields))


@dataclass
class Corporate:
    """A merchant account under test, and what happens to its corporate number."""

    bench: Bench
    case: Opened
    market: str
    onboarding: str
    papers: dict[str, DocumentRef] = field(default_factory=dict)

    @classmethod
    async def opened(
        cls, bench: Bench, scenario: Scenario = Scenario.B2B, market: str = MARKET, **changes: Any
    ) -> "Corporate":
        data = {"company_name": NAME, "licence_number": LICENCE}
        onboarding = onboarded(bench, market, data=data)
        told = {"id": f"m-{onboarding}", "provider_id": f"isv-{onboarding}", "onboarding": onboarding}
        body = OpenMerchantAccount.model_validate({**told, "scenario": scenario, **changes})
        case = await bench.start(MERCHANT_ACCOUNTS, body, market)
        await case.stands("opened")
        return cls(bench, case, market, onboarding)

    @classmethod
    async def in_stage(cls, bench: Bench, stage: str, **how: Any) -> "Corporate":
        """A number that has come as far as this, with everything in order."""
        corporate = await cls.opened(bench, **how)
        while corporate.facts()["stage"] != stage:
            await corporate.goes_on()
        return corporate

    async def goes_on(self) -> None:
        """What comes next, in order."""
        match self.facts()["stage"]:
            case "awaiting_form":
                await self.fills()
            case "awaiting_scan":
                await self.scans()
            case "reviewing":
                await self.says(APPROVED)
            case "proving_account":
                await self.proves()
            case "awaiting_signature":
                await self.signs()
            case "ready":
                await self.says(STARTED)

    # --- who says what

    async def says(self, event: Event, **how: Any) -> CaseView:
        """An event as the API takes it: nothing stands against it, and its private parts are sealed."""
        assert await self.findings(event, how.get("at")) == []
        actor = PROVIDER if event.party == "provider" else PAGE
        return await self.case.report(sealed_for(self.case, event), **{"actor": actor, **how})

    async def findings(self, event: Event, at: datetime | None = None) -> list[Finding]:
        """What the rules have against an event, with what is on record."""
        checked = await asyncio.to_thread(self._checked, at or await self.bench.now())
        return [*MERCHANT_ACCOUNTS.check(event, checked)]

    async def codes(self, event: Event, at: datetime | None = None) -> list[tuple[str, str, str | None]]:
        """The same in short: field, code and rule."""
        return [(each.field, each.code, each.rule) for each in await self.findings(event, at)]

    def _checked(self, at: datetime) -> Checked:
        view, vault = self.case.case(), Vault(self.bench.admissions.cipher)
        with Session(self.bench.engine) as session:
            admission = session.get(AdmissionRow, self.case.case_id)
        assert view is not None
        assert admission is not None

        def reveal(value: JsonValue, model: Any) -> Any:
            return vault.open(Sealed.model_validate(value), self.case.case_id, model)

        def document(ref: DocumentRef) -> StoredDocument | None:
            provider_id = f"isv-{self.onboarding}"
            return documents_of(self.bench.admissions.cipher).find(
                self.market, provider_id, ref.kind, ref.document_id
            )

        market = self.bench.admissions.policies[self.market]
        return Checked(view, admission.input, market, at, reveal, document)

    # --- the form

    def hands_in(self, kind: str, at: datetime) -> DocumentRef:
        """A picture that the provider uploads at this time."""
        known = f"{kind}{self.onboarding}".encode().hex().rjust(64, "0")[-64:]
        document = StoredDocument(
            kind=kind,
            size=3,
            content_type="image/png",
            width=1,
            height=1,
            first_uploaded_at=at,
            uploaded_at=at,
            uploaded_by=PROVIDER,
            sha256=known,
        )
        documents_of(self.bench.admissions.cipher).put_new(
            self.market, f"isv-{self.onboarding}", document, b"png"
        )
        self.papers[kind] = DocumentRef(kind=kind, document_id=known)
        return self.papers[kind]

    async def form(self, **changes: Any) -> B2BFormSubmitted:
        """The form with its pictures, all handed in now unless they were before."""
        now = await self.bench.now()
        for kind in CARD_AND_LICENCE:
            if kind not in self.papers:
                await asyncio.to_thread(self.hands_in, kind, now)
        told = {"company": company_form(), "details": b2b_details(), "papers": (*self.papers.values(),)}
        return B2BFormSubmitted.model_validate({**told, **changes})

    async def fills(self, **changes: Any) -> CaseView:
        return await self.says(await self.form(**changes))

    async def scans(self, name: str = RESPONSIBLE, **how: Any) -> CaseView:
        return await self.says(scanned(name), **how)

    async def signs(self, name: str = APPLICANT, **how: Any) -> CaseView:
        return await self.says(signed(name), **how)

    # --- the bank account

    async def bank_account(self, number: int = 1) -> Account:
        """The account's case, wherever it was opened: the first, or the one after so many."""

        def opened() -> str | None:
            found = [row.data["case_id"] for row in self.case.changes() if row.event == "case_opened"]
            return str(found[number - 1]) if len(found) >= number else None

        handle = self.bench.client.get_workflow_handle(await until(opened, meanwhile=self.bench.tick))
        account = Account(self.bench, Opened(self.bench, handle), self.market)
        self.bench.opened.append(account.case)
        await account.case.on_record()
        await until(lambda: "listener_added" in account.case.path(), meanwhile=self.bench.tick)
        return account

    async def proves(self, number: int = 1) -> Account:
        """The provider gives its account and proves it there, in the account's own case."""
        account = await self.bank_account(number)
        await self.gives_and_proves(account)
        await self.reaches("awaiting_signature")
        return account

    async def gives_and_proves(self, account: Account) -> None:
        """An account that it did not give before."""
        account.number = made_up_number()
        await account.given(holder=NAME)
        await account.enters(await account.received())

    # --- what there is

    def facts(self) -> Mapping[str, Any]:
        view = self.case.case()
        found = view.data["b2b"] if view else {}
        assert isinstance(found, dict)
        return found

    async def reaches(self, stage: str) -> Mapping[str, Any]:
        """Wait until the number stands there, on record."""

        def there() -> Mapping[str, Any] | None:
            facts = self.facts()
            return facts if facts.get("stage") == stage else None

        return await until(there, meanwhile=self.bench.tick)

    def ways(self) -> list[tuple[str, str, str]]:
        """Each change of the number: its event, and from where to where."""
        rows = [(row.event, row.data) for row in self.case.changes() if row.data.get("lane") == "b2b"]
        return [(event, data["stage_before"], data["stage_after"]) for event, data in rows]
