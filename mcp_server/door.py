"""What surrounds the protocol: request ids, a size limit, and the pages for operators."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio.to_thread
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from instainstru_core import runtime as composition
from instainstru_core.kernel import exposition, ids
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.runtime import Runtime
from mcp_server import auth

NO_STORE = {"Cache-Control": "no-store"}
UNAUTHORIZED = 401

Page: TypeAlias = Callable[[Request], Awaitable[Response]]


class Door:
    """Gives each request an id and a size limit; answers for operators before the protocol."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self.app = app
        self.runtime = runtime
        self.limit = runtime.settings.max_body_bytes
        self.started_at = runtime.clock()
        self.pages: dict[str, Page] = {
            "/healthz": self.health,
            "/readyz": self.ready,
            "/metrics": self.metrics,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        page = self.pages.get(scope["path"])
        if page is not None:
            request = Request(scope, receive)
            is_read = scope["method"] in {"GET", "HEAD"}
            response = await page(request) if is_read else Response(status_code=405)
            await response(scope, receive, send)
            return
        await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request_id = ids.request_id(headers.get(b"x-request-id", b""))
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self.limit:
            await self._too_large()(scope, receive, send)
            return

        replaced = False

        async def answer(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                replaced = message["status"] == UNAUTHORIZED and auth.KEYS_AWAY.get()
                if replaced:
                    await _issuer_away()(scope, receive, send)
                extra = (b"x-request-id", request_id.encode()), (b"cache-control", b"no-store")
                message["headers"] = [*message.get("headers", ()), *extra]
            if not replaced:
                await send(message)

        auth.REQUEST_ID.set(request_id)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            body = await self._body(receive) if scope["method"] == "POST" else b""
            if body is None:
                await self._too_large()(scope, receive, send)
                return
            await self.app(scope, _replayed(body, receive), answer)

    async def _body(self, receive: Receive) -> bytes | None:
        """The whole body; None when it is larger than allowed."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return b"".join(parts)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.limit:
                return None
            if not message.get("more_body", False):
                return b"".join(parts)

    def _too_large(self) -> Response:
        error = {"code": -32600, "message": f"Send at most {self.limit} bytes."}
        body = {"jsonrpc": "2.0", "id": None, "error": error}
        return JSONResponse(body, 413, NO_STORE)

    async def health(self, _request: Request) -> Response:
        """This process answers. Asks nothing of anybody."""
        up = self.runtime.clock() - self.started_at
        body = {
            "status": "ok",
            "release": self.runtime.settings.release,
            "git_sha": self.runtime.settings.git_sha,
            "started_at": self.started_at.isoformat(),
            "uptime_seconds": int(up.total_seconds()),
        }
        return JSONResponse(body, headers=NO_STORE)

    async def ready(self, _request: Request) -> Response:
        """This process can serve: the database and Redis answer."""
        try:
            await anyio.to_thread.run_sync(composition.check_ready, self.runtime)
        except Unavailable as refusal:
            return JSONResponse({"status": "waiting", "code": refusal.code}, 503, NO_STORE)
        return JSONResponse({"status": "ready"}, headers=NO_STORE)

    async def metrics(self, request: Request) -> Response:
        """What this process counted, for Prometheus. To the rest of the world it is not there."""
        settings = self.runtime.settings
        client = request.client.host if request.client else None
        if not exposition.may_read(settings.metrics_token, client, request.headers):
            return Response(status_code=404)
        accept = request.headers.get("accept", "")
        body, media_type = await anyio.to_thread.run_sync(
            exposition.page, accept, settings.metrics_shared_dir
        )
        return Response(body, media_type=media_type, headers=NO_STORE)


def _issuer_away() -> Response:
    """The token may be good: nobody can tell now, so the client must not throw it away."""
    body = {
        "error": "temporarily_unavailable",
        "error_description": "The issuer does not answer right now. Keep the token, try again.",
    }
    return JSONResponse(body, 503, {**NO_STORE, "Retry-After": str(auth.REFETCH_SECONDS)})


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, then whatever the client still says."""
    waiting = [body]

    async def read() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return read
