"""Routes that every process has."""

from collections.abc import Callable

from fastapi import APIRouter

from api.strict_json import StrictRoute
from models.process import Process
from models.processes import PROCESSES


def of_every_process(add: Callable[[APIRouter, Process], None]) -> APIRouter:
    """A router with what `add` makes for each process there is."""
    routes = APIRouter()
    for process in PROCESSES.values():
        own = APIRouter(
            prefix=f"/v1/markets/{{market}}/{process.name}",
            tags=[f"{process.title} {process.title_zh}"],
            route_class=StrictRoute,
        )
        add(own, process)
        routes.include_router(own)
    return routes
