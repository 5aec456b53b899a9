"""A caller of the back office: over HTTP alone, and again for as long as nobody answers."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import httpx

from models.cases import Role

ANSWER_WITHIN_S = 30.0
LOOK_EVERY_S = 0.4


class Tokens(Protocol):
    """Where bearer tokens come from."""

    def __call__(
        self, role: Role, *, market: str, provider_id: str | None = None, subject: str | None = None
    ) -> str: ...


class NotTaken(Exception):
    """The back office refused what was asked."""

    why: frozenset[str] = frozenset()
    """What kind of refusal it is, and the rules that it names."""


class OutOfDate(NotTaken):
    """The case has moved on from the version that was looked at."""


class NotThere(NotTaken):
    """There is no such thing, or not yet."""


KINDS: dict[int, type[NotTaken]] = {
    HTTPStatus.PRECONDITION_FAILED: OutOfDate,
    HTTPStatus.NOT_FOUND: NotThere,
}


@dataclass(frozen=True, slots=True)
class Caller:
    http: httpx.AsyncClient
    token: Tokens

    async def ask(
        self,
        method: str,
        path: str,
        role: Role,
        *,
        market: str,
        provider_id: str | None = None,
        subject: str | None = None,
        headers: dict[str, str] | None = None,
        **how: Any,
    ) -> dict[str, Any]:
        """The same request again for as long as nobody answers it: ids and keys make that harmless."""
        bearer = self.token(role, market=market, provider_id=provider_id, subject=subject)
        sent = {"Authorization": f"Bearer {bearer}", **(headers or {})}
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                try:
                    answer = await self.http.request(method, path, headers=sent, **how)
                    if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                        return read(answer)
                except httpx.TransportError:
                    pass
                await asyncio.sleep(LOOK_EVERY_S)

    async def ask_once(self, path: str, **how: Any) -> dict[str, Any]:
        """For what must not happen twice, of somebody who asks nobody who they are."""
        try:
            return read(await self.http.post(path, **how))
        except httpx.TransportError as error:
            raise NotTaken(f"the gateway gave no answer ({type(error).__name__})") from error


def read(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_success:
        return dict(answer.json())
    kind = KINDS.get(answer.status_code, NotTaken)
    try:
        problem = answer.json()
        refusal = kind(f"{answer.status_code} {problem['type']}: {problem['detail']}")
        refusal.why = frozenset([problem["type"], *(each["rule"] for each in problem.get("errors", ()))])
    except (ValueError, KeyError, TypeError):
        raise kind(f"{answer.status_code} {answer.text[:200]}") from None
    raise refusal
