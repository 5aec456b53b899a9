"""Companies and people that were made up: no such code, and no such card, was ever issued to anybody."""

import uuid
from datetime import date
from typing import Any

from stdnum.cn.ric import calc_check_digit

from models.identity import CompanyIdentity, Person, RegisteredCompany
from models.rules.identity.persons import DocumentType, PersonDocument

COMPANY_NAME = "金丝雀样品（北京）云计算有限公司"
PERSON_NAME = "王金丝雀"
CARD_NUMBER = "11010519491231002X"


def new_number() -> str:
    """A licence number that no other test has, of a region that there is not."""
    return f"91999999{uuid.uuid4().hex[:10].upper()}"


def card(serial: int = 2) -> PersonDocument:
    """An identity card with a sound check digit; the same for the same serial of at most 999."""
    number = f"11010519491231{serial:03d}"
    return PersonDocument(type=DocumentType.RESIDENT_ID, number=number + calc_check_digit(f"{number}0"))


def person(**changes: Any) -> Person:
    return Person(**{"name": PERSON_NAME, "document": card(), **changes})


def said(**changes: Any) -> CompanyIdentity:
    """What the company says of itself."""
    usual = {"company_name": COMPANY_NAME, "licence_number": "9199999900MADEUP01"}
    return CompanyIdentity(**{**usual, "legal_representative": person(), **changes})


def registered(**changes: Any) -> RegisteredCompany:
    """The same company as the register has it."""
    usual = {
        "name": COMPANY_NAME,
        "licence_number": "9199999900MADEUP01",
        "legal_representative": PERSON_NAME,
        "founded_on": date(2020, 2, 29),
        "registered_capital_fen": 50_000_000,
        "status": "active",
    }
    return RegisteredCompany(**{**usual, **changes})
