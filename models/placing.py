"""What a backend service sends to place a template order, with the facts that the checks need."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from models.base import Fen, Flag, Frozen, Id, Text
from models.cases import OnBehalfOf
from models.periods import Day, Period

ServiceDesk = Annotated[
    str,
    StringConstraints(
        max_length=500,
        pattern=r"^https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?([/?#][!#-\[\]^-~]*)?$",
    ),
]
"""An https address to open on a mobile, kept as it was written. Credentials and spaces are refused."""


class TemplateKind(StrEnum):
    INDUSTRY = "industry"
    ORDINARY = "ordinary"


class AccountType(StrEnum):
    ENTERPRISE = "enterprise"
    INDIVIDUAL = "individual"
    BUSINESS = "individually_owned_business"


class Template(Frozen):
    """What is bought. `account_types` empty: anyone may buy it."""

    id: Id
    kind: TemplateKind
    published_on: Day
    price_fen: Fen
    """The price for `service_for`; 0 is free."""
    longest_service: Period
    ends: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    """Where the mini-program can be published."""
    account_types: tuple[AccountType, ...] = ()
    service_desk_url: ServiceDesk | None = None
    """Where the provider serves buyers on a mobile; None: it has not configured that (AMP-ORD-23)."""


class Buyer(Frozen):
    account_type: AccountType
    is_legal_person: Flag = False
    """The account holder is the legal person of the business that is to be certified (AMP-ORD-15)."""


class MiniProgram(Frozen):
    id: Id
    authorised_to: Id | None = None
    """The provider that holds its authorisation now."""
    has_version: Flag = False
    """Something is built already, and would be overwritten."""


class RunningService(Frozen):
    """What the buyer has of this template already, when it renews or orders twice."""

    ends_on: Day
    version_submitted: Flag


class Contact(Frozen):
    """Whom the provider talks to. Kept encrypted, and out of the workflow."""

    name: Annotated[Text, Field(max_length=64)]
    phone: Annotated[Text, Field(max_length=40)] | None = None
    email: Annotated[Text, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None


class PlaceOrder(Frozen):
    """An order as it is asked for. What is missing is named by the rule that wants it."""

    id: Id
    provider_id: Id
    on_behalf_of: OnBehalfOf
    template: Template
    buyer: Buyer
    mini_program: MiniProgram | None = None
    service_for: Period
    ends: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    contact: Contact | None = None
    agreement_accepted: Flag = False
    overwrite_accepted: Flag = False
    running_service: RunningService | None = None
