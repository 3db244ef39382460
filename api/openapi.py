"""The OpenAPI document: what FastAPI knows, plus every problem an operation may answer with.

Which problems those are follows from the shape of the route: whoever takes a body may be sent a
bad one, whoever asks for a unit of work may find the database away. A route names the rest itself:
`responses={404: {}}`.
"""

import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from pydantic_core import from_json, to_json
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route as PlainRoute

from api import deps, examples, parameters
from api.errors import Problem
from api.routing import Route

PROBLEM = "application/problem+json"
PROBLEM_REF = "#/components/schemas/Problem"
DESCRIPTION = """Lessons in New York City: find an instructor, see when they are free, book them.

Sign in at `/api/v1/auth/sign-in` and send the access token as `Authorization: Bearer <token>`.
Every refusal is a problem (RFC 9457) with a stable `code`. Lists are read page by page with
`cursor`. Times are UTC unless a field's name says local; money is whole US cents.
"""
MEANINGS = {
    400: "The request cannot be read: malformed JSON, or text that cannot be stored.",
    401: "The proof of who is asking is missing, expired or does not hold.",
    403: "The caller is known and may not do this.",
    404: "It does not exist, or the caller may not know that it does.",
    409: "The state of the world refuses: taken, changed meanwhile, already done. Where somebody"
    " else is at it right now, `Retry-After` says when to come back.",
    413: "The body is too large.",
    415: "The body is not of the media type that is asked for.",
    422: "Something that was sent breaks a rule; `errors` or `code` say which.",
    429: "More often than one client may; `Retry-After` says when to come back.",
    503: "Something we depend on cannot answer now; `Retry-After` says when to come back.",
}
LOCAL_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"
OPENINGS = frozenset(
    {deps.unit_of_work, deps.public_unit_of_work, deps.signed_in, deps.actor, deps.visitor}
)


def install(app: FastAPI) -> None:
    """Let the app describe itself with our document, which is made when it is first asked for:
    that takes a second of a thread, and 7 MB of a process that nobody may ever ask.
    """
    app.openapi = partial(document, app)  # type: ignore[method-assign]

    def described(_request: Request) -> JSONResponse:
        return JSONResponse(document(app))

    for place, route in enumerate(app.router.routes):
        if isinstance(route, PlainRoute) and route.path == app.openapi_url:
            app.router.routes[place] = PlainRoute(route.path, described, include_in_schema=False)


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once. It is kept pressed: unfolded it takes 9 MB."""
    pressed: bytes | None = getattr(app.state, "document", None)
    if pressed is not None:
        kept: dict[str, Any] = from_json(zlib.decompress(pressed))
        return kept
    schema = get_openapi(
        title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes
    )
    for route in api_routes(app):
        for method in route.verbs:
            operation = schema["paths"][route.path_format][method.lower()]
            _complete(operation, route, method)
            parameters.describe(operation)
    _add_components(schema)
    examples.complete(schema)
    app.state.document = zlib.compress(to_json(schema))
    return schema


def api_routes(app: FastAPI) -> Iterator[Route]:
    """The routes that the document describes."""
    return (route for route in app.routes if isinstance(route, Route) and route.include_in_schema)


def needs_sign_in(route: Route) -> bool:
    """Whether the route refuses an anonymous caller by itself."""
    return any(call in deps.SIGNED_IN for call in _calls(route.dependant))


def problems_of(route: Route, method: str) -> list[int]:
    """The statuses of the problems this operation may answer with."""
    shape = route.dependant
    opens = any(call in OPENINGS for call in _calls(shape))
    takes_body = route.body_field is not None
    takes_fields = bool(shape.path_params or shape.query_params or shape.header_params)
    may = {
        400: True,
        401: opens,
        403: opens,
        404: bool(shape.path_params),
        409: opens and method != "GET",
        413: takes_body,
        415: takes_body and not route.sends_form,
        422: takes_body or takes_fields,
        503: opens,
    }
    return [status for status, possible in may.items() if possible]


def _complete(operation: dict[str, Any], route: Route, method: str) -> None:
    responses: dict[str, Any] = operation["responses"]
    automatic = responses.get("422", {}).get("content", {}).get("application/json", {})
    if automatic.get("schema", {}).get("$ref", "").endswith("/HTTPValidationError"):
        del responses["422"]
    declared = {int(status) for status in responses if status.isdecimal()}
    for status in {*problems_of(route, method), *(declared & MEANINGS.keys())}:
        own = responses.get(str(status), {})
        if "content" in own:
            own["content"].setdefault(PROBLEM, {"schema": {"$ref": PROBLEM_REF}})
        else:
            responses[str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}
    operation["responses"] = dict(sorted(responses.items()))
    if "security" in operation and not needs_sign_in(route):
        operation["security"] = [{}, *operation["security"]]


def _add_components(schema: dict[str, Any]) -> None:
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for automatic in ("HTTPValidationError", "ValidationError"):
        schemas.pop(automatic, None)
    _, ours = models_json_schema(
        [(Problem, "serialization")], ref_template="#/components/schemas/{model}"
    )
    schemas.update(ours["$defs"])
    for shape in schemas.values():
        _mark_local_times(shape.get("properties", {}))
    components["schemas"] = dict(sorted(schemas.items()))
    components["responses"] = {
        _name(status): {
            "description": meaning,
            "content": {PROBLEM: {"schema": {"$ref": PROBLEM_REF}}},
        }
        for status, meaning in MEANINGS.items()
    }


def _mark_local_times(fields: dict[str, Any]) -> None:
    """Wall-clock times carry no offset, and `date-time` of JSON Schema asks for one."""
    for name, field in fields.items():
        for part in (field, *field.get("anyOf", ())):
            if name.endswith("_local") and part.get("format") == "date-time":
                del part["format"]
                part["pattern"] = LOCAL_TIME


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _calls(shape: Dependant) -> Iterable[object]:
    for part in shape.dependencies:
        yield part.call
        yield from _calls(part)
