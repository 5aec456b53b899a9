"""What a merchant account asks of what is sealed in it."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from temporalio import activity

from activities.gateways.refusals import refused
from models.merchant_accounts import Differing, TwoCompanies
from models.merchant_forms import CompanyForm
from models.rules.merchant_forms import same_company_findings
from models.tables.privacy import Vault


@dataclass(frozen=True, slots=True)
class MerchantAccounts:
    vault: Vault

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
