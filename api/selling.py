"""How buyers can pay a provider, and where the money goes: what a shop asks before and after a sale."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import Session

from api.auth import Identified
from api.office import TheOffice
from api.reading import provider_of
from models.base import Frozen, Instant
from models.deposits import Block
from models.rules.blocks import Why
from models.selling import Channel, Settles, channel
from models.tables.selling import selling_of

routes = APIRouter(tags=["Providers 服务商"])


class Channels(Frozen):
    market: str
    provider_id: str
    channels: list[Channel]
    blocked_by: tuple[Why, ...] = Field(description="Everything that keeps buyers from buying at all.")


class Settlement(Frozen):
    market: str
    provider_id: str
    paid_at: Instant
    settles: list[Settles] = Field(description="For each way to pay, where such money goes.")
    paid_out: bool = Field(description="Whether anything is paid out to the provider now.")
    blocked_by: tuple[Why, ...] = Field(description="Everything that stands against that.")
    arrears_fen: int = Field(description="What the provider has to give back, and its account did not hold.")


@routes.get("/v1/markets/{market}/providers/{provider_id}/channels", summary="How buyers can pay")
def channels(market: str, provider_id: str, office: TheOffice, caller: Identified) -> Channels:
    """The ways to pay that a provider's buyers have now. An order keeps those of its own day."""
    policy = provider_of(office, caller, market, provider_id)
    with Session(office.engine) as session:
        selling = selling_of(session, policy, provider_id, datetime.now(UTC))
    return Channels(
        market=market,
        provider_id=provider_id,
        channels=[channel(name) for name in selling.channels],
        blocked_by=selling.blocked_by[Block.PURCHASE],
    )


@routes.get("/v1/markets/{market}/providers/{provider_id}/settlement", summary="Where the money goes")
def settlement(
    market: str,
    provider_id: str,
    office: TheOffice,
    caller: Identified,
    paid_at: Annotated[
        Instant | None, Query(description="When the order was paid; now, unless told otherwise.")
    ] = None,
) -> Settlement:
    """Where the money of an order goes, and whether the provider is paid out now."""
    policy, now = provider_of(office, caller, market, provider_id), datetime.now(UTC)
    with Session(office.engine) as session:
        selling = selling_of(session, policy, provider_id, now, paid_at)
    against = selling.blocked_by[Block.WITHDRAWAL]
    return Settlement(
        market=market,
        provider_id=provider_id,
        paid_at=paid_at or now,
        settles=list(selling.settles),
        paid_out=not against,
        blocked_by=against,
        arrears_fen=selling.arrears_fen,
    )
