"""Routes that do all their work in one visit to one thread.

FastAPI runs a dependency, the endpoint, the check of the response and the end of the dependency
each on a thread of the pool, one after the other. Between two of them a request would hold a
database connection without a thread; enough such requests starve each other. Here a dependency
hands over an `Opening`, and the thread that runs the endpoint opens it first and closes it last.
"""

import json
import re
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Generic, NoReturn, TypeVar, cast

from fastapi import APIRouter, HTTPException, Request, Response, params
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api import etag, metrics

PREFIX = "/api/v1"
UNSTORABLE = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]")

NO_NUL = "Leave out the NUL character."

Opened = TypeVar("Opened")


@dataclass(frozen=True, slots=True)
class Opening(Generic[Opened]):
    """Something the route's thread opens before the endpoint runs and closes after it."""

    open: Callable[[], AbstractContextManager[Opened]]


def on_one_thread(endpoint: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """The endpoint with its openings, run together on one thread."""

    def work(values: dict[str, Any]) -> object:
        with ExitStack() as stack:
            for name, value in values.items():
                if isinstance(value, Opening):
                    opening = cast("Opening[object]", value)
                    values[name] = stack.enter_context(opening.open())
            return endpoint(**values)

    @wraps(endpoint)
    async def run(**values: object) -> object:
        return await run_in_threadpool(work, values)

    return run


class CleanRequest(Request):
    """A request whose JSON is only what can be stored and sent back."""

    async def json(self) -> Any:  # noqa: ANN401 (the signature of Starlette)
        body = await self.body()
        found = json.loads(body, parse_constant=_no_constant)
        if UNSTORABLE.search(body):
            _check_text(found)
        return found


class Route(APIRoute):
    """An API route: one thread, readable bodies, conditional answers."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 (FastAPI's own options pass through)
        if not iscoroutinefunction(endpoint):
            endpoint = on_one_thread(endpoint)
        super().__init__(path, endpoint, **options)
        self.sends_form = self.body_field is not None and isinstance(
            self.body_field.field_info, params.Form
        )

    @property
    def verbs(self) -> list[str]:
        """The methods it answers."""
        return sorted(self.methods or ())

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            with metrics.IN_PROGRESS.labels(request.method, self.path).track_inprogress():
                _refuse_nul(request)
                clean = CleanRequest(request.scope, request.receive)
                if self.sends_form:
                    await _refuse_nul_in_form(clean)
                elif self.body_field is not None:
                    await _refuse_other_media(clean)
                return etag.conditional(request, await answer(clean))

        return handle


class Router(APIRouter):
    """The routes of one subject, under `/api/v1` unless a standard puts them elsewhere."""

    def __init__(self, *, prefix: str = "", tags: list[str], base: str = PREFIX) -> None:
        super().__init__(prefix=base + prefix, tags=[*tags], route_class=Route)


def _refuse_nul(request: Request) -> None:
    if "\x00" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise HTTPException(400, NO_NUL)


async def _refuse_nul_in_form(request: Request) -> None:
    body = await request.body()
    if b"%00" in body or b"\x00" in body:
        raise HTTPException(400, NO_NUL)


async def _refuse_other_media(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
    if not is_json and await request.body():
        raise HTTPException(415, "Send the body as application/json.")


def _no_constant(name: str) -> NoReturn:
    raise HTTPException(400, f"{name} is not JSON. Send a number or null.")


def _check_text(value: object) -> None:
    """Refuse text that PostgreSQL or UTF-8 cannot hold, however deep, keys too."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            if "\x00" in found or any("\ud800" <= letter <= "\udfff" for letter in found):
                raise HTTPException(
                    400, "Leave out NUL characters and halves of surrogate pairs from text."
                )
        elif isinstance(found, dict):
            entries = cast("dict[object, object]", found)
            waiting.extend([*entries.keys(), *entries.values()])
        elif isinstance(found, list):
            waiting.extend(cast("list[object]", found))
