"""Who a provider is: what it says of itself, what the register says, and what came of comparing the two."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from models.base import Fen, Frozen, Text
from models.periods import Day
from models.private import Sealed
from models.rules.identity.licences import SubjectType, normalised_licence
from models.rules.identity.persons import PersonDocument

LicenceNumber = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00]*$"),
    AfterValidator(normalised_licence),
]
"""A licence number as somebody typed it, kept as it is compared. `licence_findings` says if it is one."""

CompanyStatus = Literal["active", "revoked", "deregistered"]


class Person(Frozen):
    """A person with a name and a document. Neither shows in a log."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: Annotated[Text, Field(max_length=64, repr=False)]
    document: Annotated[PersonDocument, Field(repr=False)]


class CompanyIdentity(Frozen):
    """What a provider says of itself for the enterprise real-name check (ALI-ONB-04, TCM-ONB-03).

    Only who has a licence can say it: there is no such thing for an individual (TCM-ELIG-01). Whether the
    number can be one, and whose, `models.rules.identity.licences` says.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    company_name: Text
    licence_number: LicenceNumber
    legal_representative: Person


class AskedIdentity(Frozen):
    """A real-name check to be made. The identity is sealed for `case_id`; the licence number is public."""

    market: str
    case_id: str
    round: int
    """1 for the first check of a case: whoever corrects what it said is checked again."""
    identity: Sealed
    licence_number: LicenceNumber


class AskedFacts(Frozen):
    """What an application form says of a verified company, to be held against the register."""

    market: str
    licence_number: LicenceNumber
    founded_on: Day
    registered_capital_fen: Fen


class RegisteredCompany(Frozen):
    """A company as the public register has it."""

    name: Text
    licence_number: LicenceNumber
    legal_representative: Annotated[Text, Field(max_length=64, repr=False)]
    founded_on: Day
    registered_capital_fen: Fen
    status: CompanyStatus


class Contradiction(Frozen):
    """One thing that is not as it was said: the field, and a stable code. It repeats neither version."""

    field: str
    code: str


class VerifiedIdentity(Frozen):
    """What came of a real-name check. Nothing of a person: it may stand in a payload and on record.

    The company's facts are the register's own, and None unless everything matched.
    """

    matched: bool
    contradictions: tuple[Contradiction, ...] = ()
    company_name: str | None = None
    founded_on: date | None = None
    registered_capital_fen: Fen | None = None
    subject: SubjectType | None = None
    """What kind of company its licence number makes it: a market admits some (ALI-ONB-04, TCM-ELIG-01)."""


class ComparedFacts(Frozen):
    """What came of holding a form against the register: without contradictions, all of it stands there."""

    contradictions: tuple[Contradiction, ...] = ()
