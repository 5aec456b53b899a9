"""What the wallet pushes to us: a notice, of which no more than the reference is believed (TCM-WX-01)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.applyments import ApplymentState
from models.base import Frozen, Id
from models.cases import Opening
from models.interventions import Intervention
from models.payments import ReceiptTerms
from models.tasks import Leads, Step


class WalletNoticeStage(StrEnum):
    ASKING = "asking"
    CLOSED = "closed"


class WalletNoticeOutcome(StrEnum):
    TOLD = "told"
    """Its case has heard the news."""
    KNOWN = "known"
    NOT_WANTED = "not_wanted"
    UNCONFIRMED = "unconfirmed"


class TellOfApplyment(Frozen):
    """The wallet says that an application has changed. `id` is the notice's own: once told, it is no news."""

    id: Id
    reference: Id


class WalletNotice(Frozen):
    """A notice that was let in: nothing in it is believed but which application it is about."""

    opening: Opening
    terms: ReceiptTerms
    reference: Id


class ForApplication(Frozen):
    """An application to look at, and to tell its case of. `notice_id` is told at most once of each news."""

    market: str
    notice_id: Id
    reference: Id


class ToldOfApplyment(Frozen):
    """What became of it, and of which case."""

    case_id: str
    outcome: WalletNoticeOutcome
    state: ApplymentState
    """What the wallet said."""
    reason: str | None = None
    """A word of ours: why the case has no use for it."""


WalletNoticeEvent = Annotated[Intervention, Field(discriminator="event")]


def _ends(event: str, outcome: WalletNoticeOutcome, rule: str) -> Step:
    return Step(event, WalletNoticeStage.ASKING, Leads(WalletNoticeStage.CLOSED, outcome), rule)


ENDINGS = {
    WalletNoticeOutcome.TOLD: "told",
    WalletNoticeOutcome.KNOWN: "known",
    WalletNoticeOutcome.NOT_WANTED: "no_longer_wanted",
    WalletNoticeOutcome.UNCONFIRMED: "never_confirmed",
}
"""The step that ends a notice."""
WALLET_NOTICE_STEPS = (
    _ends("told", WalletNoticeOutcome.TOLD, "TCM-WX-11"),
    _ends("known", WalletNoticeOutcome.KNOWN, "TCM-WX-02"),
    _ends("no_longer_wanted", WalletNoticeOutcome.NOT_WANTED, "TCM-MCH-30"),
    _ends("never_confirmed", WalletNoticeOutcome.UNCONFIRMED, "TCM-WX-01"),
)
