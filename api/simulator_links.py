"""The simulated web: which links are broken, unsafe, silent or slow, and for how many looks.

Mounted on the embedded stack only. It is nobody's real site, and asks nobody who they are.
"""

from http import HTTPStatus

from fastapi import APIRouter

from activities.gateways.simulated.links import KnownLink, SimulatedLinks, ToldLink
from api.office import TheOffice
from api.strict_json import StrictRoute
from models.base import Frozen

routes = APIRouter(
    prefix="/simulator", tags=["Simulated outside world 模拟外部世界"], route_class=StrictRoute
)


class ToldLinks(Frozen):
    links: list[KnownLink]


@routes.post("/links", status_code=HTTPStatus.CREATED, summary="Say how a link, or a host, is from now on")
def tell(told: ToldLink, office: TheOffice) -> ToldLink:
    """A link comes back by being told `reached`, or by itself after `times` looks."""
    SimulatedLinks(office.engine).tell(told)
    return told


@routes.get("/links", summary="Links that are not as others are")
def links(office: TheOffice) -> ToldLinks:
    """At most 200 of them, and how often each was looked at. Every other https link is reached."""
    return ToldLinks(links=SimulatedLinks(office.engine).told())
