"""What a company says, made for the run wherever the sample does not say it itself."""

from collections.abc import Mapping

from rehearsal.company import Applicant, Said

MOBILE, E_MAIL = "13800138000", "pay@sample.example"
LONG_TERM = "2020-01-01,长期"
APPLICANT = "样本"
"""Who applies for a corporate number in the company's name, and signs at its end."""


def completed(
    applicant: Applicant, said: Said, papers: Mapping[str, str], accounts: int = 0, alipay: int = 0
) -> Said:
    """An event about a company with what is made for the run, unless the sample says it.

    `papers` are the ids of what was handed in, by kind; `accounts` is how many bank accounts were given
    before, and `alipay` how many enterprise Alipay accounts were opened. Of a form, `company`, `account` and
    `details` are made where the sample names them: what it leaves out is left out.
    """
    company = applicant.company
    match said["event"]:
        case "identity_given":
            return {**said, "identity": merged(_identity(applicant), said.get("identity"))}
        case "application_submitted":
            return {**_contact(applicant, said), **said, **_facts(applicant, said), **_papers(said, papers)}
        case "agreements_accepted":
            return {"signatory": {"name": company.legal_representative}, **said}
        case "account_given":
            return {**said, "account": merged(_account(applicant, accounts), said.get("account"))}
        case "wallet_form_submitted" | "b2b_form_submitted":
            made: Said = {
                "company": company_form(applicant, said.get("company")),
                "account": _account(applicant, max(accounts - 1, 0)),
                "details": {"applicant_name": APPLICANT, "applicant_mobile": MOBILE},
            }
            parts = {part: merged(made[part], said[part]) for part in made if part in said}
            return {**said, **parts, **_papers(said, papers)}
        case "administrator_scanned":
            by: Said = {"name": administrator(applicant)}
            number = {"application_number": f"a-{applicant.drawn('application', 10**10):010d}"}
            return {**number, **said, "scanned_by": merged(by, said.get("scanned_by"))}
        case "registration_approved":
            return {"registration_number": f"r-{applicant.drawn('registration', 10**10):010d}", **said}
        case "agreement_signed":
            return {**said, "signed_by": merged({"name": APPLICANT}, said.get("signed_by"))}
        case "alipay_account_given":
            asked = {"alipay_account": alipay_account(applicant, alipay)}
            return {**said, "account": merged(asked, said.get("account"))}
        case "mybank_details_given":
            return {**said, "details": merged(_mybank(applicant, alipay), said.get("details"))}
        case "recovery_asked":
            return {"payment_id": f"p-{applicant.id}", **said}
        case "decided" if isinstance(act := said.get("act"), dict):
            return {**said, "act": completed(applicant, act, papers, accounts, alipay)}
    return said


def company_form(applicant: Applicant, said: object = None) -> Said:
    """The company as forms of merchant numbers ask for it (TCM-MCH-12..26). Whoever is named as its
    administrator has a number of its own."""
    company = applicant.company
    form: Said = {
        "entity_type": "enterprise",
        "company_name": company.name,
        "licence_number": applicant.licence_number,
        "administrator": {
            "type": "responsible_person" if company.administrator else "legal_person",
            "name": administrator(applicant),
            "id_number": applicant.card_of(administrator(applicant)),
            "mobile": MOBILE,
            "email": E_MAIL,
        },
        "representative": {
            "document_type": "resident_id",
            "name": company.legal_representative,
            "number": applicant.card_of(company.legal_representative),
            "validity": LONG_TERM,
        },
    }
    return merged(form, said)


def administrator(applicant: Applicant) -> str:
    """Who signs for the company at the wallet (TCM-WX-09)."""
    return applicant.company.administrator or applicant.company.legal_representative


def alipay_account(applicant: Applicant, opened: int) -> str:
    """The enterprise Alipay account that was opened last, of so many. Nobody has opened the first of none."""
    return f"pay-{max(opened, 1)}-{applicant.id}@sample.example".lower()


def _identity(applicant: Applicant) -> Said:
    return {
        "company_name": applicant.company.name,
        "licence_number": applicant.licence_number,
        "legal_representative": applicant.representative,
    }


def _contact(applicant: Applicant, said: Said) -> Said:
    contact: Said = {"name": applicant.company.legal_representative, "phone": "0571-26880000"}
    return {"contact": contact} if "categories" in said else {}


def _facts(applicant: Applicant, said: Said) -> Said:
    if "facts" not in said:
        return {}
    known = applicant.company.model_dump(mode="json", include={"founded_on", "registered_capital_fen"})
    return {"facts": merged(known, said["facts"])}


def _account(applicant: Applicant, before: int) -> Said:
    return {
        "account_type": "corporate",
        "holder": applicant.company.name,
        "bank": "招商银行",
        "branch_city": "深圳",
        "branch": "样例支行",
        "number": applicant.account_number(before),
        "controller_is_legal_representative": True,
    }


def _mybank(applicant: Applicant, alipay: int) -> Said:
    return {
        "alipay_account": alipay_account(applicant, alipay),
        "legal_person": applicant.company.legal_representative,
        "registration_number": applicant.licence_number,
    }


def _papers(said: Said, papers: Mapping[str, str]) -> Said:
    """A paper that is named by its kind is the one that was handed in last."""
    named = said.get("papers")
    if not isinstance(named, list):
        return {}
    return {
        "papers": [
            {"kind": each, "document_id": papers[each]} if isinstance(each, str) and each in papers else each
            for each in named
        ]
    }


def merged(made: object, said: object) -> Said:
    """What is made, with what the sample says in its place, as deep as it says it; null: left out."""
    assert isinstance(made, dict)
    if not isinstance(said, dict):
        return made
    return made | {
        name: merged(made[name], value) if value is not None and isinstance(made.get(name), dict) else value
        for name, value in said.items()
    }
