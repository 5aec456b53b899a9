"""A case that applies for a merchant number, as its workflow would."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.applyments import Applyments
from activities.gateways.wallet import Wallet
from models.applyments import (
    Application,
    Applyment,
    ApplymentFacts,
    ApplymentState,
    AskedApplyment,
    SeenApplyment,
    SubmitApplyment,
)
from models.bank import Instruction
from models.documents import DocumentRef
from models.tables.documents.store import DocumentStore
from models.tables.privacy import Cipher, Vault
from tests.activities.batches import AT
from tests.applyments import Applying
from tests.conftest import SECRET
from tests.pictures import png, stored

CIPHER = Cipher(SECRET)
VAULT = Vault(CIPHER)
PICTURE = png()
KIND = "identity_card_emblem"
State = ApplymentState


@dataclass(frozen=True)
class Listening:
    """The wallet, and what it was sent."""

    wallet: Wallet
    sent: list[Application] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    """What it answers otherwise."""

    def submit(self, application: Application) -> Applyment:
        self.sent.append(application)
        return self._otherwise(self.wallet.submit(application))

    def look_up(self, market: str, reference: str) -> Applyment | None:
        found = self.wallet.look_up(market, reference)
        return self._otherwise(found) if found else None

    def _otherwise(self, found: Applyment) -> Applyment:
        asked = found.validation and found.validation.model_copy(update=self.changes)
        return found.model_copy(update={"validation": asked})


@dataclass(frozen=True)
class Applicant:
    """A case that applies."""

    applying: Applying
    documents: DocumentStore
    provider_id: str = "isv-1"
    case_id: str = field(default_factory=lambda: f"merchant-accounts:tencent-cloud:{uuid.uuid4().hex}")
    changes: dict[str, Any] = field(default_factory=dict)
    at: datetime = AT

    @property
    def listening(self) -> Listening:
        return Listening(self.applying.wallet, changes=self.changes)

    @property
    def asks(self) -> Applyments:
        wallet = self.listening
        return Applyments(self.applying.engine, wallet, self.documents, VAULT, lambda: self.at)

    def but(self, **changes: Any) -> "Applicant":
        return replace(self, **changes)

    def with_form(self, **changes: Any) -> "Applicant":
        return self.but(applying=self.applying.but(**changes))

    @property
    def paper(self) -> DocumentRef:
        """A picture that was handed in."""
        document = stored(PICTURE, kind=KIND)
        self.documents.put_new(self.applying.market, self.provider_id, document, PICTURE)
        return DocumentRef(kind=KIND, document_id=document.document_id)

    def form(self, submission: int = 1, **changes: Any) -> SubmitApplyment:
        usual: dict[str, Any] = {
            "market": self.applying.market,
            "case_id": self.case_id,
            "provider_id": self.provider_id,
            "reference": self.applying.reference,
            "submission": submission,
            "company": VAULT.seal(self.applying.company, self.case_id),
            "account": VAULT.seal(self.applying.account, self.case_id),
        }
        changes = changes if "papers" in changes else {"papers": (self.paper,), **changes}
        return SubmitApplyment(**usual | changes)

    def submits(self, submission: int = 1, **changes: Any) -> SeenApplyment:
        return self.asks.submit(self.form(submission, **changes))

    def question(self, known: ApplymentFacts | None = None, **changes: Any) -> AskedApplyment:
        usual: dict[str, Any] = {
            "market": self.applying.market,
            "case_id": self.case_id,
            "reference": self.applying.reference,
            "known": known,
            "submitted_at": AT,
            "stale_for": "PT10M",
        }
        return AskedApplyment(**usual | changes)

    def looks(self, known: ApplymentFacts | None = None, **changes: Any) -> SeenApplyment:
        return self.asks.look(self.question(known, **changes))

    def hears(self, known: ApplymentFacts | None = None, **changes: Any) -> SeenApplyment | None:
        """The news; None: there is none."""
        try:
            return self.asks.wait(self.question(known, **changes))
        except ApplicationError as none:
            if (none.type, none.non_retryable) != ("Unchanged", False):
                raise
            return None

    def instruction(self, seen: SeenApplyment) -> Instruction:
        assert seen.instruction
        return VAULT.open(seen.instruction, self.case_id, Instruction)


def refuses(ask: Callable[[], object], *not_said: str) -> str:
    with pytest.raises(ApplicationError) as refused:
        ask()
    assert (refused.value.type, refused.value.non_retryable) == ("Refused", True)
    assert not [each for each in not_said if each in refused.value.message]
    return refused.value.message
