"""What stands against the form of a merchant number, all at once (TCM-MCH-10..26, TCM-WX-09, -10).

A finding names its field and what to send. It never repeats what was sent.
"""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Protocol

from pydantic import ValidationError

from models.merchant_forms import (
    Administrator,
    AdministratorType,
    B2BDetails,
    CompanyForm,
    EntityType,
    Organisation,
    Representative,
)
from models.rules.findings import Finding
from models.rules.identity.licences import licence_findings, organisation_code_findings
from models.rules.identity.persons import DocumentType, PersonDocument, document_findings
from models.rules.identity.phones import mobile_finding, normalised_phone
from models.rules.identity.validity import parsed_validity, written_validity_findings
from models.rules.merchant_papers import has_organisation_code, paper_findings, same_day_findings
from models.rules.remitting_account import account_findings
from models.rules.verification import normalised

__all__ = [
    "KnownCompany",
    "account_findings",
    "company_findings",
    "details_findings",
    "paper_findings",
    "parsed_validity",
    "same_company_findings",
    "same_day_findings",
    "signatory_findings",
]

E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class KnownCompany(Protocol):
    """The company that was onboarded."""

    @property
    def name(self) -> str | None: ...

    @property
    def licence_number(self) -> str | None: ...


def company_findings(form: CompanyForm, today: date, onboarded: KnownCompany) -> list[Finding]:
    """Everything that is missing or wrong in the company data, on a day in China (TCM-MCH-12..26).

    It has to be the company that was onboarded: what was verified is not changed here (TCM-ONB-13).
    """
    return [
        *_company(form, onboarded),
        *_organisation(form, today),
        *_administrator(form, today),
        *_representative(form.representative or Representative(), today),
    ]


def details_findings(details: B2BDetails) -> list[Finding]:
    """Who applies, and signs at the end, has to be known and reached (TCM-TEN-05, -14)."""
    found = [] if details.applicant_name else [_missing("details.applicant_name", "TCM-TEN-05")]
    return [*found, *_mobile(details.applicant_mobile, "details.applicant_mobile", "TCM-TEN-05")]


def same_company_findings(first: CompanyForm, second: CompanyForm) -> list[Finding]:
    """Every field in which the second form is not the first (TCM-MCH-10). How something is spelt does not
    count: widths, spaces, a country code."""
    before, after = _spelt(first), _spelt(second)
    return [
        Finding(
            field=f"company.{field}",
            code="differs",
            rule="TCM-MCH-10",
            detail="is not what the other form of this company says",
            next="send the same, or leave it out; what was turned down is mended while the other is not open",
        )
        for field in before
        if before[field] != after[field]
    ]


def signatory_findings(
    scanned_name: str, expected_name: str, rule: str, field: str = "scanned_by.name"
) -> list[Finding]:
    """Who scanned a code is not who has to, by name (TCM-WX-09, TCM-TEN-04, -14)."""
    if normalised(scanned_name) == normalised(expected_name) != "":
        return []
    return [
        Finding(
            field=field,
            code="other-person",
            rule=rule,
            detail="is not the person whom the form names for this",
            next="have the person scan the code whom the form names",
        )
    ]


def _company(form: CompanyForm, onboarded: KnownCompany) -> Iterator[Finding]:
    yield from _chosen(form.entity_type, EntityType, "company.entity_type", "TCM-MCH-12", "TCM-WX-10")
    for name, said, known in (
        ("company_name", form.company_name, onboarded.name),
        ("licence_number", form.licence_number, onboarded.licence_number),
    ):
        if not said:
            yield _missing(f"company.{name}", "TCM-MCH-12")
        elif normalised(said) != normalised(known or ""):
            yield Finding(
                field=f"company.{name}",
                code="other-company",
                rule="TCM-ONB-13",
                detail="is not the company that was onboarded",
                next="send it as it was verified",
            )
    if form.licence_number and has_organisation_code(form):
        yield from licence_findings(form.licence_number, "company.licence_number", "TCM-MCH-14")


def _organisation(form: CompanyForm, today: date) -> Iterator[Finding]:
    """What is given is judged, also where nothing has to be."""
    organisation, field = form.organisation or Organisation(), "company.organisation"
    if organisation.code:
        yield from organisation_code_findings(organisation.code, f"{field}.code")
    elif not has_organisation_code(form):
        yield _missing(f"{field}.code", "TCM-MCH-14")
    if organisation.validity:
        yield from written_validity_findings(organisation.validity, f"{field}.validity", today, "TCM-MCH-17")
    elif not has_organisation_code(form):
        yield _missing(f"{field}.validity", "TCM-MCH-14")


