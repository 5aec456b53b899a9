"""Routes that every process has, or several."""

from collections.abc import Callable, Iterable

from fastapi import APIRouter

from api.strict_json import StrictRoute
from models.process import Process
from models.processes import PROCESSES


def tag_of(process: Process) -> str:
    """What the documentation groups its routes under."""
    return f"{process.title} {process.title_zh}"


def of_every_process(
    add: Callable[[APIRouter, Process], None], processes: Iterable[Process] | None = None
) -> APIRouter:
    """A router with what `add` makes for each process there is, or for each of `processes`."""
    routes = APIRouter()
    for process in PROCESSES.values() if processes is None else processes:
        own = APIRouter(
            prefix=f"/v1/markets/{{market}}/{process.name}",
            tags=[tag_of(process)],
            route_class=StrictRoute,
        )
        add(own, process)
        routes.include_router(own)
    return routes
