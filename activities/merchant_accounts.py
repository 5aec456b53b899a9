"""What a merchant account asks of what is sealed in it."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio import activity

from activities.gateways.refusals import refused
from models.merchant_account_process import MERCHANT_ACCOUNTS
from models.merchant_accounts import AskedNumbers, Differing, Number, NumbersBefore, TwoCompanies
from models.merchant_forms import CompanyForm
from models.private import Sealed
from models.rules.channels import open_lanes
from models.rules.merchant_forms import same_company_findings
from models.tables import CaseRow
from models.tables.privacy import Vault


@dataclass(frozen=True, slots=True)
class MerchantAccounts:
    engine: Engine
    vault: Vault

    @activity.defn(name="numbers_before")
    def before(self, asked: AskedNumbers) -> NumbersBefore:
        """What other cases of the provider opened (TCM-MCH-04). Both numbers are of one set of company data,
        whichever cases they come from: it is sealed anew for this one (TCM-MCH-10, -11)."""
        cases = select(CaseRow).where(
            CaseRow.market == asked.market,
            CaseRow.provider_id == asked.provider_id,
            CaseRow.process == MERCHANT_ACCOUNTS.name,
            CaseRow.case_id != asked.case_id,
        )
        with Session(self.engine) as session:
            rows = session.exec(cases.order_by(col(CaseRow.opened_at))).all()
        opened = {row.case_id: open_lanes(row.view["data"], [*Number]) for row in rows}
        with_open = [row for row in rows if opened[row.case_id]]
        if not with_open:
            return NumbersBefore()
        return NumbersBefore(
            opened=tuple(number for number in Number if any(number in each for each in opened.values())),
            company=self._sealed_anew(with_open[-1], asked.case_id),
        )

    def _sealed_anew(self, row: CaseRow, case_id: str) -> Sealed:
        try:
            kept = Sealed.model_validate(row.view["data"].get("company"))
            return self.vault.seal(self.vault.open(kept, row.case_id, CompanyForm), case_id)
        except (InvalidTag, ValueError):
            raise refused("what the number was opened with does not open") from None

    @activity.defn(name="compare_companies")
    def compare(self, asked: TwoCompanies) -> Differing:
        """Where two forms of one company differ (TCM-MCH-10): which fields, and not what they say."""
        try:
            first, second = (
                self.vault.open(each, asked.case_id, CompanyForm) for each in (asked.first, asked.second)
            )
        except (InvalidTag, ValueError):
            raise refused("a form is not sealed for this case, or is none") from None
        return Differing(fields=tuple(each.field for each in same_company_findings(first, second)))
