"""What a provider says of itself against what the register and the real-name system know (ALI-ONB-04)."""

import unicodedata
from typing import Any

from models.identity import AskedFacts, CompanyIdentity, Contradiction, RegisteredCompany
from models.rules.identity.licences import FULL_WIDTH


def contradictions(
    identity: CompanyIdentity, registered: RegisteredCompany | None, person_matches: bool | None
) -> tuple[Contradiction, ...]:
    """Everything that is not as it was said, at once (ALI-ONB-04, TCM-ELIG-01, TCM-ONB-12).

    `registered` is None where the register knows no such company; `person_matches` where the real-name system
    knows no such document.
    """
    person = identity.legal_representative
    found = _of_register(identity.licence_number, registered)
    if registered:
        found += _unlike("company_name", normalised(identity.company_name), normalised(registered.name))
        found += _unlike(
            "legal_representative.name", normalised(person.name), normalised(registered.legal_representative)
        )
    if person_matches is None:
        found.append(Contradiction(field="legal_representative.document", code="person-unknown"))
    elif not person_matches:
        found.append(Contradiction(field="legal_representative", code="name-and-number-do-not-match"))
    return tuple(found)


def fact_contradictions(facts: AskedFacts, registered: RegisteredCompany | None) -> tuple[Contradiction, ...]:
    """What a form says of the company that the register does not (TCM-ONB-13, TCM-ELIG-03, -04), at once."""
    found = _of_register(facts.licence_number, registered)
    if registered:
        for field in ("founded_on", "registered_capital_fen"):
            found += _unlike(field, getattr(facts, field), getattr(registered, field))
    return tuple(found)


def normalised(name: str) -> str:
    """A name as it is compared: its width and its spaces say nothing, all else does."""
    return "".join(unicodedata.normalize("NFC", name).translate(FULL_WIDTH).split())


def _of_register(licence_number: str, registered: RegisteredCompany | None) -> list[Contradiction]:
    """A company is lawful while the register has it as active (TCM-ELIG-01)."""
    if registered is None:
        return [Contradiction(field="licence_number", code="not-in-registry")]
    found = _unlike("licence_number", licence_number, registered.licence_number)
    if registered.status != "active":
        found.append(Contradiction(field="licence_number", code="not-active"))
    return found


def _unlike(field: str, said: Any, known: Any) -> list[Contradiction]:
    return [] if said == known else [Contradiction(field=field, code="contradicts-registry")]