def _administrator(form: CompanyForm, today: date) -> Iterator[Finding]:
    """Five fields, all of them needed (TCM-MCH-18), of somebody who may sign (TCM-MCH-21)."""
    who, other = form.administrator or Administrator(), form.representative or Representative()
    field = "company.administrator"
    yield from _chosen(who.type, AdministratorType, f"{field}.type", "TCM-MCH-18", "TCM-MCH-21")
    if not who.name:
        yield _missing(f"{field}.name", "TCM-MCH-18")
    if not who.id_number:
        yield _missing(f"{field}.id_number", "TCM-MCH-18")
    else:
        is_representative = who.type == AdministratorType.LEGAL_PERSON
        type_ = (other.document_type if is_representative else None) or DocumentType.RESIDENT_ID
        yield from _number(type_, who.id_number, f"{field}.id_number", today, "TCM-MCH-18")
    yield from _who_it_is(who, other)
    yield from _mobile(who.mobile, f"{field}.mobile", "TCM-MCH-18")
    if not who.email:
        yield _missing(f"{field}.email", "TCM-MCH-18")
    elif not E_MAIL.fullmatch(who.email):
        detail = "no mail reaches this address"
        yield _wrong(f"{field}.email", "no-email-address", "TCM-MCH-23", detail, "send an address with an @")


def _who_it_is(who: Administrator, other: Representative) -> Iterator[Finding]:
    """A legal person is the one of the certificate; a responsible person has a name of its own to its number
    (TCM-MCH-19, -21)."""
    other_name = bool(who.name and other.name) and normalised(who.name or "") != normalised(other.name or "")
    other_number = bool(who.id_number and other.number) and who.id_number != other.number
    next = "send the same person, or choose responsible_person"
    if who.type == AdministratorType.LEGAL_PERSON:
        detail = "a legal person is the one whose certificate is sent"
        for name, differs in (("name", other_name), ("id_number", other_number)):
            if differs:
                yield _wrong(f"company.administrator.{name}", "other-person", "TCM-MCH-21", detail, next)
    elif other_name and who.id_number and who.id_number == other.number:
        detail = "the number is the legal representative's, and the name is not"
        next = "send the name and the number of the responsible person"
        yield _wrong("company.administrator.name", "other-person", "TCM-MCH-19", detail, next)


def _representative(who: Representative, today: date) -> Iterator[Finding]:
    field, rule = "company.representative", "TCM-MCH-24"
    yield from _chosen(who.document_type, DocumentType, f"{field}.document_type", rule, rule)
    if not who.name:
        yield _missing(f"{field}.name", rule)
    if not who.number:
        yield _missing(f"{field}.number", rule)
    elif who.document_type:
        yield from _number(who.document_type, who.number, f"{field}.number", today, rule)
    if not who.validity:
        yield _missing(f"{field}.validity", rule)
    else:
        yield from written_validity_findings(who.validity, f"{field}.validity", today, "TCM-MCH-26")


def _chosen(
    said: str | None, choices: type[StrEnum], field: str, rule: str, rule_of_choice: str
) -> Iterator[Finding]:
    if not said:
        yield _missing(field, rule)
    elif said not in [*choices]:
        one = f"one of {', '.join(choices)}"
        yield _wrong(
            field, "unknown-choice", rule_of_choice, f"is none of {', '.join(choices)}", f"send {one}"
        )


def _number(type_: str, number: str, field: str, today: date, rule: str) -> Iterator[Finding]:
    """Nothing of a type that is unknown, which is a finding of its own."""
    if type_ not in [*DocumentType]:
        return
    try:
        document = PersonDocument(type=DocumentType(type_), number=number)
    except ValidationError:
        detail = f"no {type_} has a number like this"
        yield _wrong(field, "document-number-form", rule, detail, "send the number that the paper shows")
    else:
        yield from document_findings(document, field, today, rule)


def _mobile(text: str | None, field: str, rule: str) -> Iterator[Finding]:
    if not text:
        yield _missing(field, rule)
    elif wrong := mobile_finding(text, field, rule):
        yield wrong


def _spelt(form: CompanyForm) -> dict[str, object]:
    """Each field as it is compared. A block that was left out is one whose fields all were."""
    blocks = {
        "organisation": form.organisation or Organisation(),
        "administrator": form.administrator or Administrator(),
        "representative": form.representative or Representative(),
    }
    fields = {name: getattr(form, name) for name in CompanyForm.model_fields if name not in blocks}
    for block, values in blocks.items():
        fields |= {f"{block}.{name}": value for name, value in values}
    return {field: _plain(field.rpartition(".")[2], value or "") for field, value in fields.items()}


def _plain(name: str, text: str) -> object:
    plain = normalised(text)
    match name:
        case "validity":
            return parsed_validity(text) or plain
        case "mobile":
            return normalised_phone(text) or plain
        case "email":
            return plain.casefold()
    return plain


def _missing(field: str, rule: str) -> Finding:
    return _wrong(field, "missing", rule, "the form needs it", f"send {field}")


def _wrong(field: str, code: str, rule: str, detail: str, next: str) -> Finding:
    return Finding(field=field, code=code, rule=rule, detail=detail, next=next)
