"""What cases ask of the company register and of the real-name system."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from temporalio import activity

from activities.gateways.refusals import refusals, refused
from activities.gateways.registries import CompanyRegistry, RealNames
from models.identity import AskedFacts, AskedIdentity, CompanyIdentity, ComparedFacts, VerifiedIdentity
from models.rules.identity.licences import subject_of
from models.rules.verification import contradictions, fact_contradictions
from models.tables.privacy import Vault


@dataclass(frozen=True, slots=True)
class Identities:
    registry: CompanyRegistry
    real_names: RealNames
    vault: Vault

    @activity.defn(name="verify_identity")
    def verify(self, asked: AskedIdentity) -> VerifiedIdentity:
        """Whether a company is who it says (ALI-ONB-04, TCM-ONB-03, -12). A no of either system is final."""
        identity = self._opened(asked)
        person = identity.legal_representative
        with refusals():
            registered = self.registry.look_up(identity.licence_number)
            matches = self.real_names.matches(person.name, person.document)
        found = contradictions(identity, registered, matches)
        if found or registered is None:
            return VerifiedIdentity(matched=False, contradictions=found)
        return VerifiedIdentity(
            matched=True,
            company_name=registered.name,
            founded_on=registered.founded_on,
            registered_capital_fen=registered.registered_capital_fen,
            subject=subject_of(registered.licence_number),
        )

    @activity.defn(name="compare_facts")
    def compare(self, asked: AskedFacts) -> ComparedFacts:
        """What a form says of the company that the register does not (TCM-ONB-13, TCM-ELIG-03, -04)."""
        with refusals():
            registered = self.registry.look_up(asked.licence_number)
        return ComparedFacts(contradictions=fact_contradictions(asked, registered))

    def _opened(self, asked: AskedIdentity) -> CompanyIdentity:
        """What does not open will not open later: refused, and without the words of what was found in it."""
        try:
            identity = self.vault.open(asked.identity, asked.case_id, CompanyIdentity)
        except (InvalidTag, ValueError):
            raise refused("the sealed identity is not this case's, or not an identity") from None
        if identity.licence_number != asked.licence_number:
            raise refused("the sealed identity has another licence number")
        return identity
