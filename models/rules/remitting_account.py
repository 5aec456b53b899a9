"""What stands against the account that a company remits to the wallet from (TCM-WX-03, -05, AMB-33)."""

from collections.abc import Iterator
from datetime import date

from pydantic import JsonValue, ValidationError

from models.bank import BankDetails
from models.merchant_forms import AccountForm
from models.rules.bank import same_holder
from models.rules.findings import Finding
from models.rules.identity.persons import PersonDocument, document_findings


def account_findings(form: AccountForm, company_name: str, today: date) -> list[Finding]:
    """The account that the company remits from has to be its own, and whole (TCM-WX-03, -05, TCM-TEN-08).

    A field that is wrong hides nothing of what is wrong in the others.
    """
    found = [*_unlike_an_account(form)]
    if form.holder and not same_holder(form.holder, company_name):
        detail = "the account must be in the company's whole name"
        next = "send a corporate account of the company"
        found.append(_wrong("holder", "other-holder", "TCM-WX-05", detail, next))
    if form.controller_is_legal_representative is (form.controller is not None):
        detail = "name the controller where it is not the legal representative, and only there"
        next = "send one of the two"
        found.append(_wrong("controller", "one-of-both", "AMB-33", detail, next))
    if form.controller is not None and (document := _document(form.controller)):
        found += document_findings(document, "account.controller.document", today, "AMB-33")
    return found


def _unlike_an_account(form: AccountForm) -> Iterator[Finding]:
    """Every field that is missing, or is not as a bank has it."""
    try:
        BankDetails.model_validate(form.model_dump(exclude_none=True))
    except ValidationError as error:
        for wrong in error.errors(include_input=False, include_url=False):
            missing, field = wrong["type"] == "missing", ".".join(map(str, wrong["loc"]))
            code, detail = ("missing", "is required") if missing else ("not-an-account", wrong["msg"])
            if field:
                yield _wrong(field, code, "TCM-WX-03", detail, "send it as the bank has it")


def _document(controller: dict[str, JsonValue]) -> PersonDocument | None:
    """None for what has not the shape of one, which is told already."""
    try:
        return PersonDocument.model_validate(controller.get("document"))
    except ValidationError:
        return None


def _wrong(field: str, code: str, rule: str, detail: str, next: str) -> Finding:
    return Finding(field=f"account.{field}", code=code, rule=rule, detail=detail, next=next)
