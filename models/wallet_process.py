"""What the wallet pushes to us, as everything else is made from it."""

from models.admitting import Admitted
from models.cases import Opening
from models.policies import MarketPolicy, NoticePolicy, ProcessPolicy
from models.process import Process
from models.wallet_notices import (
    WALLET_NOTICE_STEPS,
    TellOfApplyment,
    WalletNotice,
    WalletNoticeEvent,
    WalletNoticeOutcome,
    WalletNoticeStage,
)


def _receive(told: TellOfApplyment, policy: ProcessPolicy, opening: Opening, _: MarketPolicy) -> Admitted:
    assert isinstance(policy, NoticePolicy)
    notice = WalletNotice(opening=opening, terms=policy.terms, reference=told.reference)
    return Admitted(input=notice.model_dump(mode="json"))


WALLET_NOTICES = Process(
    name="wallet-notices",
    title="Wallet notice",
    title_zh="微信支付通知",
    workflow="WalletNotice",
    started_by=frozenset(),
    start=TellOfApplyment,
    event=WalletNoticeEvent,
    tasks=(),
    steps=WALLET_NOTICE_STEPS,
    stages=WalletNoticeStage,
    outcomes=WalletNoticeOutcome,
    admit=_receive,
)
