"""What each market says: its policies in force, and the table of each process."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter

from api.auth import Caller, Identified
from api.office import Office, TheOffice
from api.reading import market_of
from models.cases import Role
from models.interventions import Decision
from models.moves import moves
from models.policies import MarketPolicy
from models.process import Process
from models.processes import PROCESSES

routes = APIRouter(tags=["Markets 市场"])


@routes.get("/v1/markets", summary="Markets")
def markets(office: TheOffice, caller: Identified) -> dict[str, Any]:
    """The markets that you work in, with the policies in force now."""
    return {"markets": [_shown(market) for market in _of(office, caller)]}


@routes.get("/v1/markets/{market}", summary="One market")
def one_market(market: str, office: TheOffice, caller: Identified) -> dict[str, Any]:
    """A market's policies in force now, and how each of its processes moves."""
    return _shown(market_of(office, caller, market))


@routes.get("/v1/markets/{market}/categories", summary="What providers join")
def categories(market: str, office: TheOffice, caller: Identified) -> dict[str, Any]:
    """What a provider of the market may choose from: one of the `keys` is a class, or a child of one."""
    offered = market_of(office, caller, market).categories
    return {"categories": [{**each.model_dump(mode="json"), "keys": each.keys} for each in offered]}


@routes.get("/v1/markets/{market}/catalogue", summary="What is forbidden")
def catalogue(market: str, office: TheOffice, caller: Identified) -> dict[str, Any]:
    """What may not be shown or offered in the market, and from when until when: also what is announced.

    Only operators see by which words it is found: whoever knows them writes around them.
    """
    forbidden, now = market_of(office, caller, market).catalogue, datetime.now(UTC)
    hidden = None if caller.role is Role.OPERATOR else {"terms", "similar"}
    return {
        "version": forbidden.version(now),
        "entries": [
            {**each.model_dump(mode="json", exclude=hidden), "in_force": each.in_force(now)}
            for each in forbidden.entries
        ],
    }


def _of(office: Office, caller: Caller) -> list[MarketPolicy]:
    return [policy for market, policy in office.admissions.policies.items() if caller.works_in(market)]


def _shown(policy: MarketPolicy) -> dict[str, Any]:
    now = datetime.now(UTC)
    running = {
        name: (version.model_dump(mode="json"), process)
        for name, process in PROCESSES.items()
        if (version := policy.in_force(name, now)) is not None
    }
    return {
        "market": policy.market,
        "title": policy.title,
        "title_zh": policy.title_zh,
        "processes": {name: {"policy": version, "moves": table(p)} for name, (version, p) in running.items()},
    }


def table(process: Process) -> list[dict[str, Any]]:
    """The process as a table: from which stage and task, which event, by whom, to where, by which rule."""
    return [
        {
            "stage": row.stage,
            **({"lane": row.lane} if row.lane else {}),
            "task": row.task or None,
            "event": row.kind.tag() if row.kind else row.event,
            **({"decision": row.kind.decision_name()} if row.kind and issubclass(row.kind, Decision) else {}),
            "by": sorted(row.kind.party.spoken_for_by) if row.kind else [],
            "who": row.who,
            "to": str(row.leads),
            "rule": row.rule or None,
        }
        for row in moves(process)
    ]
