"""The one place a refusal becomes a status code and an RFC 9457 problem."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api import words
from instainstru_core.kernel.errors import (
    Conflict,
    Fact,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    Unauthenticated,
    Unavailable,
)
from instainstru_core.kernel.ports import TooOften

STATUS: dict[type[Refusal], int] = {
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    Unauthenticated: 401,
    Invalid: 422,
    Unavailable: 503,
    TooOften: 429,
}
CODES = {
    400: "request.unreadable",
    404: "route.not_found",
    405: "route.method_not_allowed",
    413: "request.too_large",
    415: "request.unsupported_media_type",
}
DETAILS = {
    404: "There is nothing at this address. The addresses are listed in /api/v1/openapi.json.",
    405: "This address does not answer this method. The Allow header lists those it does.",
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    model_config = ConfigDict(frozen=True)

    place: str = Field(description="Where the field was sent: body, query, path or header.")
    field: str = Field(description="The field's name, with dots into nested values.")
    code: str = Field(description="A stable code of what is wrong.")
    message: str = Field(description="What is wrong, and what to send.")


class Problem(BaseModel):
    """Why a request was refused, as RFC 9457 says it."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:instainstru:problem:availability.slot_taken",
                    "title": "Conflict",
                    "status": 409,
                    "detail": "This time was just taken. Choose another.",
                    "instance": "/api/v1/bookings",
                    "code": "availability.slot_taken",
                    "request_id": "01JZ8M4T6Q3V9K2X7C5B1N0D8F",
                    "facts": {"scope": "instructor"},
                    "errors": [],
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str = Field(description="What happened and what to do next.")
    instance: str
    code: str = Field(description="A stable code of the refusal, for programs.")
    request_id: str
    facts: dict[str, Fact] = Field(default_factory=dict[str, Fact])
    errors: list[FieldProblem] = Field(default_factory=list[FieldProblem])


def problem(
    request: Request,
    status: int,
    *,
    code: str,
    detail: str,
    facts: dict[str, Fact] | None = None,
    errors: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The response that says no."""
    body = Problem(
        type=f"urn:instainstru:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.scope["path"],
        code=code,
        request_id=request.state.request_id,
        facts=facts or {},
        errors=errors or [],
    )
    return JSONResponse(
        body.model_dump(mode="json"),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )


def status_of(refusal: Refusal) -> int:
    return next((STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS), 400)


async def refuse(request: Request, refusal: Refusal) -> JSONResponse:
    """A domain said no."""
    status = status_of(refusal)
    headers: dict[str, str] = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="instainstru"'
    if "retry_after" in refusal.facts:
        headers["Retry-After"] = str(refusal.facts["retry_after"])
    return problem(
        request,
        status,
        code=refusal.code,
        detail=refusal.message,
        facts=refusal.facts,
        headers=headers,
    )


async def refuse_input(request: Request, failure: RequestValidationError) -> JSONResponse:
    """The request does not have the form that the route asks for."""
    found: list[dict[str, Any]] = list(failure.errors())
    if any(error["type"] == "json_invalid" for error in found):
        return problem(
            request,
            400,
            code="request.malformed_json",
            detail="The body is not JSON. Check quotes, commas and brackets.",
        )
    errors = [FieldProblem(**words.explained(error)) for error in found]
    return problem(
        request,
        422,
        code="request.invalid",
        detail="Some of what was sent cannot be used. See `errors` for each field.",
        errors=errors,
    )


async def refuse_http(request: Request, failure: HTTPException) -> JSONResponse:
    """The framework, or a route's own reading of the request, said no."""
    status = failure.status_code
    own_words = failure.detail != HTTPStatus(status).phrase
    return problem(
        request,
        status,
        code=CODES.get(status, f"http.{status}"),
        detail=failure.detail if own_words else DETAILS.get(status, failure.detail),
        headers=dict(failure.headers or {}),
    )


def unexpected(request: Request) -> JSONResponse:
    """A bug of ours: nothing about it leaves the building but the request's id."""
    return problem(
        request,
        500,
        code="internal",
        detail="Something went wrong on our side. Try again; if it stays, report the request_id.",
    )


def install(app: FastAPI) -> None:
    """Answer every refusal in one form."""
    app.exception_handler(Refusal)(refuse)
    app.exception_handler(RequestValidationError)(refuse_input)
    app.exception_handler(HTTPException)(refuse_http)
