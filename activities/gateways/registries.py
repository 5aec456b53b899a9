"""The company register and the real-name system as we need them.

Both only answer questions, so that every call may be repeated. Without an answer they raise
`GatewayUnavailable`, and `GatewayRefused` where the answer is that there will be none.
"""

from typing import Protocol

from models.identity import RegisteredCompany
from models.rules.identity.persons import PersonDocument


class CompanyRegistry(Protocol):
    def look_up(self, licence_number: str) -> RegisteredCompany | None:
        """The company of that unified social credit code; None where nobody ever registered it."""


class RealNames(Protocol):
    def matches(self, name: str, document: PersonDocument) -> bool | None:
        """Whether the document is that of a person of this name; None where no such document is known."""
