"""Pushes of the wallet of which a history is kept."""

import uuid
from datetime import timedelta

from activities.gateways.simulated.misbehaving import Behaviour, misbehave
from models.interventions import Resumed
from models.wallet_notices import TellOfApplyment
from models.wallet_process import WALLET_NOTICES
from tests.bench import OPERATOR, Bench, Opened
from tests.merchant_accounts import MARKET, Merchant
from tests.replay.disputes import Path
from workflows.wallet_application import reference_of


async def pushed(bench: Bench, reference: str) -> Opened:
    told = TellOfApplyment(id=f"n-{uuid.uuid4().hex}", reference=reference)
    return await bench.start(WALLET_NOTICES, told, MARKET)


async def at_its_end(bench: Bench, reference: str) -> Opened:
    notice = await pushed(bench, reference)
    await notice.ends()
    return notice


async def applied(bench: Bench) -> Merchant:
    merchant = await Merchant.opened(bench)
    await merchant.submits()
    return merchant


async def told(bench: Bench) -> Opened:
    merchant = await applied(bench)
    await merchant.signs()
    return await at_its_end(bench, merchant.reference)


async def known(bench: Bench) -> Opened:
    return await at_its_end(bench, (await applied(bench)).reference)


async def ahead_of_its_application(bench: Bench) -> Opened:
    merchant = await Merchant.opened(bench)
    notice = await pushed(bench, reference_of(merchant.case.case_id))
    await notice.on_record()
    await merchant.submits()
    await notice.ends()
    return notice


async def refused_and_resumed(bench: Bench) -> Opened:
    merchant = await applied(bench)
    await merchant.passes()
    misbehave(bench.engine, "wallet_look_up", Behaviour.REFUSED)
    notice = await pushed(bench, merchant.reference)
    await notice.stands("opened", "blocked")
    await notice.report(Resumed(reason="it answers again"), actor=OPERATOR)
    await notice.ends()
    return notice


async def not_wanted(bench: Bench) -> Opened:
    merchant = await applied(bench)
    await merchant.withdraws()
    await merchant.case.ends()
    await merchant.passes()
    return await at_its_end(bench, merchant.reference)


async def unconfirmed(bench: Bench) -> Opened:
    notice = await pushed(bench, "ma-nobody-applied")
    await notice.on_record()
    await bench.advance(timedelta(days=1, minutes=1))
    await notice.ends()
    return notice


PUSHES: dict[str, tuple[Path, str]] = {
    "push-told": (told, "told"),
    "push-known": (known, "known"),
    "push-ahead-of-its-application": (ahead_of_its_application, "known"),
    "push-refused-and-resumed": (refused_and_resumed, "told"),
    "push-not-wanted": (not_wanted, "not_wanted"),
    "push-unconfirmed": (unconfirmed, "unconfirmed"),
}
"""By file name: how it is played, and the outcome it has."""
