"""What a provider signs to enter a market, for anybody who is known here (TCM-ELIG-07)."""

from datetime import UTC, date, datetime

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from api.auth import Identified
from api.office import TheOffice
from api.problems import not_found
from api.reading import market_of
from models.agreements import AgreementRef, Audience, Sha256
from models.base import Frozen, Text
from models.onboarding_process import PROVIDER_ONBOARDINGS
from models.policies import OnboardingPolicy

routes = APIRouter(tags=["Markets 市场"])
AGREEMENTS = "/v1/markets/{market}/agreements"
MARKDOWN = "text/markdown; charset=utf-8"


class Agreement(AgreementRef):
    """What there is to sign, and for whom."""

    title: Text
    title_zh: Text
    sha256: Sha256
    audience: Audience
    valid_until: date | None = Field(description="Its last day in Shanghai; null where it is for ever.")


class Agreements(Frozen):
    agreements: tuple[Agreement, ...]


@routes.get(AGREEMENTS, summary="What providers sign")
def read_agreements(market: str, office: TheOffice, caller: Identified) -> Agreements:
    """The agreements that the market asks for now, in the version that is accepted. Those for
    `not_yet_partners` are signed by providers that are no partners of the market's cloud."""
    version = market_of(office, caller, market).in_force(PROVIDER_ONBOARDINGS.name, datetime.now(UTC))
    asked = version.terms.agreements if isinstance(version, OnboardingPolicy) else ()
    return Agreements(agreements=tuple(Agreement(**each.model_dump(exclude={"rule"})) for each in asked))


@routes.get(
    f"{AGREEMENTS}/{{name}}/{{version}}",
    summary="The text of an agreement",
    response_class=Response,
    responses={200: {"content": {"text/markdown": {}}, "description": "The text, in Chinese and English."}},
)
def read_agreement(market: str, name: str, version: str, office: TheOffice, caller: Identified) -> Response:
    """One version's text, in both languages; also of versions that nobody signs any more. The `ETag` is its
    sha256, as it stands in the list and in every acceptance."""
    market_of(office, caller, market)
    found = office.texts.of(market, name, version)
    if found is None:
        raise not_found()
    headers = {"ETag": f'"{found.sha256}"', "X-Content-Type-Options": "nosniff"}
    return Response(found.text.encode(), media_type=MARKDOWN, headers=headers)
