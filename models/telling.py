"""What one case of ours tells another, and how it opens one."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue

from models.base import Fen, Flag, Frozen, Id, Text
from models.cases import Event, Party


class DepositChanged(Event):
    """A deposit account tells its onboarding what it holds now (ALI-ONB-07, -08)."""

    party = Party.OFFICE
    event: Literal["deposit_changed"] = "deposit_changed"
    deposit: Text
    """The deposit account's case."""
    required_fen: Fen
    held_fen: Fen

    @property
    def covers(self) -> bool:
        """What is held is what is required, to the fen (ALI-ONB-08)."""
        return self.held_fen >= self.required_fen


class AccountChanged(Event):
    """A bank account tells whoever listens whether it is proven. It is payable in that version alone."""

    party = Party.OFFICE
    event: Literal["account_changed"] = "account_changed"
    account: Text
    """The bank account's case."""
    verified: Flag
    account_version: Annotated[int, Field(strict=True, ge=0)]
    """Which of the accounts that the provider gave it is: each change is another version."""
    why: Text | None = None
    company: Text | None = None
    """Whose account it is: another company of the same provider needs another one (ALI-SET-11)."""
    closed: Flag = False
    """Its case has ended: whoever still needs an account opens another case."""

    def proves(self, company: JsonValue) -> bool:
        """It is proven, and this company's."""
        return self.verified and self.company in (None, company)


class ListenerAdded(Event):
    """Another case wants to be told how a bank account stands: at once, and with each change."""

    party = Party.OFFICE
    event: Literal["listener_added"] = "listener_added"
    case_id: Text


class CooperationEnded(Event):
    """An onboarding that came to nothing tells what it had opened."""

    party = Party.OFFICE
    event: Literal["cooperation_ended"] = "cooperation_ended"
    why: Text


class TariffChanged(Event):
    """The market asks for other deposits now (ALI-DEP-09, TCM-DEP-06)."""

    party = Party.OFFICE
    event: Literal["tariff_changed"] = "tariff_changed"
    tariff_version: Id


class ListingOutdated(Event):
    """What stands against a provider, or what its market forbids, is not as a product or shop of it was told
    last: it looks again (ALI-RECT-05)."""

    party = Party.OFFICE
    event: Literal["listing_outdated"] = "listing_outdated"
    why: Text


Message = Annotated[
    DepositChanged | AccountChanged | ListenerAdded | CooperationEnded | TariffChanged | ListingOutdated,
    Field(discriminator="event"),
]


class Telling(Frozen):
    """One message to one case. The same key is told once."""

    case_id: str
    message: Message
    key: str
    at: AwareDatetime


class Heard(Frozen):
    taken: bool
    """False: the case has closed, and takes nothing any more."""


class AskedToOpen(Frozen):
    """A case that another one needs."""

    process: Id
    market: Id
    body: dict[str, JsonValue]
    at: AwareDatetime


class OpenedCase(Frozen):
    case_id: str
    """The case: the one asked for, or an open one that holds what it would need for itself alone."""
