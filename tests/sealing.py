"""Events of tests as the API would send them."""

from typing import Any

from models.private import Sealed, sealed
from models.tables.privacy import Vault
from tests.bench import Opened


def sealed_for(case: Opened, event: Any) -> Any:
    """The event with its private parts sealed for this case."""
    vault = Vault(case.bench.admissions.cipher)

    def seal(value: Any) -> Sealed:
        return vault.seal(value, case.case_id)

    return sealed(event, seal)
