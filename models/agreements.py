"""Agreements that a provider accepts: each in versions, each version one text for ever."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from models.base import Frozen, Id, Text
from models.periods import Day

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Audience(StrEnum):
    """Who has to sign: all, or whoever is no partner of the market's cloud yet (ALI-ONB-09, -11)."""

    EVERYBODY = "everybody"
    NOT_YET_PARTNERS = "not_yet_partners"


class AgreementRef(Frozen):
    """One version of an agreement."""

    name: Id
    version: Id


class AgreementTerms(AgreementRef):
    """A version that a policy asks for. `sha256` is its text's: what was accepted can be shown later."""

    title: Text
    title_zh: Text
    audience: Audience = Audience.EVERYBODY
    sha256: Sha256
    valid_until: Day | None = None
    """Its last day in Shanghai, included, whenever it was accepted (ALI-REN-02); None: for ever."""
    rule: Text


class Acceptance(AgreementRef):
    """One agreement as it was accepted: which text, by which rules, from when on."""

    sha256: Sha256
    rule_set: Id
    effective_on: date
    valid_until: Day | None = None
    """The last day on which it is in force, where it has one."""
