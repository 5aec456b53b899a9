"""Every refusal of the API, as RFC 9457 problem+json with a stable type. A 500 is a bug."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import anyio
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from models.private import PLAIN, SEALED
from models.rules.findings import Finding, Refused

log = structlog.get_logger()
TRY_AGAIN_AFTER_S = 2
ROOM_AGAIN_AFTER_S = 30
MOST_FINDINGS = 20
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeout)
"""What is raised where the database is away, or busy for too long."""
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A refusal (RFC 9457). `type` is stable; `errors` names the fields, `case` the case.",
        "content": {
            "application/problem+json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                        "errors": {"type": "array", "items": Finding.model_json_schema()},
                        "case": {"$ref": "#/components/schemas/CaseView"},
                    },
                }
            }
        },
    }
}
"""What the docs say of refusals."""


class Problem(Exception):
    """A refusal on its way to the caller. `extra` joins the document; `headers` the response."""

    def __init__(
        self,
        status: HTTPStatus,
        type: str,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.type, self.detail = status, type, detail
        self.headers, self.extra = headers, extra

    def response(self) -> JSONResponse:
        document = {
            "type": self.type,
            "title": TITLES[self.type],
            "status": self.status,
            "detail": self.detail,
        }
        return JSONResponse(
            {**document, **self.extra},
            status_code=self.status,
            headers=self.headers,
            media_type="application/problem+json",
        )


TITLES = {
    "out-of-turn": "The case does not take this now",
    "out-of-date": "The case has changed since you looked",
    "already-exists": "There is such a case already",
    "invalid": "Something is wrong with what you sent",
    "key-reused": "This idempotency key was used for something else",
    "unauthenticated": "Who are you?",
    "forbidden": "This is not yours to do",
    "not-found": "There is no such thing",
    "method-not-allowed": "This cannot be done here",
    "too-large": "The body is too large",
    "too-many": "There are too many of these at once",
    "not-confirmed": "Not confirmed yet",
    "internal": "Our mistake",
}


def invalid(findings: Sequence[Finding]) -> Problem:
    """Fields that are wrong: which, why, and what to do next."""
    first = findings[0]
    errors = [finding.model_dump(exclude_none=True) for finding in findings]
    more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", f"{first.field}: {first.detail}{more}", errors=errors
    )


def not_found() -> Problem:
    """Unknown and foreign alike."""
    return Problem(HTTPStatus.NOT_FOUND, "not-found", "nothing here under this address that you may see")


def too_large(most: int) -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", f"send at most {most} bytes")


def too_many(detail: str, again_after_s: int = ROOM_AGAIN_AFTER_S) -> Problem:
    """Somebody else has to go first."""
    headers = {"Retry-After": str(again_after_s)}
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, "too-many", detail, headers=headers)


def not_confirmed() -> Problem:
    """Nothing was lost, and nothing may have happened: the same request may be sent again."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "not-confirmed",
        "no answer in time; nothing accepted is lost: repeat this with the same id or Idempotency-Key",
        headers={"Retry-After": str(TRY_AGAIN_AFTER_S)},
    )


class Endable:
    """Around everything else: a request may be given an end, also where its caller reads no further."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with anyio.CancelScope() as scope["end"]:
            await self.app(scope, receive, send)

    @staticmethod
    def end(request: Request, in_s: float) -> None:
        request.scope["end"].deadline = anyio.current_time() + in_s


def install(app: FastAPI) -> None:
    """One place where refusals become status codes."""
    app.add_middleware(Endable)

    @app.exception_handler(Problem)
    async def problem(_: Request, problem: Problem) -> JSONResponse:
        return problem.response()

    @app.exception_handler(Refused)
    async def refused(_: Request, refused: Refused) -> JSONResponse:
        return invalid(refused.findings).response()

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        tags = _tags(error.body)
        return invalid([_finding(each, tags) for each in error.errors()[:MOST_FINDINGS]]).response()

    async def database_down(_: Request, error: Exception) -> JSONResponse:
        log.warning("database_unavailable", error=type(error).__name__)
        return not_confirmed().response()

    for each in UNAVAILABLE:
        app.add_exception_handler(each, database_down)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == HTTPStatus.NOT_FOUND:
            return not_found().response()
        kind = "method-not-allowed" if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else "invalid"
        headers = dict(error.headers) if error.headers else None
        return Problem(HTTPStatus(error.status_code), kind, str(error.detail), headers=headers).response()

    @app.exception_handler(Exception)
    async def bug(_: Request, error: Exception) -> JSONResponse:
        log.error("bug", exc_info=error)
        detail = "this is a mistake of ours; it is logged"
        headers = {"X-Request-Id": structlog.contextvars.get_contextvars().get("request_id", "-")}
        return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail, headers=headers).response()


def _tags(body: object) -> frozenset[object]:
    """What events and decisions a body says it is: pydantic puts them between the names of fields."""
    if not isinstance(body, dict):
        return frozenset()
    own = {value for tag in ("event", "decision") if isinstance(value := body.get(tag), str)}
    return frozenset(own) | _tags(body.get("act"))


def _finding(error: dict[str, Any], tags: frozenset[object]) -> Finding:
    """What pydantic found, without what was sent: that may be personal. `tags` say which event was meant."""
    where, *path = error["loc"]
    if where not in ("body", "query", "header", "path"):
        path = [where, *path]
    path = _without_states([part for part in path if part not in tags], error["type"])
    if error["type"] in ("union_tag_not_found", "union_tag_invalid"):
        tag = error["ctx"]["discriminator"].strip("'")
        field = ".".join(map(_name, [*path, tag]))
        if error["type"] == "union_tag_not_found":
            return Finding(field=field, code="missing", detail=f"say which {tag}")
        return Finding(
            field=field, code=f"unknown-{tag}", detail=f"is none of {error['ctx']['expected_tags']}"
        )
    return Finding(
        field=".".join(map(_name, path)) or "body",
        code=error["type"].replace("_", "-"),
        detail=error["msg"].removeprefix("Value error, "),
    )


def _without_states(path: list[Any], kind: str) -> list[Any]:
    """A path without what pydantic puts after the name of a private field: in which state it came."""
    named = [part for part in path if part != PLAIN]
    if path and path[-1] == PLAIN and kind == "extra_forbidden":
        return [*named, PLAIN]  # a name that its sender made up
    if named.count(SEALED) > 1:
        named.remove(SEALED)
    return named


def _name(part: object) -> str:
    """A field's name. A field that we do not know has a name that its sender made up."""
    text = str(part)
    return text if re.fullmatch(r"[A-Za-z_][A-Za-z_-]{0,39}|\d{1,4}", text) else "?"
