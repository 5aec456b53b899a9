"""What the bank tells us of: a notice that is confirmed, and then finds its check or none (AMB-34)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.base import Frozen, Id, Instant
from models.cases import Opening
from models.interventions import Intervention
from models.payments import ReceiptTerms
from models.tasks import Leads, Step


class NoticeStage(StrEnum):
    ASKING = "asking"
    APPLYING = "applying"
    CLOSED = "closed"


class NoticeOutcome(StrEnum):
    MATCHED = "matched"
    VOIDED = "voided"
    UNMATCHED = "unmatched"
    UNCONFIRMED = "unconfirmed"


class TellOfEntry(Frozen):
    """Somebody says that the bank has an entry of ours. Only its id is taken from it."""

    id: Id


class BankNotice(Frozen):
    """A notice that was let in: nothing in it is believed but the entry's id."""

    opening: Opening
    terms: ReceiptTerms


class ForAccount(Frozen):
    """What an entry means for the case that had its account checked. `returned`: it voids the check."""

    entry_id: Id
    case_id: str
    round: int
    returned: bool
    at: Instant

    @property
    def key(self) -> str:
        return f"bank:{self.entry_id}"


NoticeEvent = Annotated[Intervention, Field(discriminator="event")]

_CLOSED = NoticeStage.CLOSED
NOTICE_STEPS = (
    Step("confirmed", NoticeStage.ASKING, Leads(NoticeStage.APPLYING), "TCM-WX-05"),
    Step("never_confirmed", NoticeStage.ASKING, Leads(_CLOSED, NoticeOutcome.UNCONFIRMED)),
    Step("not_matched", NoticeStage.ASKING, Leads(_CLOSED, NoticeOutcome.UNMATCHED), "AMB-34"),
    Step("matched", NoticeStage.APPLYING, Leads(_CLOSED, NoticeOutcome.MATCHED), "TCM-WX-05"),
    Step("voided", NoticeStage.APPLYING, Leads(_CLOSED, NoticeOutcome.VOIDED)),
    Step("not_wanted", NoticeStage.APPLYING, Leads(_CLOSED, NoticeOutcome.UNMATCHED), "AMB-34"),
)
