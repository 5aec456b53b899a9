"""Which products and shops do not know what stands against them now, or what is forbidden."""

import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, cast, or_, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, func, select

from models.listing_process import KIND_OF
from models.policies import MarketPolicy
from models.rules.blocks import Why
from models.rules.listing_standing import counting
from models.tables import CaseRow
from models.tables.selling import ASKED, selling_by
from models.telling import ListingOutdated, Telling

AT_ONCE = 20
"""How many are told in one round: what a market forbids anew reaches thousands of them, a few at a time."""
LATELY = timedelta(minutes=10)
CHANGED, CHOSEN = 100, 50
"""How many providers are looked at in a round: of whom a case changed lately, and of all others."""


class Provider(NamedTuple):
    market: str
    id: str


class Counts(NamedTuple):
    """What counts now for one kind of listing in a market."""

    market: str
    process: str
    blocked_by: tuple[Why, ...]
    catalogue: str


def outdated(engine: Engine, policies: Mapping[str, MarketPolicy], at: datetime) -> list[Telling]:
    """What to tell open products and shops whose record says something else than what counts now: what stands
    against their provider, or what is forbidden where something of them is live (ALI-RECT-05).

    It looks at providers of whom a case changed lately, and at others by chance: what comes with time, or
    with another policy, reaches everybody after a while. Each is told once in each of its versions.
    """
    with Session(engine) as session:
        providers = {each for each in _candidates(session, at) if each.market in policies}
        providers_by = _counting(session, providers, policies, at)
        found = [
            (case_id, version, counts)
            for counts, ids in providers_by.items()
            for case_id, version in _others(session, counts, ids)
        ]
    return [
        Telling(
            case_id=case_id,
            message=ListingOutdated(why=", ".join(counts.blocked_by) or "nothing stands against it"),
            key=f"listing:{counts.catalogue}:{version}",
            at=at,
        )
        for case_id, version, counts in random.sample(found, min(len(found), AT_ONCE))
    ]


def _candidates(session: Session, at: datetime) -> Iterator[Provider]:
    pair = (col(CaseRow.market), col(CaseRow.provider_id))
    changed = (
        select(*pair)
        .where(col(CaseRow.changed_at) > at - LATELY, col(CaseRow.process).in_(ASKED))
        .where(col(CaseRow.provider_id).is_not(None))
        .group_by(*pair)
        .order_by(func.random())
        .limit(CHANGED)
    )
    selling = select(*pair).where(col(CaseRow.process).in_(KIND_OF), col(CaseRow.closed_at).is_(None))
    chosen = selling.group_by(*pair).order_by(func.random()).limit(CHOSEN)
    for query in (changed, chosen):
        yield from (Provider(market, str(id)) for market, id in session.exec(query))


def _counting(
    session: Session, providers: Collection[Provider], policies: Mapping[str, MarketPolicy], at: datetime
) -> dict[Counts, list[str]]:
    """By what counts for them, the providers for whom it does."""
    newest_first = (col(CaseRow.opened_at).desc(), col(CaseRow.case_id).desc())
    theirs = (
        select(CaseRow)
        .where(tuple_(col(CaseRow.market), col(CaseRow.provider_id)).in_(providers))
        .where(col(CaseRow.process).in_(ASKED))
    )
    cases = defaultdict[Provider, list[CaseRow]](list)
    for row in session.exec(theirs.order_by(*newest_first)):
        cases[Provider(row.market, str(row.provider_id))].append(row)
    found = defaultdict[Counts, list[str]](list)
    versions = {
        market: policies[market].catalogue.version(at) for market in {each.market for each in providers}
    }
    for provider in providers:
        policy, version = policies[provider.market], versions[provider.market]
        barred = selling_by(cases[provider], policy, at).blocked_by
        for process, kind in KIND_OF.items():
            found[Counts(provider.market, process, counting(barred, kind), version)].append(provider.id)
    return found


def _others(session: Session, counts: Counts, providers: Collection[str]) -> Iterator[tuple[str, int]]:
    """Open cases of these providers that know something else; some of them, by chance: those that cannot
    answer keep no others waiting."""
    data = CaseRow.view["data"]
    stale = (
        select(CaseRow.case_id, CaseRow.version)
        .where(CaseRow.market == counts.market, CaseRow.process == counts.process)
        .where(col(CaseRow.closed_at).is_(None), col(CaseRow.provider_id).in_(providers))
        .where(
            or_(
                data["blocked_by"].is_distinct_from(cast([*counts.blocked_by], JSONB)),
                data["live_version"].astext.is_not(None)
                & data["catalogue"].astext.is_distinct_from(counts.catalogue),
            )
        )
        .order_by(func.random())
        .limit(AT_ONCE)
    )
    yield from session.exec(stale)
