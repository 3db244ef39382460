"""What surrounds every request: its id, its measure, its log line, its size limit."""

import time
from typing import Any

import structlog
from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors, metrics
from instainstru_core.kernel import ids
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.settings import Settings

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-site"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
)
QUIET = frozenset({"/api/v1/health", "/api/v1/ready", "/metrics"})
LARGE = 1_000

_log = logger(__name__)


class Observed:
    """Gives each request an id, measures it, logs it, and adds the headers every response has."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request_id = ids.request_id(headers.get(b"x-request-id", b""))
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        signed_in = b"authorization" in headers
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _finish(message, request_id, signed_in=signed_in)
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            took = time.perf_counter() - started
            template = metrics.template_of(scope)
            metrics.observe(scope["method"], template, status, took)
            if template not in QUIET:
                _log.info(
                    "request",
                    method=scope["method"],
                    route=template,
                    status=status,
                    took_ms=round(took * 1000, 1),
                )


class Guarded:
    """Refuses bodies that are too large, and answers for bugs inside with a problem."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False
        taken = 0

        async def read() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.max_body_bytes:
                raise self._too_large()
            return message

        async def answer(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        request = Request(scope, receive)
        try:
            if _content_length(request) > self.max_body_bytes:
                refusal = await errors.refuse_http(request, self._too_large())
                await refusal(scope, receive, send)
                return
            await self.app(scope, read, answer)
        except Exception:
            _log.exception("unexpected", route=metrics.template_of(scope))
            if begun:
                raise
            await errors.unexpected(request)(scope, receive, send)

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"Send at most {self.max_body_bytes} bytes.")


def install(app: FastAPI, settings: Settings) -> None:
    """Put the layers around the app, the innermost first."""
    app.add_middleware(Guarded, max_body_bytes=settings.max_body_bytes)
    app.add_middleware(GZipMiddleware, minimum_size=LARGE, compresslevel=5)
    if settings.web_origins:
        app.add_middleware(CORSMiddleware, **cors(settings.web_origins))
    app.add_middleware(Observed)


def cors(origins: list[str]) -> dict[str, Any]:
    """Who may call from a browser. Every origin is named: a wildcard refuses to start."""
    if any("*" in origin for origin in origins):
        msg = "INSTAINSTRU_WEB_ORIGINS names each origin in full; `*` is not allowed"
        raise ValueError(msg)
    return {
        "allow_origins": origins,
        "allow_credentials": True,
        "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
        "allow_headers": [
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "If-Match",
            "If-None-Match",
            "X-Guest-Session",
            "X-Request-ID",
        ],
        "expose_headers": ["ETag", "Location", "Retry-After", "X-Guest-Session", "X-Request-ID"],
        "max_age": 600,
    }


def _finish(message: Message, request_id: str, *, signed_in: bool) -> None:
    message["headers"] = [
        *message.get("headers", ()),
        (b"x-request-id", request_id.encode()),
        *SECURITY_HEADERS,
    ]
    if signed_in:
        headers = MutableHeaders(raw=message["headers"])
        headers.setdefault("Cache-Control", "private, no-store")


def _content_length(request: Request) -> int:
    given = request.headers.get("content-length", "")
    return int(given) if given.isdecimal() and given.isascii() else 0
