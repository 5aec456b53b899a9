"""How tests of company data read what stands against a form."""

from datetime import date

from models.merchant_forms import CompanyForm
from models.onboardings import Company
from models.rules.findings import Finding
from models.rules.merchant_forms import company_findings
from tests.merchant_forms import LICENCE, NAME

TODAY = date(2024, 5, 1)


def found(form: CompanyForm, today: date = TODAY, licence: str = LICENCE) -> list[Finding]:
    return company_findings(form, today, Company(name=NAME, licence_number=licence))


def said(form: CompanyForm, today: date = TODAY, licence: str = LICENCE) -> list[tuple[str, str, str | None]]:
    """Field, code and rule, the field without the company that each begins with."""
    return [
        (each.field.removeprefix("company."), each.code, each.rule) for each in found(form, today, licence)
    ]
