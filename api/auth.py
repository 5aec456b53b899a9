"""Who calls: a bearer token that says its role, its market and, for providers, whose it is."""

import time
from http import HTTPStatus
from typing import Annotated

import jwt
import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import ValidationError, model_validator

from api.office import Office
from api.problems import Problem
from models.base import Frozen, Id
from models.cases import Actor, OnBehalfOf, Role

NAME = "marketplace-back-office"
EVERYWHERE = "*"
bearer = HTTPBearer(auto_error=False, description="`make token role=service` prints one")


class Caller(Frozen):
    """What a token says of its bearer. A provider's names the provider, nobody else's does."""

    role: Role
    subject: str
    market: str
    provider_id: Id | None = None
    expires_at: float
    """When the token does, in seconds since 1970."""

    @model_validator(mode="after")
    def _provider_is_named(self) -> "Caller":
        if (self.role is Role.PROVIDER) != (self.provider_id is not None):
            raise ValueError("a provider's token, and no other, names a provider")
        return self

    @property
    def left_s(self) -> float:
        return self.expires_at - time.time()

    def works_in(self, market: str) -> bool:
        return self.market in (EVERYWHERE, market)

    def may_see(self, market: str, provider_id: str | None) -> bool:
        own = self.role is not Role.PROVIDER or provider_id == self.provider_id
        return own and self.works_in(market)

    def actor(self, on_behalf_of: OnBehalfOf | None = None) -> Actor:
        return Actor(role=self.role, subject=self.subject, on_behalf_of=on_behalf_of)


def unauthenticated(detail: str) -> Problem:
    headers = {"WWW-Authenticate": f'Bearer realm="{NAME}"'}
    return Problem(HTTPStatus.UNAUTHORIZED, "unauthenticated", detail, headers=headers)


def forbidden(detail: str) -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, "forbidden", detail)


async def identify(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Caller:
    """The caller of a request. Refuses a missing, foreign, changed or expired token.

    In the event loop: what a thread binds to the log is forgotten with it.
    """
    if credentials is None:
        raise unauthenticated("send a token: Authorization: Bearer ...")
    settings = Office.of(request).settings
    try:
        claims = jwt.decode(
            credentials.credentials,
            settings.need("jwt_key"),
            algorithms=[settings.jwt_algorithm],
            audience=NAME,
            issuer=NAME,
            options={"require": ["exp", "sub", "role", "market"]},
        )
        caller = Caller(
            role=claims["role"],
            subject=claims["sub"],
            market=claims["market"],
            provider_id=claims.get("provider_id"),
            expires_at=claims["exp"],
        )
    except jwt.ExpiredSignatureError:
        raise unauthenticated("this token has expired: get another one") from None
    except (jwt.InvalidTokenError, ValidationError):
        raise unauthenticated("this token is not one of ours") from None
    structlog.contextvars.bind_contextvars(actor=f"{caller.role}:{caller.subject}")
    return caller


Identified = Annotated[Caller, Depends(identify)]
